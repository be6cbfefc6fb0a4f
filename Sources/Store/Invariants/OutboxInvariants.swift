extension Invariants {
  private static let states = names(ChangeState.allCases.map(\.rawValue))
  private static let kinds = names(ChangeKind.allCases.map(\.rawValue))
  private static let isUnsettled = OutboxSchema.isUnsettled
  /// What stands before the number in `StuckChange.reason`.
  private static let stuck = StuckChange.reasons.prefix { $0 != "%" }

  /// Local changes on their way to the site.
  static let outbox: [Invariant] = [
    Invariant(
      // One that is over may be a row that nobody could read: `queue drop` leaves it as it is.
      name: "every change that waits is of a kind and in a state that this program knows, and its members are a list",
      sql: """
        SELECT 'change ' || id || ' (' || kind || ', ' || state || ')' FROM outbox
        WHERE state NOT IN (\(states)) OR finished IS NULL AND (
          kind NOT IN (\(kinds)) OR CASE WHEN json_valid(members) THEN json_type(members) <> 'array' ELSE 1 END)
        """
    ),
    Invariant(
      name: "every change that is over says since when, and no other does",
      sql: """
        SELECT 'change ' || id || ' (' || state || ')' FROM outbox
        WHERE (state IN ('settled', 'dropped')) <> (finished IS NOT NULL) AND state IN (\(states))
        """
    ),
    Invariant(
      name: "every change that waits names a resource, of its type",
      sql: """
        SELECT 'change ' || o.id FROM outbox o LEFT JOIN identity i ON i.id = o.resource
        WHERE o.\(isUnsettled) AND i.type IS NOT o.type
        """
    ),
    Invariant(
      name: "of every resource with changes that wait it is kept what was agreed on with the site",
      sql: """
        SELECT 'change ' || o.id FROM outbox o LEFT JOIN outbox_copy c ON c.resource = o.resource
        WHERE o.\(isUnsettled) AND c.resource IS NULL
        """
    ),
    Invariant(
      // What is settled or dropped leaves none behind: the site's form is then what is served.
      name: "no copy is kept of a resource without changes that wait",
      sql: """
        SELECT 'resource ' || c.resource FROM outbox_copy c
        WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.resource = c.resource AND o.\(isUnsettled))
        """
    ),
    Invariant(
      name: "every copy of a resource with changes that wait is JSON",
      sql: """
        SELECT 'resource ' || resource FROM outbox_copy
        WHERE NOT json_valid(coalesce(base_document, '{}')) OR NOT json_valid(coalesce(site_document, '{}'))
        """
    ),
    Invariant(
      // An update behind a creation has none before the site has made it, in whatever state the creation is; nor has one of a
      // resource that is gone there (a decision took the creation, or the other update, back).
      name: "every update that waits has what it is based on, but for those behind a creation or of what is gone",
      sql: """
        SELECT 'change ' || o.id FROM outbox o JOIN outbox_copy c ON c.resource = o.resource
        WHERE o.\(isUnsettled) AND o.kind = 'update'
          AND c.base_document IS NULL AND c.site_document IS NULL AND c.site_deleted = 0
          AND NOT EXISTS (
            SELECT 1 FROM outbox b WHERE b.resource = o.resource AND b.\(isUnsettled) AND b.kind IN ('create', 'upload'))
        """
    ),
    Invariant(
      name: "every refused part of a change came after the change, of the same resource",
      sql: """
        SELECT 'change ' || p.id || ', a part of ' || p.apart_of FROM outbox p LEFT JOIN outbox o ON o.id = p.apart_of
        WHERE p.apart_of IS NOT NULL AND (o.id IS NULL OR o.resource <> p.resource OR o.id >= p.id)
        """
    ),
    Invariant(
      name: "every change that was refused with another names one that there is",
      sql: """
        SELECT 'change ' || o.id || ' ' || o.error FROM outbox o
        WHERE o.\(isUnsettled) AND o.state = 'rejected' AND o.error LIKE '\(StuckChange.reasons)'
          AND NOT EXISTS (
            SELECT 1 FROM outbox c WHERE c.id = CAST(substr(o.error, \(stuck.count + 1)) AS INTEGER))
        """
    ),
    Invariant(
      name: "no change or conflict has a number that is still to be given out",
      sql: """
        SELECT 'change ' || id FROM outbox
          WHERE id > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0)
        UNION ALL SELECT 'conflict ' || id FROM conflict
          WHERE id > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'conflict'), 0)
        """
    ),
  ]
}
