import JSONAPI
import OpenSocial

/// The tables as a sight shows them, for SQL that is written for all of them.
///
/// A common table expression hides the table of its name from the whole statement. SQLite flattens these into the queries that use
/// them, so the tables' indexes serve as before; the pluses keep their conditions from choosing one. Nothing here comes from a
/// client: names are the configuration's, the id is the account's.
enum SightSQL {
  /// What stands before a statement; empty where all rows are shown.
  static func tables(_ content: Narrowing.Content, _ hidden: [HiddenFields]) -> String {
    var tables: [String] = []
    let rows = content.rules.flatMap { conditions($0, content.user) }
    if !rows.isEmpty {
      let columns = [
        "id", "type", "internal_id", "changed", "revision", "sequence", "document", "splices", "change_kind",
        "change_origin", "noted",
      ]
      tables.append(
        "resource AS NOT MATERIALIZED (SELECT \(columns.map { "r0.\($0)" }.joined(separator: ", ")) "
          + "FROM main.resource r0 WHERE \(rows.joined(separator: " AND ")))")
      // An index is of all rows: what one of them has is found without a look at the row.
      tables.append(
        "indexed_value AS NOT MATERIALIZED (SELECT v1.path, v1.value, v1.serial, v1.resource "
          + "FROM main.indexed_value v1 WHERE EXISTS (SELECT 1 FROM resource r1 WHERE r1.id = v1.resource))")
    }
    if !hidden.isEmpty {
      tables.append(
        "relationship AS NOT MATERIALIZED (SELECT l0.source, l0.field, l0.delta, l0.target_type, l0.target "
          + "FROM main.relationship l0 WHERE \(hidden.map(isShown).joined(separator: " AND ")))")
    }
    return tables.isEmpty ? "" : "WITH \(tables.joined(separator: ", ")) "
  }

  /// What a row of `resource r0` must fulfil.
  private static func conditions(_ rules: SightRules, _ user: ResourceID?) -> [String] {
    var conditions: [String] = []
    switch rules.types {
    case .all: break
    case .only(let names): conditions.append("+r0.type IN (\(types(names)))")
    case .except(let names): conditions.append("+r0.type NOT IN (\(types(names)))")
    }
    // What is no flag and no number is no yes.
    if rules.published {
      conditions.append("CAST(coalesce(\(indexedStatus), \(attribute(status)), 1) AS INTEGER) <> 0")
    }
    if rules.own { conditions.append(own(user)) }
    if !rules.privateFiles {
      let isFile = "+r0.type IN (SELECT id FROM main.resource_type WHERE entity_type = 'file')"
      conditions.append("(NOT \(isFile) OR substr(\(attribute("uri", "value")), 1, 9) = 'public://')")
    }
    return conditions
  }

  /// The attribute that tells whether a resource is published.
  static let status = "status"

  /// The same in the automatic index of the row's type, which spares a look at the document; null where there is none. Null stands in
  /// an index as less than every number, which is no 0.
  private static let indexedStatus =
    "(SELECT v0.value FROM main.path_index p0 JOIN main.indexed_value v0 ON v0.path = p0.id "
    + "WHERE p0.type = r0.type AND p0.path = '\(status)' AND p0.state = 'complete' AND v0.resource = r0.id)"

  private static func own(_ user: ResourceID?) -> String {
    guard let user else { return "0" }
    let folded = user.folded
    let id = (folded.isUUID ? folded : user).withStoredBytes { Hexadecimal.text($0) }
    let people = "SELECT p0.id FROM main.identity p0 WHERE \(IdentityIndex.uuid("p0")) = x'\(id)'"
    let users = "SELECT id FROM main.resource_type WHERE entity_type = 'user'"
    let owners = list(FieldDescription.owners)
    return "(EXISTS (SELECT 1 FROM main.relationship o0 WHERE o0.source = r0.id "
      + "AND o0.field IN (SELECT id FROM main.field WHERE name IN (\(owners))) AND o0.target IN (\(people))) "
      + "OR (+r0.type IN (\(users)) AND +r0.id IN (\(people))))"
  }

  /// Whether a row of `relationship l0` is of none of these fields.
  private static func isShown(_ hidden: HiddenFields) -> String {
    let source = "(SELECT i0.type FROM main.identity i0 WHERE i0.id = l0.source)"
    return "NOT (+l0.field IN (SELECT id FROM main.field WHERE name GLOB \(glob(hidden.pattern))) "
      + "AND \(source) IN (\(types([hidden.type]))))"
  }

  private static func types(_ names: Set<String>) -> String {
    let names = list(names.sorted())
    return "SELECT id FROM main.resource_type WHERE name IN (\(names)) OR entity_type IN (\(names))"
  }

  private static func attribute(_ path: String...) -> String {
    let path = path.map { "." + PathKey.quoted($0) }.joined()
    return "json_extract(r0.document, \(quoted("$.attributes\(path)")))"
  }

  private static func list(_ texts: [String]) -> String { texts.map(quoted).joined(separator: ", ") }

  /// A pattern in which only `*` stands for something else.
  private static func glob(_ pattern: String) -> String {
    quoted(pattern.replacing("[", with: "[[]").replacing("?", with: "[?]"))
  }

  /// A text literal. SQL ends at a NUL, so a text has none.
  private static func quoted(_ text: String) -> String {
    "'\(text.replacing("\0", with: "").replacing("'", with: "''"))'"
  }
}
