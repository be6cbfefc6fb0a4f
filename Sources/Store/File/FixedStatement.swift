/// The statements that give one resource, or what it leads to, known by their number: hashing their text would take as long as some of
/// their work.
enum FixedStatement: Int, CaseIterable {
  case resourceByUUID
  case resourceByFoldedID
  case resourceByID
  case rowByID
  case targets
  case fieldByName
  case targetsWithTypes

  var sql: String {
    switch self {
    case .resourceByUUID:
      "SELECT \(FixedStatement.columns) FROM identity i JOIN resource r ON r.id = i.id "
        + "WHERE \(IdentityIndex.uuid("i")) = ?"
    case .resourceByFoldedID:
      "SELECT \(FixedStatement.columns) FROM identity i JOIN resource r ON r.id = i.id "
        + "WHERE \(IdentityText.isText("i.uuid")) AND \(IdentityText.folded("i.uuid")) = ?"
    case .resourceByID: "SELECT \(FixedStatement.columns) FROM resource r WHERE r.id = ?"
    case .rowByID: "SELECT \(FixedStatement.row) FROM resource r WHERE r.id = ?"
    case .targets:
      "SELECT target FROM relationship "
        + "WHERE source = ?1 AND field = (SELECT id FROM field WHERE name = ?2) ORDER BY delta"
    case .fieldByName: "SELECT id FROM field WHERE name = ?"
    case .targetsWithTypes:
      "SELECT s.key, l.target, r.type, r.sequence FROM json_each(?1) s CROSS JOIN relationship l "
        + "ON l.source = s.value AND l.field = ?2 LEFT JOIN resource r ON r.id = l.target ORDER BY s.key, l.delta"
    }
  }

  /// The columns of a resource, for every statement that gives whole ones.
  static let row = "r.id, r.type, r.revision, r.document, r.splices, r.sequence"

  /// With the time up to which the type is known, and the number of unsettled local changes.
  private static let columns =
    row + """
      , (SELECT known_until FROM cursor WHERE cursor.type = r.type),
      (SELECT count(*) FROM outbox o WHERE o.type = r.type AND o.resource = r.id AND o.\(UnsettledChanges.condition))
      """
}

/// Which changes are not over, for SQL over `outbox`.
enum UnsettledChanges {
  /// The text is that of the partial indexes, so that SQLite uses them.
  static let condition = "state IN ('queued', 'sending', 'uncertain', 'conflict', 'rejected')"
}
