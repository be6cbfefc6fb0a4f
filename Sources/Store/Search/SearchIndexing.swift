import GRDB
import JSONAPI

/// Brings the text index up to date with resources, in the caller's transaction.
final class SearchIndexWriter {
  private let db: Database
  private let slots: SearchSlots
  private let base: [UInt8]
  private let find: RawStatement
  private let add: RawStatement
  private let put: RawStatement
  private let remove: RawStatement
  /// How many texts that were there are there no more.
  private(set) var edits = 0

  init(_ db: Database) throws {
    self.db = db
    slots = try SearchSlots(db)
    base = Array((try MirrorFact.siteBaseURL.value(db) ?? "").utf8)
    let columns = SearchSlots.columns.joined(separator: ", ")
    let marks = SearchSlots.columns.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
    find = try RawStatement(cached: "SELECT \(columns) FROM search_index WHERE rowid = ?1", db)
    add = try RawStatement(cached: "INSERT INTO search_index (rowid, \(columns)) VALUES (?1, \(marks))", db)
    put = try RawStatement(
      cached: "INSERT OR REPLACE INTO search_index (rowid, \(columns)) VALUES (?1, \(marks))", db)
    remove = try RawStatement(cached: "DELETE FROM search_index WHERE rowid = ?1", db)
  }

  /// Brings the words of one resource up to date.
  func store(_ document: UnsafeRawBufferPointer, of id: Int64, type: Int64) throws {
    let parts = SearchedTexts(document, base: base).parts
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
  /// - Parameter most: how many resources are looked at.
  /// - Returns: whether more is left.
  package func step(_ most: Int = 1_000) throws -> Bool {
    if try isCurrent() { return false }
    return try write { db in
      let after = try SearchState.after(db)
      let writer = try SearchIndexWriter(db)
      let rows = try RawStatement(
        cached: "SELECT id, type, sequence, document FROM resource WHERE sequence > ?1 ORDER BY sequence LIMIT ?2", db)
      defer { rows.reset() }
      rows.bind(after, at: 1)
      rows.bind(Int64(most), at: 2)
      var count = 0
      var last = after
      while try rows.step() {
        count += 1
        last = rows.integer(2)
        try writer.store(rows.bytes(3), of: rows.integer(0), type: rows.integer(1))
      }
      // What is behind the last resource was no resource that is there.
      if count < most { last = max(last, try ChangeNumber.last(db)) }
      try db.run(
        sql: "UPDATE search_state SET after = ?1, edits = edits + ?2", arguments: [last, writer.edits])
      return count == most
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
