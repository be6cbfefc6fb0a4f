import Foundation
import GRDB
import JSONAPI

/// One thing that is true of every mirror, and whether it is.
package struct InvariantResult: Sendable, Hashable {
  /// What is true, for people.
  package var name: String
  /// How many rows contradict it.
  package var violations: Int
  /// One of them, for people; nil when there is none.
  package var example: String?
}

/// One thing that is true of every mirror.
struct Invariant: Sendable {
  /// What is true, for people.
  var name: String
  /// A query for what contradicts it, a row each, in words for people and without values of the community. It walks each table once
  /// at most, and finds what it compares with by an index.
  var sql: String
}

extension Reporting {
  /// Proves what is true of every mirror, in one snapshot, and that the files that wait for the site are beside it. Reads
  /// everything, writes nothing. What is damaged so that it cannot be looked at is a finding of its own, and the others go on. Whether
  /// the file is sound is the last result.
  /// - Parameter isDeep: whether waiting files are read and compared with their hashes; else existence and size tell.
  package func check(isDeep: Bool = false) throws -> [InvariantResult] {
    try read { db in
      var results = try Invariants.all.map { invariant in
        try Invariants.proved(invariant.name) {
          let rows = try Row.fetchAll(db, sql: invariant.sql + " LIMIT 1000")
          return InvariantResult(
            name: invariant.name, violations: rows.count,
            example: rows.first.map { row in row.databaseValues.map { "\($0)" }.joined(separator: ", ") })
        }
      }
      results.append(try Invariants.proved(Invariants.spliceName) { try Invariants.splices(db) })
      results.append(
        try Invariants.proved("every file that waits for the site is beside the mirror") {
          try stagedFiles(db, isDeep: isDeep)
        })
      let faults = try String.fetchAll(db, sql: "PRAGMA quick_check(10)").filter { $0 != "ok" }
      results.append(
        InvariantResult(name: "the file is sound", violations: faults.count, example: faults.first))
      return results
    }
  }
}

/// What is true of every mirror, as queries for what contradicts it.
enum Invariants {
  /// All of them. What is true of a change of the outbox is true in each of its states: queued, sending, uncertain, in conflict,
  /// refused, over.
  static let all = Array([resources, sequence, reading, outbox, conflicts, uploads].joined())

