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

  /// Which part of a field it shows.
  package enum Part: String, Sendable, Hashable, CaseIterable {
    /// The resource's own id, and its serial number.
    case id, serial
    /// An attribute's value; of formatted text what was entered.
    case value
    /// Of formatted text: the format, what the site makes of it, that without its markup, and what is shown where there is little
    /// room.
    case format, html, text, summary
    /// The id of a relationship's target, and its type.
    case target, targetType
  }

  /// Its name; none of the view's others differs from it in letter case alone. At most 63 bytes.
  package var name: String
  /// What its values are.
  package var kind: Kind
  /// The public name of the attribute or relationship that it shows, or `id`.
  package var field: String
  /// Which part of the field it shows.
  package var part: Part
  /// The member of a composite attribute's value that it shows; nil where it shows the value itself, and where it shows no attribute.
  package var property: String?
  /// What the site calls the field; nil where that is not known.
  package var label: String?

  /// A column; each part as it is described above.
  package init(
    _ name: String, _ kind: Kind, _ part: Part, of field: String, property: String? = nil, label: String? = nil
  ) {
    (self.name, self.kind, self.part) = (name, kind, part)
    (self.field, self.property, self.label) = (field, property, label)
  }

  /// Where its value stands in the resource object: `attributes.title`, `relationships.uid.data.id`. That of a plain text is the path
  /// of what it was made of.
  package var path: String {
    switch part {
    case .id: "id"
    case .target: "relationships.\(field).data.id"
    case .targetType: "relationships.\(field).data.type"
    case .serial, .value, .format, .html, .text, .summary:
      property.map { "attributes.\(field).\($0)" } ?? "attributes.\(field)"
    }
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
