import GRDB
import JSONAPI

/// Type and field names interned to integers, and the numbers of changes, for the length of one transaction.
final class Names {
  private let db: Database
  /// The transaction's numbers.
  let changes: ChangeSequence
  private(set) var interned: Interned
  /// What others have made of the types as they are; nil once these are otherwise.
  var derived: (any Sendable)?

  /// The names that stand in the mirror.
  struct Interned: Sendable {
    var types: [String: Int64] = [:]
    var fields: [String: Int64] = [:]
    var idAttributes: [Int64: String] = [:]
    var files: Set<Int64> = []
  }

  convenience init(_ db: Database) throws { try self.init(db, Interned(db)) }

  init(_ db: Database, _ interned: Interned, derived: (any Sendable)? = nil) {
    self.db = db
    self.interned = interned
    self.derived = derived
    changes = ChangeSequence(db)
  }

  func type(_ given: String) throws -> Int64 {
    if let id = interned.types[given] { return id }
    let name = Names.kept(given)
    if let id = interned.types[name] { return id }
    let entityType = ResourceTypeName(name).entityType
    try db.run(
      sql: "INSERT INTO resource_type (name, entity_type) VALUES (?, ?)", arguments: [name, entityType])
    derived = nil
    interned.types[name] = db.lastInsertedRowID
    if entityType == "file" { interned.files.insert(db.lastInsertedRowID) }
    return db.lastInsertedRowID
  }

  /// Whether resources of a type are files.
  func isFile(_ type: Int64) -> Bool { interned.files.contains(type) }

  func field(_ given: String) throws -> Int64 {
    if let id = interned.fields[given] { return id }
    let name = Names.kept(given)
    if let id = interned.fields[name] { return id }
    try db.run(sql: "INSERT INTO field (name) VALUES (?)", arguments: [name])
    interned.fields[name] = db.lastInsertedRowID
    return db.lastInsertedRowID
  }

  /// A name as it is kept: to SQLite a text ends at a NUL, and what was written down would never be found again.
  private static func kept(_ name: String) -> String { name.replacing("\0", with: "\u{FFFD}") }

  /// Notes which attribute holds a type's serial number, once it is seen. Rows that went by another one follow.
  /// - Returns: whether it was another one: what was remembered by its numbers is forgotten.
  @discardableResult
  func learn(idAttribute: String, of type: Int64) throws -> Bool {
    guard interned.idAttributes[type] != idAttribute else { return false }
    derived = nil
    interned.idAttributes[type] = idAttribute
    let isOther = try SerialNumberRepair.apply(idAttribute, of: type, changes, db)
    try db.run(sql: "UPDATE resource_type SET id_attribute = ? WHERE id = ?", arguments: [idAttribute, type])
    return isOther
  }
}

extension Names.Interned {
  init(_ db: Database) throws {
    // Row by row: this is done for every page, and rows of an array would be copies.
    let types = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT name, id, id_attribute, entity_type = 'file' FROM resource_type"))
    while let row = try types.next() {
      self.types[try row.decode(atIndex: 0)] = try row.decode(atIndex: 1)
      idAttributes[try row.decode(atIndex: 1)] = try row.decode(String?.self, atIndex: 2)
      if try row.decode(atIndex: 3) { files.insert(try row.decode(atIndex: 1)) }
    }
    let fields = try Row.fetchCursor(db.cachedStatement(sql: "SELECT name, id FROM field"))
    while let row = try fields.next() { self.fields[try row.decode(atIndex: 0)] = try row.decode(atIndex: 1) }
  }
}
