import Testing

@testable import Upstream

@Suite struct SiteAnswerTests {
  static let api = "application/vnd.api+json"
  static let html = "text/html; charset=UTF-8"

  static func response(_ status: Int, _ type: String?, _ body: String, _ more: [HTTPField] = []) -> InboundResponse {
    InboundResponse(
      status: status, fields: (type.map { [HTTPField("Content-Type", $0)] } ?? []) + more, body: Array(body.utf8))
  }

  static func errors(_ status: Int) -> String {
    #"{"jsonapi":{},"errors":[{"title":"T","status":"\#(status)","detail":"D","source":{"pointer":"\/data"}},{"detail":"2"}]}"#
  }

  @Test func documents() throws {
    for type in [Self.api, "application/vnd.api+json; charset=utf-8", "Application/Vnd.API+json"] {
      // What stands around the document, spaces too, is no part of it.
      #expect(
        try SiteAnswer.document(of: Self.response(200, type, " {\"data\":[]}\n")) == Array("{\"data\":[]}".utf8))
    }
    #expect(try SiteAnswer.written(Self.response(201, Self.api, "{}")) == .document(Array("{}".utf8)))
    #expect(try SiteAnswer.written(Self.response(200, Self.api, "{}")) == .document(Array("{}".utf8)))
    #expect(try SiteAnswer.written(Self.response(204, nil, "")) == .noContent)
    #expect(try SiteAnswer.file(of: Self.response(200, "image/png", "x")) == Array("x".utf8))
  }

  static let failures: [(InboundResponse, SiteError.Kind, Bool)] = [
    (response(200, html, "<html>"), .html, false), (response(200, nil, "{}"), .html, false),
    (response(200, "application/json", "{}"), .html, false), (response(200, api, ""), .malformed, false),
    (response(200, api, "<html>"), .malformed, false), (response(200, api, "{\"data\":["), .malformed, false),
    (response(204, nil, ""), .malformed, false), (response(206, api, "{}"), .malformed, false),
    (response(302, html, ""), .malformed, false), (response(401, html, "<html>"), .unauthorized, false),
    (response(401, api, errors(401)), .unauthorized, true), (response(403, api, errors(403)), .forbidden, true),
    // A firewall's page says nothing about the resource.
    (response(403, html, "<html>"), .html, false), (response(404, html, "<html>"), .html, false),
    (response(403, api, "{}"), .html, false), (response(404, api, "{\"errors\":[]}"), .html, false),
    (response(404, api, errors(404)), .notFound, true), (response(410, api, errors(410)), .notFound, true),
    (response(409, api, errors(409)), .conflict, true), (response(422, api, errors(422)), .unprocessable, true),
    (response(400, api, errors(400)), .badRequest, true), (response(405, api, errors(405)), .badRequest, true),
    (response(429, html, ""), .throttled, false), (response(503, html, ""), .unavailable, false),
    (response(503, api, errors(503)), .unavailable, true), (response(502, html, ""), .unavailable, false),
    (response(500, api, errors(500)), .serverFault, true), (response(500, html, ""), .serverFault, false),
  ]

  @Test(arguments: failures.indices) func errors(index: Int) {
    let (response, kind, hasDocument) = Self.failures[index]
    do {
      _ = try SiteAnswer.document(of: response)
      Issue.record("a document where \(kind) was expected")
    } catch {
      #expect(error.kind == kind)
      #expect(error.status == response.status)
      #expect((error.document != nil) == hasDocument)
      if hasDocument {
        #expect(error.detail == "D" && error.pointer == "/data" && error.document == response.body)
        #expect(error.description.contains("D"))
      }
    }
  }

  @Test func waitingTimes() {
    let response = Self.response(503, Self.html, "", [HTTPField("Retry-After", "7")])
    do {
      _ = try SiteAnswer.written(response)
      Issue.record("no error")
    } catch {
      #expect(error.retryAfter == 7)
      #expect(error.description.contains("7 seconds"))
    }
  }
}

@Suite struct EntryPointTests {
  func response(base: String, body: String? = nil) throws -> InboundResponse {
    let recorded = String(decoding: try fixture("entry.json"), as: UTF8.self)
    let escaped = base.replacing("/", with: "\\/")
    let text = body ?? recorded.replacing("{{BASE_ESC}}", with: escaped)
    return SiteAnswerTests.response(
      200, SiteAnswerTests.api, text, [HTTPField("Date", "Mon, 23 Nov 2026 00:00:00 GMT")])
  }

  @Test(arguments: ["https://h.example", "https://h.example/community", "http://127.0.0.1:8080"])
  func recordedEntryPoint(site: String) throws {
    let base = try BaseURL(site)
    #expect(EntryPoint.request().prepare(base: base).url == site + "/jsonapi")
    let entry = try EntryPoint.parse(try response(base: site), base: base)
    #expect(entry.resourceTypes.count == 28)
    #expect(entry.resourceTypes[0] == .init(name: "comment--comment", path: "/jsonapi/comment/comment"))
    #expect(
      entry.resourceTypes.contains(
        .init(
          name: "group_content--closed_group-group_node-event",
          path: "/jsonapi/group_content/closed_group-group_node-event")))
    #expect(entry.me == "a0000000-0000-4000-8000-000000000001")
    #expect(entry.date == 1_795_392_000)
  }

  @Test func anotherHostInTheLinksDoesNotMatter() throws {
    let base = try BaseURL("https://h.example/community")
    let entry = try EntryPoint.parse(try response(base: "http://inner:8080/community"), base: base)
    #expect(entry.resourceTypes.last?.path == "/jsonapi/user/user")
    #expect {
      try EntryPoint.parse(try response(base: "https://h.example/other"), base: base)
    } throws: {
      ($0 as? SiteError)?.kind == .malformed && "\($0)".contains("site.baseURL")
    }
  }

  @Test(arguments: [
    #"{"links":{"self":{"href":"https://h.example/jsonapi"}}}"#, "{}", #"{"links":[]}"#, #"{"links":{"a--b":{}}}"#,
    #"{"data" 1}"#,
  ])
  func emptinessIsNotTrusted(body: String) throws {
    let base = try BaseURL("https://h.example")
    #expect {
      try EntryPoint.parse(try response(base: "", body: body), base: base)
    } throws: {
      ($0 as? SiteError)?.kind == .malformed
    }
  }

  @Test func anonymousVisitors() throws {
    let body = #"{"links":{"node--topic":{"href":"https://h.example/jsonapi/node/topic"}}}"#
    let entry = try EntryPoint.parse(try response(base: "", body: body), base: try BaseURL("https://h.example"))
    #expect(entry.me == nil)
    #expect(entry.resourceTypes == [.init(name: "node--topic", path: "/jsonapi/node/topic")])
  }
}
