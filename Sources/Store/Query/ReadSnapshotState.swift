import JSONAPI

/// How far an answer's content is known and which state of the mirror it shows.
package struct ContentState: Sendable, Hashable {
  /// The site's time up to which the type is known, Unix seconds; 0 when it never was read whole.
  package var knownUntil: Int64
  /// The number of the mirror's last change: grows with every resource that is stored, leaves or comes back, and never falls.
  package var sequence: Int64
}

extension ReadSnapshot {
  /// A number that this process gives to the types as they are: it is another one once one of them has another path or name.
  package var typesEdition: Int { catalog.edition }

  /// The state of a type's content. Read before the rows it is said of, it may be older than they are, never newer.
  package func state(ofType type: Int64) throws -> ContentState {
    let statement = try statement(
      """
      SELECT (SELECT known_until FROM cursor WHERE type = ?),
        (SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sequence')
      """)
    defer { statement.reset() }
    statement.bind(type, at: 1)
    guard try statement.step() else { return ContentState(knownUntil: 0, sequence: 0) }
    return ContentState(knownUntil: statement.optionalInteger(0) ?? 0, sequence: statement.optionalInteger(1) ?? 0)
  }

  /// The site's time up to which all types are known that are shown and read at all, Unix seconds; 0 when one never was read whole.
  package func knownUntilOfAll() throws -> Int64 {
    guard sight.isEverything else { return try knownUntilOfShown() }
    let statement = try statement("SELECT min(known_until) FROM cursor")
    defer { statement.reset() }
    return try statement.step() ? statement.optionalInteger(0) ?? 0 : 0
  }

  /// Whether links of the type's resources carry a revision (reference 1.5), told by its newest resource.
  package func hasVersions(_ type: ServedType) throws -> Bool {
    let statement = try statement(
      "SELECT revision IS NOT NULL FROM resource WHERE type = ? ORDER BY internal_id DESC LIMIT 1")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    return try statement.step() && statement.integer(0) != 0
  }

  /// Whether a resource of the type is known to refer to a file: then the site has upload routes below it (reference 1.2).
  /// Looked for from the files' side, of which there are fewer.
  package func refersToFiles(_ type: ServedType) throws -> Bool {
    let statement = try statement(
      """
      SELECT EXISTS (
        SELECT 1 FROM resource_type t JOIN resource f ON f.type = t.id JOIN relationship l ON l.target = f.id
        JOIN resource r ON r.id = l.source WHERE t.entity_type = 'file' AND r.type = ?)
      """)
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    return try statement.step() && statement.integer(0) != 0
  }
}
