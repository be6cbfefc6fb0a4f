/// Which entity type and bundle each resource type belongs to. A name need not tell: sites rename their types (reference 1.6), so
/// what was learned of a type goes before its name. A name by itself is taken apart by `ResourceTypeName`.
package struct EntityTypes: Sendable, Hashable {
  /// Where a resource type belongs.
  package struct Home: Sendable, Hashable {
    /// Such as `node`.
    package var entityType: String
    /// Such as `topic`.
    package var bundle: String

    /// As the two names say; neither is checked.
    package init(entityType: String, bundle: String) {
      self.entityType = entityType
      self.bundle = bundle
    }

    /// As a name tells it.
    package init(of name: String) {
      let name = ResourceTypeName(name)
      self.init(entityType: name.entityType, bundle: name.bundle)
    }
  }

  private let homes: [String: Home]

  /// - Parameter homes: what was learned, by the types' names.
  package init(_ homes: [String: Home] = [:]) { self.homes = homes }

  /// Where a type belongs; as its name tells it while nothing else is known.
  package func home(of type: String) -> Home { homes[type] ?? Home(of: type) }
  /// Its entity type.
  package func entityType(of type: String) -> String { home(of: type).entityType }
  /// Its bundle's machine name.
  package func bundle(of type: String) -> String { home(of: type).bundle }
}

/// Names of the attributes that the mirror reads of every resource, where a site gave them others.
package struct AttributeNames: Sendable, Hashable {
  /// The serial number; nil for the usual name.
  package var serial: String?
  /// The time of the last change; nil for the usual name.
  package var changed: String?

  /// Names as given; nil for the usual one.
  package init(serial: String? = nil, changed: String? = nil) {
    self.serial = serial
    self.changed = changed
  }

  /// Whether all are the usual ones.
  package var isUsual: Bool { serial == nil && changed == nil }
}

extension QueryParameters {
  /// The same query where an attribute has another name; nil for the one it has.
  package func renaming(_ attribute: String, to name: String?) -> QueryParameters {
    guard let name else { return self }
    var query = self
    for index in query.filter.items.indices {
      guard case .condition(var condition) = query.filter.items[index].content, condition.path.rawValue == attribute
      else { continue }
      condition.path = FieldPath(name)
      query.filter.items[index].content = .condition(condition)
    }
    query.sort = query.sort.map { key in
      guard key.path.rawValue == attribute else { return key }
      return SortKey(name, descending: key.descending, langcode: key.langcode)
    }
    return query
  }
}
