import GRDB
import JSONAPI

/// A resource type as the site's entry point links it, with what is known of its name.
package struct DiscoveredType: Sendable, Hashable {
  /// How an entity type became known.
  package enum Source: String, Sendable {
    /// A person named it, or the name or path tells it.
    case name, path
    /// The site's description says it.
    case description
    /// The fields of its resources tell it.
    case fields
    /// Nothing tells it.
    case nothing
  }

  /// What its resources call themselves.
  package var name: String
  /// The key of its link at the entry point.
  package var link: String
  /// The collection's path.
  package var path: String
  /// The entity type and the bundle that it belongs to.
  package var home: EntityTypes.Home
  /// How these became known.
  package var source: Source

  /// A type; each part as it is described above.
  package init(name: String, link: String, path: String, home: EntityTypes.Home, source: Source) {
    self.name = name
    self.link = link
    self.path = path
    self.home = home
    self.source = source
  }
}

/// What is known of the names of types and of their attributes.
enum TypeNames {
  /// `link` is the key at the entry point where it is not the name; `bundle`, `home_source`: where the type belongs and how that
  /// became known; `changed_attribute` is the name of `changed` where it has another.
  static let columns = """
    ALTER TABLE resource_type ADD COLUMN link TEXT;
    ALTER TABLE resource_type ADD COLUMN bundle TEXT;
    ALTER TABLE resource_type ADD COLUMN home_source TEXT;
    ALTER TABLE resource_type ADD COLUMN changed_attribute TEXT;
    """

  /// Names of before were kept as they stood in documents, with JSON's escapes. Where the entry point's name of a type stands beside
  /// that, it is of no resource, and goes.
  static let unescaping = #"""
    DELETE FROM resource_type WHERE name IN (
        SELECT \#(unescaped) FROM resource_type WHERE \#(isEscaped))
      AND NOT EXISTS (SELECT 1 FROM identity WHERE type = resource_type.id);
    UPDATE OR IGNORE resource_type SET name = \#(unescaped) WHERE \#(isEscaped) AND \#(unescaped) <> '';
    UPDATE resource_type SET link = NULL WHERE link = name;
    UPDATE OR IGNORE field SET name = \#(unescaped) WHERE \#(isEscaped) AND \#(unescaped) <> '';
    UPDATE type_schema SET version = version + 1, fields = replace(fields, '\\\/', '\/')
      WHERE instr(fields, '\\\/') > 0;
    """#
  private static let isEscaped = #"name GLOB '*\[/u]*'"#
  private static let unescaped =
    #"CASE WHEN json_valid('"' || name || '"') THEN json_extract('"' || name || '"', '$') END"#

  /// The attributes that were found under other names than the usual ones, by type.
  static func attributeNames(_ db: Database) throws -> [String: AttributeNames] {
    var found: [String: AttributeNames] = [:]
    let rows = try Row.cachedAll(
      db,
      sql: """
        SELECT name, id_attribute, changed_attribute FROM resource_type
        WHERE changed_attribute IS NOT NULL OR id_attribute NOT LIKE 'drupal#_internal#_#_%' ESCAPE '#'
        """)
    for row in rows {
      found[try row.decode(atIndex: 0)] = AttributeNames(
        serial: try row.decode(atIndex: 1), changed: try row.decode(atIndex: 2))
    }
    return found
  }

  /// Where the types belong, as far as it was learned.
  static func entityTypes(_ db: Database) throws -> EntityTypes {
    let rows = try Row.cachedAll(
      db, sql: "SELECT name, entity_type, bundle FROM resource_type WHERE bundle IS NOT NULL")
    var homes: [String: EntityTypes.Home] = [:]
    for row in rows {
      homes[try row.decode(atIndex: 0)] = .init(
        entityType: try row.decode(atIndex: 1), bundle: try row.decode(atIndex: 2))
    }
    return EntityTypes(homes)
  }
}

extension Reading {
  /// Where the types belong, as far as it was learned.
  package func entityTypes() throws -> EntityTypes { try read { try TypeNames.entityTypes($0) } }

  /// What is known of the types that the site links.
  package func discoveredTypes() throws -> [DiscoveredType] {
    try read { db in
      try Row.cachedAll(
        db,
        sql: """
          SELECT name, coalesce(link, name), path, entity_type, bundle, home_source FROM resource_type
          WHERE path IS NOT NULL AND bundle IS NOT NULL
          """
      ).map { row in
        let source: String? = try row.decode(atIndex: 5)
        return DiscoveredType(
          name: try row.decode(atIndex: 0), link: try row.decode(atIndex: 1), path: try row.decode(atIndex: 2),
          home: .init(entityType: try row.decode(atIndex: 3), bundle: try row.decode(atIndex: 4)),
          source: source.flatMap { DiscoveredType.Source(rawValue: $0) } ?? .nothing)
      }
    }
  }

  /// The attributes that were found under other names than the usual ones, by type.
  package func attributeNames() throws -> [String: AttributeNames] { try read { try TypeNames.attributeNames($0) } }
}

extension Discovery {
  /// Notes what the entry point links. Types that it no longer links keep their paths; of a link whose resources call themselves
  /// otherwise, the name that was taken for the type's stands for none.
  package func discovered(_ types: [DiscoveredType]) throws {
    let known = Set(try reading.discoveredTypes())
    let fresh = types.filter { !known.contains($0) }
    guard !fresh.isEmpty else { return }
    try write { db in
      let names = try Names(db)
      for type in fresh.sorted(by: { $0.name < $1.name }) {
        try db.run(
          sql: """
            UPDATE resource_type SET path = ?1, link = ?2, entity_type = ?3, bundle = ?4, home_source = ?5 WHERE id = ?6
            """,
          arguments: [
            type.path, type.link == type.name ? nil : type.link, type.home.entityType, type.home.bundle,
            type.source.rawValue, try names.type(type.name),
          ])
        if type.link != type.name, !types.contains(where: { $0.name == type.link }) {
          try db.run(sql: "UPDATE resource_type SET path = NULL, bundle = NULL WHERE name = ?", arguments: [type.link])
        }
      }
    }
  }

  /// Notes under which names a type has its serial number and `changed`. Rows that went by another number follow.
  /// - Returns: whether the serial number was another attribute: then the type is to be read from the beginning.
  @discardableResult
  package func note(_ names: AttributeNames, of type: String) throws -> Bool {
    try write { db in
      let known = try Names(db)
      let id = try known.type(type)
      var isOther = false
      if let serial = names.serial { isOther = try known.learn(idAttribute: serial, of: id) }
      try db.run(
        sql: "UPDATE resource_type SET changed_attribute = ?2 WHERE id = ?1", arguments: [id, names.changed])
      return isOther
    }
  }
}

extension Schema {
  static let typeNames = TypeNames.columns
  static let typeNamesWithoutEscapes = TypeNames.unescaping
}
