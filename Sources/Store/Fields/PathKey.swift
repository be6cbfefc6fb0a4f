import JSONAPI

/// An attribute, or a property of one, as indexes name it: `title`, `body.value`.
package struct PathKey: Sendable, Hashable, CustomStringConvertible {
  /// The attribute's name, as stored documents have it.
  package var attribute: String
  /// Nil for an attribute with a bare value, or several of them.
  package var property: String?

  init(attribute: String, property: String?) { (self.attribute, self.property) = (attribute, property) }

  /// Reads `title` or `body.value`.
  package init(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    attribute = parts.first ?? text
    property = parts.count > 1 ? parts[1] : nil
  }

  /// A member's name in an SQLite JSON path. A quote cannot stand in one; no field of the site has it in its name.
  static func quoted(_ name: String) -> String { "\"\(name.filter { $0 != "\"" })\"" }

  /// As it stands in the database.
  package var description: String { property.map { "\(attribute).\($0)" } ?? attribute }

  /// Where it stands in a stored document, for SQLite's JSON functions.
  var jsonPath: String {
    "$.attributes.\(PathKey.quoted(attribute))" + (property.map { ".\(PathKey.quoted($0))" } ?? "")
  }
}

/// A path that a query had to read out of documents.
package struct PathUse: Sendable, Hashable {
  /// The number of the resource type.
  package var type: Int64
  /// Where its values stand.
  package var path: PathKey
  /// How its values compare.
  package var kind: ValueClass

  /// A use of a path of a type, whose values compare so.
  package init(type: Int64, path: PathKey, kind: ValueClass) {
    (self.type, self.path, self.kind) = (type, path, kind)
  }
}

/// How a path was used.
package struct PathUsage: Sendable, Hashable {
  /// Queries that had to read it out of documents.
  package var queries: Int64 = 0
  /// How long the slowest of them took.
  package var slowestMilliseconds: Int64 = 0

  /// No use yet.
  package init() {}
}
