import JSONAPI

/// An attribute, or a property of one, as indexes name it: `title`, `body.value`.
package struct PathKey: Sendable, Hashable, CustomStringConvertible {
  package var attribute: String
  /// Nil for an attribute with a bare value, or several of them.
  package var property: String?

  /// Reads `title` or `body.value`.
  package init(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    attribute = parts.first ?? text
    property = parts.count > 1 ? parts[1] : nil
  }

  /// The key of a value that an index can hold; nil for one place of a list, and for properties in lists.
  init?(_ value: ResolvedPath.Value) {
    guard !value.isList || value.delta == nil && value.property.isEmpty, value.property.count <= 1 else { return nil }
    attribute = value.attribute
    property = value.property.first
  }

  /// As it stands in the database.
  package var description: String { property.map { "\(attribute).\($0)" } ?? attribute }

  /// Where it stands in a stored document, for SQLite's JSON functions.
  var jsonPath: String {
    "$.attributes.\(ResolvedPath.quoted(attribute))" + (property.map { ".\(ResolvedPath.quoted($0))" } ?? "")
  }
}

/// A path that a query had to read out of documents.
package struct PathUse: Sendable, Hashable {
  /// The number of the resource type.
  package var type: Int64
  package var path: PathKey
  package var kind: ValueClass

  /// A use of a path of a type, whose values compare so.
  package init(type: Int64, path: PathKey, kind: ValueClass) {
    (self.type, self.path, self.kind) = (type, path, kind)
  }
}
