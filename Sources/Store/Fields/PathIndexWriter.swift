import GRDB
import GRDBSQLite
import JSONAPI

/// Keeps the automatic indexes as resources are written, in their transaction.
final class PathIndexWriter {
  /// One index.
  struct Entry {
    var id: Int64
    var path: PathKey
    var kind: ValueClass
    var holdsTexts = false

    init(_ row: Row) throws {
      id = try row.decode(forColumn: "id")
      path = PathKey(try row.decode(String.self, forColumn: "path"))
      kind = ValueClass(rawValue: try row.decode(String.self, forColumn: "kind")) ?? .text
      holdsTexts = PathIndexState(rawValue: try row.decode(forColumn: "state"))?.holdsTexts ?? false
    }
  }

  private var entries: [Int64: [Entry]] = [:]
  private let db: Database
  private let extract: [ValueClass: RawStatement]
  private let insert: RawStatement
  private let remove: RawStatement
  private let insertText: RawStatement
  private let removeText: RawStatement

  init(_ db: Database) throws {
    self.db = db
    for row in try Row.cachedAll(
      db, sql: "SELECT id, type, path, kind, state FROM path_index WHERE state <> 'unsuitable'")
    {
      entries[try row.decode(forColumn: "type"), default: []].append(try Entry(row))
    }
    var extract: [ValueClass: RawStatement] = [:]
    for kind in [ValueClass.number, .time, .dateTime, .text, .binary] {
      extract[kind] = try RawStatement(cached: "SELECT \(kind.stored("value")) FROM json_each(?1, ?2)", db)
    }
    self.extract = extract
    insert = try RawStatement(
      cached: "INSERT OR IGNORE INTO indexed_value (path, value, serial, resource) VALUES (?1, ?2, ?3, ?4)", db)
    remove = try RawStatement(cached: "DELETE FROM indexed_value WHERE resource = ? AND path = ?", db)
    insertText = try RawStatement(
      cached: "INSERT OR REPLACE INTO indexed_text (path, resource, value) VALUES (?1, ?2, ?3)", db)
    removeText = try RawStatement(cached: "DELETE FROM indexed_text WHERE resource = ? AND path = ?", db)
  }

  /// Brings the indexes of a type up to date with a resource that is new or different.
  func store(_ resource: ScannedResource, id: Int64, type: Int64, isNew: Bool) throws {
    guard let entries = entries[type] else { return }
    for entry in entries {
      if !isNew {
        let old = entry.holdsTexts ? removeText : remove
        old.bind(id, at: 1)
        old.bind(entry.id, at: 2)
        try old.run()
      }
      let isSuitable = try resource.document.withUnsafeBytes {
        try add(entry, resource: id, serial: resource.internalID, document: $0)
      }
      if !isSuitable { try giveUp(entry, type) }
    }
  }

  private func giveUp(_ entry: Entry, _ type: Int64) throws {
    let next = try PathIndexes.giveUp(entry, db)
    entries[type]?.removeAll { $0.id == entry.id }
    if let next { entries[type]?.append(next) }
  }

  /// Adds the values of one document. False when one is too long.
  func add(_ entry: Entry, resource: Int64, serial: Int64?, document: UnsafeRawBufferPointer) throws -> Bool {
    guard let extract = extract[entry.kind] else { return false }
    extract.bindText(document, at: 1)
    extract.bind(entry.path.jsonPath, at: 2)
    defer { extract.reset() }
    var count = 0
    if entry.holdsTexts {
      guard try extract.step() else { return true }
      return try addText(entry, extract, resource)
    }
    while try extract.step() {
      guard try add(entry, extract, resource, serial) else { return false }
      count += 1
    }
    // A document that does not show the field at all sorts like one with null.
    if count == 0, !isList(document, entry) {
      insert.bind(-Double.infinity, at: 2)
      try put(entry, resource, serial)
    }
    return true
  }

  private func isList(_ document: UnsafeRawBufferPointer, _ entry: Entry) -> Bool {
    guard let member = StoredLayout(document)?.attributes.first(where: { $0.name == entry.path.attribute }) else {
      return false
    }
    return document[member.value.lowerBound] == UInt8(ascii: "[")
  }

  private func add(_ entry: Entry, _ row: RawStatement, _ resource: Int64, _ serial: Int64?) throws -> Bool {
    if row.isNull(0) {
      insert.bind(-Double.infinity, at: 2)
    } else if entry.kind.isNumeric {
      insert.bind(row.double(0), at: 2)
    } else {
      let bytes = row.bytes(0)
      guard bytes.count <= PathIndexes.longestValue else { return false }
      let text = String(decoding: bytes, as: UTF8.self)
      if case .text(let folded) = entry.kind.argument(text) { insert.bind(folded, at: 2) }
    }
    try put(entry, resource, serial)
    return true
  }

  private func addText(_ entry: Entry, _ row: RawStatement, _ resource: Int64) throws -> Bool {
    guard !row.isNull(0) else { return true }
    let folded = GeneralCollation.fold(row.bytes(0).bindMemory(to: UInt8.self), trimmed: false)
    try folded.withUnsafeBytes { bytes in
      insertText.bind(entry.id, at: 1)
      insertText.bind(resource, at: 2)
      // An empty list has no address, which would bind null.
      if bytes.isEmpty { insertText.bind("", at: 3) } else { insertText.bindText(bytes, at: 3) }
      try insertText.run()
    }
    // A list has no text of its own.
    return try !row.step()
  }

  private func put(_ entry: Entry, _ resource: Int64, _ serial: Int64?) throws {
    insert.bind(entry.id, at: 1)
    insert.bind(serial ?? 0, at: 3)
    insert.bind(resource, at: 4)
    try insert.run()
  }
}
