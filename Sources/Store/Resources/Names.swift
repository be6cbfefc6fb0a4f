import GRDB
import JSONAPI

/// Type and field names interned to integers, and the numbers of changes, for the length of one transaction.
final class Names {
  private let db: Database
  /// The transaction's numbers.
  let changes: ChangeSequence
  private var types: [String: Int64] = [:]
  private var fields: [String: Int64] = [:]
  private var idAttributes: [Int64: String] = [:]
  private var files: Set<Int64> = []

  init(_ db: Database) throws {
    self.db = db
    changes = ChangeSequence(db)
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

  func type(_ name: String) throws -> Int64 {
    if let id = types[name] { return id }
    let entityType = ResourceTypeName(name).entityType
    try db.run(
      sql: "INSERT INTO resource_type (name, entity_type) VALUES (?, ?)", arguments: [name, entityType])
    types[name] = db.lastInsertedRowID
    if entityType == "file" { files.insert(db.lastInsertedRowID) }
    return db.lastInsertedRowID
  }

  /// Whether resources of a type are files.
  func isFile(_ type: Int64) -> Bool { files.contains(type) }

  func field(_ name: String) throws -> Int64 {
    if let id = fields[name] { return id }
    try db.run(sql: "INSERT INTO field (name) VALUES (?)", arguments: [name])
    fields[name] = db.lastInsertedRowID
    return db.lastInsertedRowID
  }

  /// Notes which attribute holds a type's serial number, once it is seen. Rows that went by another one follow.
  /// - Returns: whether it was another one: what was remembered by its numbers is forgotten.
  @discardableResult
  func learn(idAttribute: String, of type: Int64) throws -> Bool {
    guard idAttributes[type] != idAttribute else { return false }
    idAttributes[type] = idAttribute
    let isOther = try SerialNumberRepair.apply(idAttribute, of: type, changes, db)
    try db.run(sql: "UPDATE resource_type SET id_attribute = ? WHERE id = ?", arguments: [idAttribute, type])
    return isOther
  }
}
