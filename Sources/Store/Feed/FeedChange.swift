import JSONAPI

/// The newest change of a resource, as the feed tells it.
package struct FeedChange: Sendable, Hashable {
  /// What was done.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case created, changed, removed
  }
  /// Whose doing it was.
  package enum Origin: String, Sendable, Hashable, CaseIterable {
    /// The site showed it so, or answered so.
    case site
    /// A client of the local API asked for it.
    case local
    /// It follows from the site's copy and local changes.
    case rebase

    init(_ stored: Int64) { self = stored == 1 ? .local : stored == 2 ? .rebase : .site }
  }

  /// The number of the change: each is told once.
  package var sequence: Int64
  /// The resource's type, such as `node--topic`.
  package var type: String
  /// The resource's id.
  package var id: String
  /// For who may not see everything, `removed` is also what is not shown any more.
  package var kind: Kind
  /// Whose doing it was.
  package var origin: Origin
  /// When the mirror learned of it, Unix seconds of its machine; nil of changes before that was noted.
  package var time: Int64?
  /// The resource object as the local API shows it; nil where it was not asked for, or there is none.
  package var document: [UInt8]?

  /// Appends the change as a JSON object, in one line.
  /// - Parameter position: the place behind it, where that is told with each.
  package func append(to bytes: inout [UInt8], position: FeedPosition? = nil) {
    bytes += "{\"sequence\":\(sequence),\"resource\":{\"type\":".utf8
    JSON.encode(type, into: &bytes, .plain)
    bytes += ",\"id\":".utf8
    JSON.encode(id, into: &bytes, .plain)
    bytes += "},\"kind\":\"\(kind.rawValue)\",\"origin\":\"\(origin.rawValue)\",\"time\":".utf8
    bytes += time.map { "\"\(RFC3339.text(unixSeconds: $0))\"" }.map { Array($0.utf8) } ?? Array("null".utf8)
    if let position { bytes += ",\"position\":\"\(position.text)\"".utf8 }
    if let document {
      bytes += ",\"document\":".utf8
      // What a string may not hold would end the line of who reads by lines.
      if document.contains(where: { $0 < 0x20 }) {
        bytes += document.map { $0 < 0x20 ? 0x20 : $0 }
      } else {
        bytes += document
      }
    }
    bytes += "}".utf8
  }
}

/// Some changes in their order, and the place behind them.
package struct FeedPage: Sendable, Hashable {
  /// Each with a greater number than the one before.
  package var changes: [FeedChange]
  /// Where it was begun.
  package var start: FeedPosition
  /// Where to read on.
  package var position: FeedPosition
  /// Whether nothing follows.
  package var isEnd: Bool

  /// A page without changes, at the end of the feed.
  package init(at end: FeedPosition) { (changes, start, position, isEnd) = ([], end, end, true) }

  init(changes: [FeedChange], start: FeedPosition, end: Int64, isEnd: Bool) {
    (self.changes, self.start, self.isEnd) = (changes, start, isEnd)
    position = FeedPosition(sequence: end, begun: start.begun, feed: start.feed)
  }

  /// The place behind one of its changes: as if the page had ended there.
  package func place(behind change: FeedChange) -> FeedPosition {
    FeedPosition(sequence: change.sequence, begun: start.begun, feed: start.feed)
  }
}

/// What is asked of the feed.
package struct FeedQuestion: Sendable {
  /// Behind which the changes are.
  package var position: FeedPosition
  /// The most changes of a page; more than `most` are not given.
  package var limit: Int
  /// The base URL of documents; nil asks for none.
  package var documents: DocumentBase?

  /// The most changes of a page.
  package static let most = 1_000

  /// So many bytes of documents end a page: it has no more than one document beyond them.
  package var bytes: Int

  /// A question; without `documents` for changes alone.
  package init(
    after position: FeedPosition, limit: Int = most, documents: DocumentBase? = nil, bytes: Int = 4 << 20
  ) {
    (self.position, self.documents, self.bytes) = (position, documents, bytes)
    self.limit = min(max(1, limit), FeedQuestion.most)
  }
}
