import JSONAPI
import Testing

@Suite struct ErrorResponseTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func everyRecordedErrorIsRebuiltByteForByte() {
    var rebuilt = 0
    for exchange in RecordedExchange.all {
      guard let body = exchange.errorBody, let error = exchange.firstError else { continue }
      #expect(exchange.raw == nil || exchange.raw == text(body), "\(exchange.id) encoding")
      let pointer = error["source"]?["pointer"]?.string
      let response: ErrorResponse
      if error["links"] == nil {
        response = .unprocessable(
          (exchange.error?["errors"]?.array ?? []).map {
            ($0["detail"]?.string ?? "", $0["source"]?["pointer"]?.string ?? "")
          })
      } else if exchange.detail.contains("violate the JSON:API spec") || exchange.detail.contains("ugly") {
        continue  // replayed by RecordedQueryTests
      } else {
        response = ErrorResponse(
          status: exchange.status, detail: exchange.detail, request: exchange.request, pointer: pointer,
          via: exchange.group.hasPrefix("write-") ? error["links"]?["via"]?["href"]?.string : nil)
      }
      rebuilt += 1
      #expect(text(response.body) == text(body), "\(exchange.id)")
    }
    #expect(rebuilt > 230)
  }

  @Test func unknownEntitiesAreNamedByTheirRoute() {
    let unknown = RecordedExchange.all.filter { $0.detail.contains("was not converted") }
    #expect(unknown.count > 28)
    for exchange in unknown {
      let parts = exchange.request.path.split(separator: "/")
      let type = ResourceTypeName(entityType: String(parts[1]), bundle: String(parts[2]))
      let response = ErrorResponse.unknownEntity(
        type: type, collectionPath: "/jsonapi/\(type.entityType)/\(type.bundle)", method: exchange.method,
        request: exchange.request)
      #expect(text(response.body) == exchange.wantedBody, "\(exchange.id)")
    }
  }

  @Test func routesBelowAnEntityHaveTheirOwnNames() {
    let request = RequestURI(base: "https://h", target: "/jsonapi/node/topic/x/uid")
    func detail(_ route: ErrorResponse.EntityRoute, _ method: String) -> String? {
      ErrorResponse.unknownEntity(
        type: ResourceTypeName("node--topic"), collectionPath: "/jsonapi/node/topic", route: route, method: method,
        request: request
      ).errors.first?.detail
    }
    #expect(
      detail(.related("uid"), "GET")?.contains("{entity}/uid\" (route name: \"jsonapi.node--topic.uid.related\")")
        == true)
    #expect(
      detail(.relationship("uid"), "HEAD")?.contains(
        "{entity}/relationships/uid\" (route name: \"jsonapi.node--topic.uid.relationship.get\")") == true)
    #expect(detail(.individual, "PATCH")?.hasSuffix("\"jsonapi.node--topic.individual.patch\")") == true)
  }

  @Test func wrongMethodsNameTheRightOnes() {
    let refused = RecordedExchange.all.filter { $0.status == 405 }
    #expect(refused.count > 20)
    for exchange in refused {
      let allow = exchange.fields?["allow"]?.string ?? ""
      let response = ErrorResponse.methodNotAllowed(
        exchange.method, allowed: allow.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init),
        request: exchange.request)
      #expect(text(response.body) == exchange.wantedBody, "\(exchange.id)")
      #expect(response.fields == [.init(name: "Allow", value: allow)], "\(exchange.id)")
    }
  }

  @Test func otherCommonAnswers() throws {
    let all = RecordedExchange.all
    for exchange in all where exchange.status == 401 && exchange.errorBody != nil {
      let response = ErrorResponse.unauthorized(realm: "Reference Community", request: exchange.request)
      #expect(text(response.body) == exchange.wantedBody)
      #expect(response.fields.first?.value == exchange.fields?["www-authenticate"]?.string)
    }
    let media = all.filter { $0.status == 415 }
    #expect(media.count == 2)
    for exchange in media {
      let sent = exchange.detail.contains("image/png") ? "image/png" : "application/json"
      #expect(
        text(ErrorResponse.unsupportedMediaType(sent, request: exchange.request).body) == exchange.wantedBody)
    }
    let versions = all.filter { $0.status == 501 }
    #expect(!versions.isEmpty)
    for exchange in versions {
      #expect(text(ErrorResponse.versionsNotSupported(exchange.request).body) == exchange.wantedBody)
    }
  }

  @Test func statusesHaveTheSitesTitles() {
    #expect(HTTPStatus.title(422) == "Unprocessable Content")
    #expect(HTTPStatus.info(422) == nil)
    #expect(HTTPStatus.info(409)?.hasSuffix("#sec10.4.10") == true)
    #expect(HTTPStatus.info(503)?.hasSuffix("#sec10.5.4") == true)
    let forbidden = ErrorResponse.forbidden(
      method: "GET", reason: "No.", request: RequestURI(base: "https://h", target: "/jsonapi/node/topic/x?b=1&a=2"))
    #expect(forbidden.errors[0].pointer == "/data")
    #expect(forbidden.errors[0].links?["via"]?.href == "https://h/jsonapi/node/topic/x?a=2&b=1")
    #expect(
      forbidden.errors[0].detail == "The current user is not allowed to GET the selected resource. No.")
  }
}
