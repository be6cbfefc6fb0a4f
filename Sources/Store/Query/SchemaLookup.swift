import JSONAPI
import OpenSocial

extension ReadSnapshot {
  /// The schema of a type, as far as it may be seen; nil while nothing is known of it. Filters, sorts and `include` go by it.
  package func schema(of type: ServedType) throws -> TypeSchema? {
    try narrowed(type) { try wholeSchema(of: type) }
  }

  private func wholeSchema(of type: ServedType) throws -> TypeSchema? {
    let statement = try statement("SELECT version, fields FROM type_schema WHERE type = ?")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    // A file that an older program filled has resources and no schema yet.
    guard try statement.step() else { return try schemaOfResources(type) }
    let version = statement.integer(0)
    if let known = catalog.schema(of: type.id, version: version) { return known }
    let schema = try SchemaRow.decode(statement.text(1))
    catalog.keep(schema, of: type.id, version: version)
    return schema
  }

  /// What the newest resources of a type show.
  private func schemaOfResources(_ type: ServedType) throws -> TypeSchema? {
    let statement = try statement(
      "SELECT document, splices FROM resource WHERE type = ? ORDER BY internal_id DESC LIMIT 50")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    var schema: TypeSchema?
    while try statement.step() {
      let seen = TypeSchema(statement.bytes(0), splices: statement.bytes(1))
      guard let known = schema else {
        schema = seen
        continue
      }
      var merged = known
      merged.merge(seen)
      schema = merged
    }
    return schema
  }

  /// Whether the site's resources of a type have an attribute of this name. What was learned of a type is never unlearned, so the
  /// resources that changed last tell as well: the site may have given the attribute another name since.
  package func shows(_ attribute: String, of type: ServedType) throws -> Bool {
    guard let field = try schema(of: type)?.field(attribute), !field.isRelationship else { return false }
    // What was made here and waits has the names that were known here.
    let statement = try statement(
      """
      SELECT max(json_type(document, ?2) IS NOT NULL) FROM (
        SELECT document FROM resource WHERE type = ?1 AND internal_id IS NOT NULL ORDER BY changed DESC LIMIT 20)
      """)
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    statement.bind("$.attributes.\"\(attribute)\"", at: 2)
    return try !statement.step() || statement.optionalInteger(0) != 0
  }

  /// A fact about the mirror; nil when it was never noted.
  func fact(_ fact: MirrorFact) throws -> String? {
    let statement = try statement("SELECT value FROM setting WHERE name = ?")
    defer { statement.reset() }
    statement.bind(fact.rawValue, at: 1)
    return try statement.step() ? statement.text(0) : nil
  }
}
