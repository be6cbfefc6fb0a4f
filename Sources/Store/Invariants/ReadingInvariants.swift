import JSONAPI

extension Invariants {
  /// What is known of how far the site was read: cursors, sweeps, and what was set aside.
  static let reading: [Invariant] = [
    Invariant(
      name: "no cursor is ahead of its rows",
      sql: """
        SELECT t.name, c.changed FROM cursor c JOIN resource_type t ON t.id = c.type
        WHERE c.known_until = 0 AND c.changed > coalesce((SELECT max(changed) FROM resource r WHERE r.type = c.type), 0)
          AND NOT EXISTS (SELECT 1 FROM tombstone d WHERE d.type = c.type)
        """
    ),
    Invariant(
      name: "every candidate of a sweep is stored or gone with its sweep",
      sql: """
        SELECT c.type, c.resource FROM sweep_candidate c LEFT JOIN resource r ON r.id = c.resource WHERE r.id IS NULL
        """
    ),
    Invariant(
      name: "every sweep that is not under way has no candidates, but for those that are held",
      sql: """
        SELECT c.type, c.resource FROM sweep_candidate c LEFT JOIN sweep s ON s.type = c.type
        WHERE s.type IS NULL OR s.started IS NULL AND s.held = 0
        """
    ),
    Invariant(
      name:
        "everything that is set aside is of a kind that is told, and at most \(SetAsideRows.most) of one kind and type",
      sql: """
        SELECT kind || ' ' || type || ' ' || subject FROM set_aside
          WHERE kind NOT IN (\(names(SetAside.Kind.allCases.map(\.rawValue))))
        UNION ALL SELECT count(*) || ' of ' || kind || ' ' || type FROM set_aside
          GROUP BY kind, type HAVING count(*) > \(SetAsideRows.most)
        """
    ),
  ]

  /// Texts as a list for SQL: names that this program gives, none of which holds a quote.
  static func names(_ texts: [String]) -> String { texts.map { "'\($0)'" }.joined(separator: ", ") }
}
