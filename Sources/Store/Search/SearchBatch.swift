import GRDB

/// Resources with their texts as they were stored when they were read, in the order of changes: what the text index takes in next.
struct SearchBatch: Sendable {
  /// The texts of one resource.
  struct Resource: Sendable {
    var id: Int64
    var type: Int64
    /// The number of the change that stored it so.
    var sequence: Int64
    var parts: [SearchedTexts.Part]
  }

  /// The number of the change behind which it begins.
  let after: Int64
  /// The number of the last change that is in it.
  private(set) var last: Int64
  private(set) var resources: [Resource] = []
  /// Whether nothing was changed behind it when it was read.
  private(set) var isLast = false

  /// How many resources are taken in at a time where nothing else is to be done: what is written at once is sorted and merged once.
  static let most = 10_000
  /// About how many bytes of text are held at a time.
  private static let size = 5 << 20

  /// Reads what comes behind a change, in one snapshot.
  /// - Parameters:
  ///   - newest: the number of the last change in that snapshot.
  ///   - most: how many resources are looked at.
  init(_ db: Database, after: Int64, newest: Int64, most: Int) throws {
    self.after = after
    last = after
    let base = Array((try MirrorFact.siteBaseURL.value(db) ?? "").utf8)
    let rows = try RawStatement(
      cached: "SELECT id, type, sequence, document FROM resource WHERE sequence > ?1 ORDER BY sequence", db)
    defer { rows.reset() }
    rows.bind(after, at: 1)
    var size = 0
    while resources.count < most, size < SearchBatch.size {
      guard try rows.step() else {
        isLast = true
        break
      }
      let parts = SearchedTexts(rows.bytes(3), base: base).parts
      last = rows.integer(2)
      resources.append(Resource(id: rows.integer(0), type: rows.integer(1), sequence: last, parts: parts))
      size += parts.reduce(0) { $0 + $1.text.count }
    }
    // What is behind the last resource was no resource that is there.
    if isLast { last = max(last, newest) }
  }
}
