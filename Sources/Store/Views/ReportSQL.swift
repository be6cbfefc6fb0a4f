import JSONAPI
import OpenSocial

/// The statements of views, made of names alone. Whatever the site calls a field, it stands in them as a JSON path in the site's own
/// escaping, which is ASCII without quotes; names of columns are plain ones (`ReportNames`). What other tools read: built-in functions
/// that SQLite 3.37 has, and no errors whatever a document says.
struct ReportSQL {
  /// The number of the type.
  var type: Int64
  /// What stands for the names of fields whose columns are read from other tables.
  var fields: [String: Int64]
  /// What the type calls the serial number and the time of the last change.
  var names: AttributeNames
  /// The machine name of its entity type.
  var entityType: String

  /// The rows of a type: `r` is `resource`, with null for a document that is damaged, and `i` its `identity`.
  ///
  /// The condition on the type is said to be unlikely, so that the planner begins with an id where one is given. It is the last, so
  /// that others can follow (`ReportViewRows.select`).
  func select(_ columns: [ReportColumn]) -> String {
    let list = columns.map { "  \(expression($0)) AS \(ReportSQL.quoted($0.name))" }.joined(separator: ",\n")
    return """
      SELECT
      \(list)
      FROM (
        SELECT id, type, internal_id, changed, sequence, CASE WHEN json_valid(document) THEN document END AS document
        FROM resource) r
      JOIN identity i ON i.id = r.id
      WHERE unlikely(r.type = \(type))
      """
  }

  /// The targets of a relationship to many: those that name a resource.
  ///
  /// How much of the resources the type is, is a guess that lets the planner begin with an id where one is given, and else with the
  /// type rather than with all relationships that there are.
  func link(_ relationship: String) -> String {
    """
    SELECT \(IdentityText.shown("i.uuid")) AS id, l.delta AS delta, t.name AS target_type,
      \(IdentityText.shown("g.uuid")) AS target_id
    FROM resource r JOIN identity i ON i.id = r.id
    JOIN relationship l ON l.source = r.id AND l.field = \(field(relationship))
    JOIN identity g ON g.id = l.target JOIN resource_type t ON t.id = l.target_type
    WHERE likelihood(r.type = \(type), 0.01)
    """
  }

  /// A name as an identifier.
  static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

  /// A text with the site's base URL for its mark, U+FDD0 (`BaseMark`).
  static func based(_ text: String) -> String {
    """
    replace(\(text), char(64976),
      coalesce((SELECT rtrim(value, '/') FROM setting WHERE name = '\(MirrorFact.siteBaseURL.rawValue)'), ''))
    """
  }

  /// The number of a field; -1, which none has, where nobody ever showed it.
  private func field(_ name: String) -> Int64 { fields[name] ?? -1 }

  private func expression(_ column: ReportColumn) -> String {
    switch column.part {
    case .id: return IdentityText.shown("i.uuid")
    case .serial: return "r.internal_id"
    case .target:
      return """
        (SELECT \(IdentityText.shown("g.uuid")) FROM relationship l JOIN identity g ON g.id = l.target
          WHERE l.source = r.id AND l.field = \(field(column.field)) AND l.delta = 0)
        """
    case .targetType:
      return """
        (SELECT t.name FROM relationship l JOIN resource_type t ON t.id = l.target_type
          WHERE l.source = r.id AND l.field = \(field(column.field)) AND l.delta = 0 AND l.target IS NOT NULL)
        """
    case .text:
      let text = "(SELECT p.text FROM plain_text p WHERE p.resource = r.id AND p.field = \(field(column.field)))"
      return ReportSQL.based(text)
    case .value, .format, .html, .summary: return attribute(column)
    }
  }

  private func attribute(_ column: ReportColumn) -> String {
    let description = FieldDescription(column.field, of: entityType, called: names)
    if column.property == nil {
      if description.isChanged, column.kind == .time { return ReportSQL.time(ofSeconds: "r.changed") }
      if description.isSerialNumber, column.kind == .integer { return "r.internal_id" }
    }
    return ReportSQL.inDocument(column)
  }

  /// What a column shows that stands in the document at its path.
  static func inDocument(_ column: ReportColumn) -> String {
    let path = "'$.attributes\(step(column.field))\(column.property.map(step) ?? "")'"
    return value("r.document", path, column.kind)
  }

  /// One step of a JSON path, spelled as the site spells the name in documents.
  private static func step(_ name: String) -> String {
    var bytes: [UInt8] = []
    JSON.encodeContent(name, into: &bytes, .site)
    return ".\"\(String(decoding: bytes, as: UTF8.self).replacing("'", with: "''"))\""
  }

  /// A time of so many Unix seconds.
  static func time(ofSeconds seconds: String) -> String { "strftime('%Y-%m-%dT%H:%M:%SZ', \(seconds), 'unixepoch')" }

  /// What stands at a path of a document, as a value of a kind; null where it is none. `DocumentRow` knows the same of most documents.
  static func value(_ document: String, _ path: String, _ kind: ReportColumn.Kind) -> String {
    let type = "json_type(\(document), \(path))"
    let value = "json_extract(\(document), \(path))"
    let truth = "CASE \(type) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
    switch kind {
    case .integer:
      // Numbers beyond 64 bits are called integers, too.
      return "CAST(CASE WHEN \(type) = 'integer' AND typeof(\(value)) = 'integer' THEN \(value) END AS INTEGER)"
    case .real: return "CAST(CASE WHEN \(type) IN ('integer', 'real') THEN \(value) END AS REAL)"
    case .boolean: return "CAST(CASE \(type) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS INTEGER)"
    case .time:
      // Other words and numbers are times to SQLite, too: `now`.
      let date = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9]*"
      // A day that the month does not have is one of the next month.
      return "CASE WHEN \(value) GLOB '\(date)' THEN strftime('%Y-%m-%dT%H:%M:%SZ', \(value), '+0 days') END"
    case .text: return based("\(truth) ELSE CAST(\(value) AS TEXT) END")
    case .json:
      // Infinity is no JSON.
      return based(
        """
        \(truth) WHEN 'text' THEN json_quote(\(value))
          WHEN 'real' THEN CASE WHEN abs(\(value)) < 1e308 THEN json_quote(\(value)) END
          ELSE CAST(\(value) AS TEXT) END
        """)
    }
  }
}