  /// The site's resources, their relationships and their numbers.
  static let resources: [Invariant] = [
    Invariant(
      name: "every resource has its identity",
      sql: """
        SELECT r.id FROM resource r LEFT JOIN identity i ON i.id = r.id AND i.type = r.type WHERE i.id IS NULL
        """
    ),
    Invariant(
      name: "every relationship has its source",
      sql: "SELECT l.source FROM relationship l LEFT JOIN resource r ON r.id = l.source WHERE r.id IS NULL"
    ),
    Invariant(
      name: "every target has its identity, of the type that the relationship names",
      sql: """
        SELECT l.source, l.target FROM relationship l LEFT JOIN identity i ON i.id = l.target AND i.type = l.target_type
        WHERE l.target IS NOT NULL AND i.id IS NULL
        """
    ),
    Invariant(
      name: "every number stands for a name",
      sql: """
        SELECT 'type', type FROM resource WHERE type NOT IN (SELECT id FROM resource_type)
        UNION ALL SELECT 'identity', id FROM identity WHERE type NOT IN (SELECT id FROM resource_type)
        UNION ALL SELECT 'field', source FROM relationship WHERE field NOT IN (SELECT id FROM field)
        UNION ALL SELECT 'target type', source FROM relationship WHERE target_type NOT IN (SELECT id FROM resource_type)
        """
    ),
    Invariant(
      name: "every plain text is of a resource that is here",
      sql: "SELECT p.resource FROM plain_text p LEFT JOIN resource r ON r.id = p.resource WHERE r.id IS NULL"
    ),
    Invariant(
      name: "every view that is on record is there",
      sql: """
        SELECT v.name FROM report_view v
        WHERE v.definition <> '' AND v.name NOT IN (SELECT name FROM sqlite_master WHERE type = 'view')
        """
    ),
    Invariant(
      name: "every identity is one resource or target, with a UUID of 16 bytes or a text behind 16 zero bytes",
      sql:
        "SELECT id FROM identity WHERE length(uuid) < 16 OR (length(uuid) > 16 AND substr(uuid, 1, 16) <> zeroblob(16))"
    ),
    Invariant(
      name: "no id of a type has two identities",
      sql: """
        SELECT i.id, o.id FROM identity i JOIN identity o ON o.recent = 0 AND o.uuid = i.uuid AND o.type = i.type
        WHERE i.recent = 1
        """
    ),
    Invariant(
      name: "every document is JSON and names its own type and id",
      sql: """
        SELECT r.id FROM resource r JOIN identity i ON i.id = r.id JOIN resource_type t ON t.id = r.type
        WHERE CASE WHEN json_valid(r.document) THEN json_extract(r.document, '$.type') IS NOT t.name
          OR json_extract(r.document, '$.id') IS NOT \(IdentityText.shown("i.uuid")) ELSE 1 END
        """
    ),
    Invariant(
      name: "every identifier in a document is a relationship row, and every row one of them",
      sql: """
        SELECT r.id FROM resource r WHERE (SELECT count(*) FROM relationship WHERE source = r.id) <> (
          SELECT coalesce(sum(CASE json_type(m.value, '$.data')
            WHEN 'array' THEN json_array_length(m.value, '$.data') WHEN 'object' THEN 1 ELSE 0 END), 0)
          FROM json_each(CASE WHEN json_valid(r.document) THEN r.document ELSE '{}' END, '$.relationships') m
          WHERE m.type = 'object')
        """
    ),
    Invariant(
      // A site that went back to a backup gives its numbers anew. Who had one before is asked for by itself, and stays until the
      // site says that it is gone; also while a local change, or a policy, keeps it, and before the first sweep.
      name: "no two resources of a type have one serial number, but for those that are kept or are to be asked for",
      sql: """
        SELECT r.type, r.internal_id FROM (
            SELECT type, internal_id FROM resource WHERE internal_id IS NOT NULL
            GROUP BY type, internal_id HAVING count(*) > 1) twice
          JOIN resource r ON r.type = twice.type AND r.internal_id = twice.internal_id
        WHERE NOT EXISTS (SELECT 1 FROM outbox_copy o WHERE o.resource = r.id)
          AND NOT EXISTS (
            SELECT 1 FROM identity i JOIN tombstone d ON d.type = i.type AND d.uuid = i.uuid
            WHERE i.id = r.id AND d.kept <> 0)
          AND NOT EXISTS (SELECT 1 FROM sweep_candidate c WHERE c.type = r.type AND c.resource = r.id)
          AND EXISTS (SELECT 1 FROM sweep s WHERE s.type = r.type AND s.finished IS NOT NULL)
        GROUP BY r.type, r.internal_id HAVING count(*) > 1
        """
    ),
    Invariant(
      name: "no resource has a tombstone, but for those that are kept",
      sql: """
        SELECT d.type, hex(d.uuid) FROM tombstone d
        LEFT JOIN identity i ON \(IdentityIndex.uuid("i")) = d.uuid AND i.type = d.type
        LEFT JOIN resource r ON r.id = i.id WHERE (r.id IS NOT NULL) <> (d.kept <> 0)
        """
    ),
    Invariant(
      name: "every digest is of a resource that is shown",
      sql: """
        SELECT d.resource FROM row_digest d LEFT JOIN resource r ON r.id = d.resource WHERE r.id IS NULL
        UNION ALL
        SELECT d.resource FROM row_digest d JOIN identity i ON i.id = d.resource
          JOIN tombstone t ON t.type = i.type AND t.uuid = i.uuid
        """
    ),
    Invariant(
      name: "the index of words has nothing of what is not there",
      sql: "SELECT d.id FROM search_index_docsize d LEFT JOIN resource r ON r.id = d.id WHERE r.id IS NULL"
    ),
  ]

  /// What a proof finds. What keeps it from looking is a finding as well, in SQLite's words and without the statement: one value that
  /// is not what its column holds must not hide all else.
  /// - Throws: what is no matter of one proof: the file is damaged, away or not to be read now.
  static func proved(_ name: String, _ prove: () throws -> InvariantResult) throws -> InvariantResult {
    let reason: String
    do { return try prove() } catch let error as DatabaseError
      where [.SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE].contains(error.resultCode)
    {
      reason = error.message ?? "SQLite does not say why"
    } catch is RowDecodingError {
      reason = "a value is of another kind than its column"
    }
    return InvariantResult(name: name, violations: 1, example: "it cannot be looked at: \(reason)")
  }

  static let spliceName = "splice points lie within their documents, in order"

  /// Splice points lie within their documents, in order; those of copies of resources with local changes, too.
  static func splices(_ db: Database) throws -> InvariantResult {
    var result = InvariantResult(name: spliceName, violations: 0)
    let sources = [
      ("", "SELECT id, length(CAST(document AS BLOB)), splices FROM resource"),
      (
        "base of ",
        """
        SELECT resource, length(CAST(base_document AS BLOB)), coalesce(base_splices, x'') FROM outbox_copy
        WHERE base_document IS NOT NULL
        """
      ),
      (
        "site's copy of ",
        """
        SELECT resource, length(CAST(site_document AS BLOB)), coalesce(site_splices, x'') FROM outbox_copy
        WHERE site_document IS NOT NULL
        """
      ),
    ]
    for (what, sql) in sources {
      let rows = try Row.fetchCursor(db, sql: sql)
      while let row = try rows.next() {
        let splices: Data = try row.decode(atIndex: 2)
        let bytes: Int = try row.decode(atIndex: 1)
        let isSound = splices.withUnsafeBytes { SplicePoint.areSound($0, documentBytes: bytes) }
        guard !isSound else { continue }
        result.violations += 1
        if result.example == nil { result.example = what + "\(try row.decode(Int64.self, atIndex: 0))" }
      }
    }
    return result
  }
}
