extension Invariants {
  /// Changes that wait for a decision, and decisions.
  static let conflicts: [Invariant] = [
    Invariant(
      name:
        "every change in conflict has a conflict that waits for a decision, and every such conflict a change in conflict",
      sql: """
        SELECT 'change ' || o.id FROM outbox o
          WHERE o.\(OutboxSchema.isUnsettled) AND o.state = 'conflict' AND NOT EXISTS (
            SELECT 1 FROM conflict c WHERE c.resource = o.resource AND c.change = o.id AND c.decision IS NULL)
        UNION ALL SELECT 'conflict ' || c.id FROM conflict c LEFT JOIN outbox o ON o.id = c.change
          WHERE c.decision IS NULL AND (o.state IS NOT 'conflict' OR o.resource <> c.resource)
        """
    ),
    Invariant(
      // The site's version is absent where the resource is gone there, the one here where somebody wanted it deleted, the agreed
      // one where the site never had it or had lost it: that it was deleted there is seen of each change of it.
      name: "every conflict that waits for a decision has its versions, readable",
      sql: """
        SELECT 'conflict ' || c.id || ' (' || c.kind || ')' FROM conflict c
        WHERE c.decision IS NULL AND (
          c.kind NOT IN (\(names(OutboxConflict.Kind.allCases.map(\.rawValue))))
          OR (c.site IS NULL) <> (c.kind = 'deleted on site')
          OR c.local IS NULL AND NOT EXISTS (SELECT 1 FROM outbox d WHERE d.resource = c.resource AND d.kind = 'delete')
          OR NOT json_valid(coalesce(c.base, '{}')) OR NOT json_valid(coalesce(c.site, '{}'))
          OR NOT json_valid(coalesce(c.local, '{}'))
          OR CASE WHEN json_valid(c.fields) THEN json_type(c.fields) <> 'array' ELSE 1 END)
        """
    ),
    Invariant(
      name: "every conflict that was decided says when, and no other does",
      sql: "SELECT 'conflict ' || id FROM conflict WHERE (decision IS NULL) <> (decided IS NULL)"
    ),
  ]

  /// Files that wait for the site. `Reporting.stagedFiles` looks for their bytes.
  static let uploads: [Invariant] = [
    Invariant(
      name: "every upload that waits says which file it is, and no such note is of no change",
      sql: """
        SELECT 'change ' || o.id FROM outbox o LEFT JOIN upload u ON u.change = o.id
          WHERE o.\(OutboxSchema.isUnsettled) AND o.kind = 'upload' AND u.change IS NULL
        UNION ALL SELECT 'file of change ' || u.change FROM upload u LEFT JOIN outbox o ON o.id = u.change
          WHERE o.id IS NULL
        """
    )
  ]
}
