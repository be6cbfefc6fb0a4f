import JSONAPI
import Testing

/// Every recorded read against what the site said about its query.
@Suite struct RecordedQueryTests {
  @Test func theRecordingIsThere() {
    #expect(RecordedExchange.all.count == 2138)
    #expect(RecordedExchange.all.count { $0.links["self"] != nil } > 1700)
    #expect(RecordedExchange.all.count { $0.links["next"] != nil } == 454)
    #expect(RecordedExchange.all.count { $0.errorBody != nil } > 200)
  }

  @Test func selfLinksAreTheSites() {
    for exchange in RecordedExchange.all {
      guard let link = exchange.links["self"] else { continue }
      #expect(exchange.request.selfLink == link, "\(exchange.id)")
    }
  }

  @Test func pagerLinksAreTheSites() throws {
    var compared = 0
    for exchange in RecordedExchange.all where exchange.status == 200 && exchange.isCollection {
      let page = try QueryParameters(exchange.request.query.tree).page
      let pages = page.links
      let offsets = ["first": "0", "prev": pages.previous ?? "–", "next": pages.next]
      for (name, offset) in offsets {
        guard let link = exchange.links[name] else { continue }
        compared += 1
        #expect(exchange.request.pagerLink(offset: offset, limit: pages.limit) == link, "\(exchange.id) \(name)")
      }
      #expect((exchange.links["first"] != nil) == (page.offset > 0 && !exchange.links.isEmpty), "\(exchange.id)")
    }
    #expect(compared == 558)
  }

  /// What the site finds wrong only when it looks up fields, types, versions, routes or access.
  private static let beyondSyntax = [
    "Invalid nested filtering.", "is not a valid relationship field name.", "Call to a member function",
    "Invalid specifier", "not found", "is not authorized to filter", "Collection resources only support",
    "A resource version identifier", "Resource versioning is not yet", "was not converted for the path",
    "No route found for", "createFromEntityReferenceField",
  ]

  @Test func badQueriesAreRefusedInTheSitesWords() throws {
    var refused = 0
    for exchange in RecordedExchange.all where !exchange.group.hasPrefix("write-") {
      let route: QueryParameters.Route = exchange.isCollection ? .collection : .resource
      do {
        let parameters = try QueryParameters(exchange.request.query.tree, for: route)
        let excused = RecordedQueryTests.beyondSyntax.contains { exchange.detail.contains($0) }
        #expect(exchange.error == nil || excused, "\(exchange.id) \(exchange.detail)")
        #expect(try QueryParameters(parameters.queryTree, for: .collection) == parameters, "\(exchange.id)")
        #expect(
          try QueryParameters(QueryTree(parsing: parameters.queryString)) == parameters, "\(exchange.id)")
      } catch {
        refused += 1
        let wanted = exchange.error?["message"]?.string ?? exchange.detail
        #expect(error.detail == wanted, "\(exchange.id)")
        #expect(error.status == (exchange.status == 500 ? 400 : exchange.status), "\(exchange.id)")
        guard exchange.status != 500 else { continue }
        let response = ErrorResponse(error, request: exchange.request)
        #expect(String(decoding: response.body, as: UTF8.self) == exchange.wantedBody, "\(exchange.id)")
        #expect(
          response.fields.first { $0.name == "Link" }?.value == exchange.fields?["link"]?.string, "\(exchange.id)")
        #expect(response.contentType == exchange.fields?["content-type"]?.string ?? "application/vnd.api+json")
      }
    }
    #expect(refused > 25)
  }

  @Test func versionsAreReadAsTheSiteReadsThem() {
    for exchange in RecordedExchange.all where exchange.detail.contains("resource version") {
      let text = exchange.request.query.tree["resourceVersion"]?.text ?? ""
      #expect(throws: QueryParameterError(exchange.detail), "\(exchange.id)") {
        try ResourceVersion.checkCollection(text, isFiltered: false)
      }
    }
  }
}

extension RecordedExchange {
  /// The exact text where it was kept, else the document in the site's encoding.
  var wantedBody: String { raw ?? String(decoding: errorBody ?? error?.encoded(.site) ?? [], as: UTF8.self) }
}
