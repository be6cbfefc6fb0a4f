/// A view of the mirror over the resources of one type: what reports read, under a name and with columns that explain themselves.
/// As it stands in the file (`Views.all`).
package struct ReportView: Sendable, Hashable {
  /// Its name: that of the type with `_` for what is no ASCII letter, digit or `_`, such as `node_event`, `profile`. No two views
  /// have names that differ in letter case alone, and none has more than 63 bytes.
  package var name: String
  /// The type whose resources are its rows, such as `node--event`.
  package var resourceType: String
  /// What the site calls the type; nil where that is not known.
  package var label: String?
  /// Its columns in their order: `id`, `internal_id`, then those of the fields. A column keeps its name and its place.
  package var columns: [ReportColumn]
  /// The views of its relationships to many.
  package var links: [ReportLinkView]

  /// A view; each part as it is described above.
  package init(
    name: String, resourceType: String, label: String? = nil, columns: [ReportColumn], links: [ReportLinkView] = []
  ) {
    (self.name, self.resourceType, self.label) = (name, resourceType, label)
    (self.columns, self.links) = (columns, links)
  }
}

/// A column of a view.
package struct ReportColumn: Sendable, Hashable {
  /// What its values are, where they are not null.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A whole number of 64 bits.
    case integer
    /// A floating-point number.
    case real
    /// 0 or 1.
    case boolean
    /// A time in UTC: `2026-01-31T12:00:00Z`.
    case time
    /// A text.
    case text
    /// The text of a JSON value.
    case json
  }

  /// Its name; none of the view's others differs from it in letter case alone. At most 63 bytes.
  package var name: String
  /// What its values are.
  package var kind: Kind
  /// The public name of the attribute or relationship that it shows, or `id`.
  package var field: String
  /// Where its value stands in the resource object: `attributes.title`, `relationships.uid.data.id`. That of a plain text is the path
  /// of what it was made of.
  package var path: String
  /// What the site calls the field; nil where that is not known.
  package var label: String?

  /// A column; each part as it is described above.
  package init(_ name: String, _ kind: Kind, field: String, path: String, label: String? = nil) {
    (self.name, self.kind) = (name, kind)
    (self.field, self.path, self.label) = (field, path, label)
  }
}

/// The view of a relationship to many: `id`, `delta`, `target_type`, `target_id`, a row for each resource that it names.
package struct ReportLinkView: Sendable, Hashable {
  /// Its name: that of the type's view, `__`, and the relationship's. The rules for names of views hold.
  package var name: String
  /// The relationship's public name.
  package var relationship: String
  /// What the site calls it; nil where that is not known.
  package var label: String?

  /// The columns that each such view has.
  package static let columns: [(name: String, kind: ReportColumn.Kind)] = [
    ("id", .text), ("delta", .integer), ("target_type", .text), ("target_id", .text),
  ]

  /// A view; each part as it is described above.
  package init(name: String, relationship: String, label: String? = nil) {
    (self.name, self.relationship, self.label) = (name, relationship, label)
  }
}
