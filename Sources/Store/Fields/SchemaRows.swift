import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Synchronization

/// The schema of a type as the file keeps it: one JSON text, so that one look-up gives it, and a number that grows when it
/// changes.
enum SchemaRow {
  static func encode(_ schema: TypeSchema) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(schema), as: UTF8.self)
  }

  static func decode(_ text: String) throws -> TypeSchema {
    if let known = decoded.withLock({ $0[text] }) { return known }
    let schema = try JSONDecoder().decode(TypeSchema.self, from: Data(text.utf8))
    decoded.withLock { decoded in
      if decoded.count >= 256 { decoded = [:] }
      decoded[text] = schema
    }
    return schema
  }

  /// What was decoded lately: the writer asks for the same ones in every transaction.
  private static let decoded = Mutex<[String: TypeSchema]>([:])
}

/// Learns the schemas of types from what is stored, in the writer's transaction. The first resources of a type are all
/// looked at; later ones now and then, which is enough for what is not rarer than rare.
final class SchemaLearner {
  private struct Known {
    var schema: TypeSchema
    var examined: Int64
    var isChanged = false
    var isNew: Bool
  }

  private let db: Database
  private var types: [Int64: Known] = [:]
  /// So many resources of a type are looked at, one after the other; then one in `stride`.
  private static let first: Int64 = 256
  private static let stride: Int64 = 64

  init(_ db: Database) { self.db = db }

  /// Takes in what a resource shows that is stored now.
  func examine(_ resource: ScannedResource, type: Int64) throws {
    // The site shows only the label of what an account may not see: that says nothing about the type.
    guard !resource.isLabelOnly else { return }
    var known = try self.known(type)
    types[type] = nil
    defer { types[type] = known }
    known.examined = known.examined.addingClamped(1)
    guard known.examined <= SchemaLearner.first || known.examined % SchemaLearner.stride == 0 else { return }
    let seen = resource.document.withUnsafeBytes { document in
      resource.splices.withUnsafeBytes { TypeSchema(document, splices: $0) }
    }
    let before = known.schema
    known.schema.merge(seen)
    if known.schema != before { known.isChanged = true }
  }

  /// Writes what was learned.
  func finish() throws {
    for (type, known) in types {
      try SchemaLearner.write(
        known.isChanged || known.isNew ? known.schema : nil, examined: known.examined, type: type, db)
    }
  }

  private func known(_ type: Int64) throws -> Known {
    if let known = types[type] { return known }
    guard let row = try SchemaLearner.read(type, db) else {
      return Known(schema: TypeSchema(), examined: 0, isNew: true)
    }
    return Known(schema: row.schema, examined: row.examined, isNew: false)
  }

  static func read(_ type: Int64, _ db: Database) throws -> (schema: TypeSchema, examined: Int64)? {
    guard
      let row = try Row.cachedOne(db, sql: "SELECT fields, examined FROM type_schema WHERE type = ?", arguments: [type])
    else { return nil }
    return try (SchemaRow.decode(row.decode(forColumn: "fields")), row.decode(forColumn: "examined"))
  }

  static func write(_ schema: TypeSchema?, examined: Int64, type: Int64, _ db: Database) throws {
    guard let schema else {
      try db.run(sql: "UPDATE type_schema SET examined = ? WHERE type = ?", arguments: [examined, type])
      return
    }
    try db.run(
      sql: """
        INSERT INTO type_schema (type, version, examined, fields) VALUES (?1, 1, ?2, ?3)
        ON CONFLICT (type) DO UPDATE SET version = version + 1, examined = ?2, fields = ?3
        """,
      arguments: [type, examined, try SchemaRow.encode(schema)])
  }
}

extension Reading {
  /// What is known of a type's fields; nil while nothing is.
  package func schema(of type: String) throws -> TypeSchema? {
    try read { db in
      guard
        let id = try Int64.cachedOne(db, sql: "SELECT id FROM resource_type WHERE name = ?", arguments: [type])
      else { return nil }
      return try SchemaLearner.read(id, db)?.schema
    }
  }

  /// What is known of the fields of types of which no description tells, by type.
  package func undescribedSchemas() throws -> [String: TypeSchema] {
    try read { db in
      var schemas: [String: TypeSchema] = [:]
      let rows = try Row.cachedAll(
        db, sql: "SELECT t.name, s.fields FROM type_schema s JOIN resource_type t ON t.id = s.type")
      for row in rows {
        let schema = try SchemaRow.decode(row.decode(atIndex: 1))
        if !schema.isDescribed { schemas[try row.decode(atIndex: 0)] = schema }
      }
      return schemas
    }
  }
}
