import GRDB
import JSONAPI

/// Brings the text index up to date with resources, in the caller's transaction.
final class SearchIndexWriter {
  private let db: Database
  private let slots: SearchSlots
  private let find: RawStatement
  private let add: RawStatement
  private let put: RawStatement
  private let remove: RawStatement
  /// How many texts that were there are there no more.
  private(set) var edits = 0

  init(_ db: Database) throws {
    self.db = db
    slots = try SearchSlots(db)
    let columns = SearchSlots.columns.joined(separator: ", ")
    let marks = SearchSlots.columns.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
    find = try RawStatement(cached: "SELECT \(columns) FROM search_index WHERE rowid = ?1", db)
    add = try RawStatement(cached: "INSERT INTO search_index (rowid, \(columns)) VALUES (?1, \(marks))", db)
    put = try RawStatement(
      cached: "INSERT OR REPLACE INTO search_index (rowid, \(columns)) VALUES (?1, \(marks))", db)
    remove = try RawStatement(cached: "DELETE FROM search_index WHERE rowid = ?1", db)
  }

  /// Brings the words of one resource up to date.
  func store(_ parts: [SearchedTexts.Part], of id: Int64, type: Int64) throws {
    let places = try slots.places(of: parts.map(\.name), type: type)
    var texts = [[UInt8]](repeating: [], count: SearchSlots.columns.count)
    for (part, place) in zip(parts, places) where texts.indices.contains(place) {
      if !texts[place].isEmpty { texts[place].append(0x0A) }
      texts[place] += part.text
    }
    let statement: RawStatement
    switch try known(id, texts) {
    case .same: return
    case .other:
      edits += 1
      statement = put
    case .nothing: statement = add
    }
    guard !parts.isEmpty else {
      remove.bind(id, at: 1)
      return try remove.run()
    }
    // In one piece, which stays where it is until the statement has run.
    var joined: [UInt8] = []
    joined.reserveCapacity(texts.reduce(0) { $0 + $1.count })
    for text in texts { joined += text }
    try joined.withUnsafeBytes { bytes in
      statement.bind(id, at: 1)
      var start = 0
      for (index, text) in texts.enumerated() {
        let end = start + text.count
        if !text.isEmpty {
          statement.bindText(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: Int32(index + 2))
        }
        start = end
      }
      try statement.run()
    }
  }

  private enum Known { case nothing, same, other }

  /// What stands in the index of a resource.
  private func known(_ id: Int64, _ texts: [[UInt8]]) throws -> Known {
    find.bind(id, at: 1)
    defer { find.reset() }
    guard try find.step() else { return texts.allSatisfy(\.isEmpty) ? .same : .nothing }
    let isSame = texts.indices.allSatisfy { find.bytes(Int32($0)).elementsEqual(texts[$0]) }
    return isSame ? .same : .other
  }
}

extension Searching {
  /// Whether the index shows all that is stored.
  package func isCurrent() throws -> Bool {
    try read { db in try SearchState.after(db) >= ChangeNumber.last(db) }
  }

  /// Whether a type is being read from its beginning: then the pull comes first.
  package func isReadingFirst() throws -> Bool {
    try read { try Bool.cachedOne($0, sql: "SELECT EXISTS (SELECT 1 FROM stretch)") ?? false }
  }

  /// Takes some more of what was stored or changed into the index, in one transaction and in the order of changes. Where it has got to
  /// is committed with it, so it may be stopped anywhere. A mirror of before is filled in the same way.
  /// - Parameter most: how many resources are looked at: the others who write wait some ten milliseconds for a thousand.
  /// - Returns: whether more is left.
  package func step(_ most: Int = 1_000) throws -> Bool {
    guard let batch = try batch(most) else { return false }
    return try !take(batch) || !batch.isLast
  }

  /// Takes in all that is stored, as `step` does. The texts of what comes next are made while the writer takes in those before.
  /// - Throws: `CancellationError` between two transactions.
  package func catchUp() async throws {
    var next = try batch(SearchBatch.most)
    while let batch = next {
      try Task.checkCancellation()
      async let following = self.batch(SearchBatch.most, after: batch.last)
      let isTaken = try take(batch)
      next = try await following
      if !isTaken { next = try self.batch(SearchBatch.most) }
    }
  }

  /// Makes the texts of what comes next.
  /// - Parameters:
  ///   - most: how many resources are looked at.
  ///   - after: the number of the change behind which it begins; nil for where the index has got to.
  /// - Returns: nil where nothing was changed since.
  func batch(_ most: Int, after: Int64? = nil) throws -> SearchBatch? {
    try read { db in
      let after = try after ?? SearchState.after(db)
      let newest = try ChangeNumber.last(db)
      return after < newest ? try SearchBatch(db, after: after, newest: newest, most: most) : nil
    }
  }

  /// Takes a batch in, in one transaction. What was changed or removed since its texts were made has a later number, and is left to that.
  /// - Returns: false where the index stands elsewhere by now: then nothing has changed.
  func take(_ batch: SearchBatch) throws -> Bool {
    try write { db in
      guard try SearchState.after(db) == batch.after else { return false }
      let writer = try SearchIndexWriter(db)
      let isAsRead = try RawStatement(cached: "SELECT 1 FROM resource WHERE id = ?1 AND sequence = ?2", db)
      for resource in batch.resources {
        isAsRead.bind(resource.id, at: 1)
        isAsRead.bind(resource.sequence, at: 2)
        defer { isAsRead.reset() }
        if try isAsRead.step() { try writer.store(resource.parts, of: resource.id, type: resource.type) }
      }
      try db.run(
        sql: "UPDATE search_state SET after = ?1, edits = edits + ?2", arguments: [batch.last, writer.edits])
      return true
    }
  }
}

/// What stands in `search_state`.
enum SearchState {
  /// The number of the change up to which the index follows.
  static func after(_ db: Database) throws -> Int64 {
    try Int64.cachedOne(db, sql: "SELECT after FROM search_state") ?? 0
  }
}
