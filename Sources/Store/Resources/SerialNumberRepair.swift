import GRDB
import JSONAPI
import OpenSocial

/// Puts right which attribute is a type's serial number, inside one transaction: the numbers of its rows, and whatever was
/// remembered by them.
enum SerialNumberRepair {
  /// Sets the numbers of a type's rows by the attribute that holds them. Rows whose document does not show it keep theirs. Collections
  /// come in their order, so that is a change.
  /// - Returns: whether any was another one.
  @discardableResult
  static func apply(_ attribute: String, of type: Int64, _ changes: ChangeSequence, _ db: Database) throws -> Bool {
    let path = "$.attributes.\(PathKey.quoted(attribute))"
    let number = """
      CASE json_type(document, ?1) WHEN 'integer' THEN json_extract(document, ?1)
        WHEN 'text' THEN CAST(json_extract(document, ?1) AS INTEGER) END
      """
    try db.run(
      sql: "UPDATE resource SET internal_id = \(number) WHERE type = ?2 AND internal_id <> \(number)",
      arguments: [path, type])
    var isWrong = db.changesCount > 0
    if isWrong {
      try changes.next()
      try changes.keep()
    }
    let isOther = try Bool.cachedOne(
      db, sql: "SELECT id_attribute IS NOT NULL AND id_attribute <> ? FROM resource_type WHERE id = ?",
      arguments: [attribute, type])
    if isOther == true {
      try db.run(sql: "UPDATE resource_type SET id_attribute = ? WHERE id = ?", arguments: [attribute, type])
      isWrong = true
    }
    if isWrong { try forget(type, db) }
    return isWrong
  }

  /// Cursor, pass, stretches, sweep, probe and indexes stand on the numbers of before: the type is read from the beginning.
  private static func forget(_ type: Int64, _ db: Database) throws {
    try db.run(sql: "DELETE FROM cursor WHERE type = ?", arguments: [type])
    // A file of before that is healed has no such tables yet.
    for table in ["stretch", "sweep_listed"] where try db.tableExists(table) {
      try db.run(sql: "DELETE FROM \(table) WHERE type = ?", arguments: [type])
    }
    if try db.tableExists("row_digest") { try RowDigestRows.drop(type: type, db) }
    try db.run(sql: "DELETE FROM probe WHERE type = ?", arguments: [type])
    try db.run(sql: "DELETE FROM sweep_candidate WHERE type = ?", arguments: [type])
    try db.run(
      sql: """
        UPDATE sweep SET started = NULL, last_id = -1, position = 0, is_listed = 0, held = 0, marks = NULL WHERE type = ?
        """, arguments: [type])
    try db.run(
      sql: "DELETE FROM indexed_value WHERE path IN (SELECT id FROM path_index WHERE type = ?)", arguments: [type])
    try db.run(
      sql: "DELETE FROM indexed_text WHERE path IN (SELECT id FROM path_index WHERE type = ?)", arguments: [type])
    try db.run(sql: "DELETE FROM path_index WHERE type = ?", arguments: [type])
  }

  /// A mirror of before took the first attribute of its kind for the serial number, which may have been a revision's.
  static func heal(_ db: Database) throws {
    let changes = ChangeSequence(db)
    for (entityType, attribute) in SerialNumbers.known {
      let types = try Int64.fetchAll(
        db, sql: "SELECT id FROM resource_type WHERE entity_type = ?", arguments: [entityType])
      for type in types {
        let isThere = try Bool.fetchOne(
          db,
          sql: """
            SELECT EXISTS (SELECT 1 FROM resource WHERE type = ?1 AND json_type(document, ?2) = 'integer')
            """, arguments: [type, "$.attributes.\(PathKey.quoted(attribute))"])
        if isThere == true { try apply(attribute, of: type, changes, db) }
      }
    }
  }
}

extension SerialNumbers {
  /// What the mirror has found out.
  init(_ db: Database) throws {
    var named: [String: String] = [:]
    var entityTypes: [String: String] = [:]
    let types = try Row.cachedAll(db, sql: "SELECT name, id_attribute, entity_type FROM resource_type")
    for row in types {
      let name: String = try row.decode(atIndex: 0)
      named[name] = try row.decode(String?.self, atIndex: 1)
      entityTypes[name] = try row.decode(String.self, atIndex: 2)
    }
    self.init(named: named, entityTypes: entityTypes)
  }
}

extension Reading {
  /// Which attributes are serial numbers, as far as is known.
  package func serialNumbers() throws -> SerialNumbers { try read { try SerialNumbers($0) } }
}

extension Discovery {
  /// Notes which attribute holds a type's serial number, once that is proved or found out. Rows that went by another one follow.
  /// - Returns: whether it was another one: then the type is to be read from the beginning.
  @discardableResult
  package func note(serialNumber attribute: String, of type: String) throws -> Bool {
    try write { db in
      let names = try Names(db)
      return try names.learn(idAttribute: attribute, of: names.type(type))
    }
  }
}

extension Schema {
  static func healSerialNumbers(_ db: Database) throws { try SerialNumberRepair.heal(db) }
}
