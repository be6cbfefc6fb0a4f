import HTTPTypes
import JSONAPI
import Store

/// What a request asks of the change feed, as its query and its header fields say. A value: it knows neither mirror nor clock.
struct FeedRequest: Sendable, Equatable {
  /// Behind which the changes are; nil for those that come from now on.
  var position: FeedPosition?
  /// The most changes of a page.
  var limit = FeedRequest.usualLimit
  /// Whether resource objects come along.
  var hasDocuments = false
  /// Whether changes are sent as they come (server-sent events).
  var isStream = false
  /// How long to wait for the first change; nil does not wait. Seconds.
  var wait: Int?

  private static let usualLimit = 500
  private static let place = "since takes what position or next of an answer said, a number of a change, or now"

  /// - Parameter fields: those of the request; without any it is a page that waits for nothing.
  /// - Throws: `QueryParameterError` in words for the client.
  init(_ query: QueryTree, _ fields: HTTPFields = [:]) throws {
    isStream = FeedRequest.takesEvents(fields[values: .accept].joined(separator: ","))
    wait = WaitPreference(fields[values: .prefer].joined(separator: ","))?.seconds
    // A browser that connects again sends the same target, and says how far it came (HTML, 9.2).
    let last = isStream ? fields[.lastEventID].flatMap { $0.isEmpty ? nil : $0 } : nil
    switch last ?? query["since"].map({ $0.text ?? "" }) ?? "0" {
    case "now": position = nil
    case let text:
      guard let read = FeedPosition(text) else { throw QueryParameterError(FeedRequest.place) }
      position = read
    }
    if let node = query["limit"] {
      guard let limit = node.text.flatMap({ Int(clampingDigits: $0) }), limit > 0 else {
        throw QueryParameterError("limit takes a number from 1 to \(FeedQuestion.most)")
      }
      self.limit = min(limit, FeedQuestion.most)
    }
    if let node = query["include"] {
      guard node.text == "document" else { throw QueryParameterError("include takes document, and nothing else") }
      hasDocuments = true
    }
  }

  /// Whether events are among what a client takes (RFC 9110 section 12.5.1).
  private static func takesEvents(_ accept: String) -> Bool {
    accept.split(separator: ",").contains { range in
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
      return parts.first == "text/event-stream" && !parts.dropFirst().contains { ["q=0", "q=0.0"].contains($0) }
    }
  }

  /// The query that asks on from a place in the same way.
  func query(from position: FeedPosition) -> String {
    var query = "since=\(position.text)"
    if limit != FeedRequest.usualLimit { query += "&limit=\(limit)" }
    if hasDocuments { query += "&include=document" }
    return query
  }
}

extension HTTPField.Name {
  /// HTML, 9.2.4.
  fileprivate static let lastEventID = parsed("Last-Event-ID")
}
