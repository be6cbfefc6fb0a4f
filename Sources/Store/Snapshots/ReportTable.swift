import JSONAPI
import OpenSocial

/// A table of a snapshot for reports: what one view of the mirror shows, as far as a sight goes.
package struct ReportTable: Sendable, Hashable {
  /// What its rows are.
  package enum Rows: String, Sendable, Hashable {
    /// The resources of a type.
    case resources
    /// The targets of a relationship to many.
    case links
    /// A ready report.
    case report
  }

  /// A column.
  package struct Column: Sendable, Hashable {
    /// Its name, as the view has it.
    package var name: String
    /// What its values are, where they are not null.
    package var kind: ReportColumn.Kind
    /// The public name of what it shows; nil in reports.
    package var field: String?
    /// Where its value stands in the resource object; nil in reports.
    package var path: String?
    /// What the site calls the field; nil where that is not known.
    package var label: String?
    /// Whether rows are likely to be looked up by it.
    package var isKey = false
  }

  /// Its name: that of the view.
  package var name: String
  /// What its rows are.
  package var rows: Rows
  /// The type that it is of, such as `node--event`; nil for a report.
  package var resourceType: String?
  /// The machine name of that type's entity type.
  package var entityType: String?
  /// What the site calls the type or the relationship; nil where that is not known.
  package var label: String?
  /// Its columns in order.
  package var columns: [Column]
  /// The view's own statement, over the tables that a sight narrows.
  var select: String

  /// Whether it is of a type that one of these names names: a resource type (`node--topic`) or an entity type (`node`).
  package func isOf(_ names: [String]) -> Bool {
    guard let resourceType, let entityType else { return false }
    return names.contains { $0 == resourceType || EntityTypes.means($0, entityType) }
  }
}
