extension Invariants {
  /// The numbers of the mirror's changes: whoever holds one that is higher than the last would never learn of what comes next.
  /// Of tombstones, files and sweeps each has the number of something else, or one of its own; those of resources are theirs alone.
  static let sequence: [Invariant] = [
    Invariant(
      name: "no sequence number is used twice or not yet given out",
      sql: """
        SELECT 'twice', sequence FROM resource GROUP BY sequence HAVING count(*) > 1
        UNION ALL SELECT 'resource ' || id, sequence FROM resource WHERE sequence > \(last)
        UNION ALL SELECT 'tombstone of type ' || type, sequence FROM tombstone WHERE sequence > \(last)
        UNION ALL SELECT 'content of file ' || resource, sequence FROM file_content WHERE sequence > \(last)
        UNION ALL SELECT 'sweep of type ' || type, sequence FROM sweep WHERE sequence > \(last)
        """
    ),
    Invariant(
      name: "the number of the last change is a number",
      sql: """
        SELECT 'it is ' || quote(value) FROM setting
        WHERE name = 'sequence' AND (value = '' OR value GLOB '*[^0-9]*' OR CAST(value AS INTEGER) >= \(ChangeNumber.greatest))
        """
    ),
    Invariant(
      // Whoever follows the notes would hear of both, and take it for gone where that comes last.
      name: "no resource that is there has a note that it has left",
      sql: """
        SELECT 'resource ' || r.id, d.sequence FROM removed_resource d
        JOIN identity i ON \(IdentityIndex.uuid("i")) = d.uuid AND i.type = d.type JOIN resource r ON r.id = i.id
        """
    ),
  ]

  private static let last = "coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sequence'), 0)"
}
