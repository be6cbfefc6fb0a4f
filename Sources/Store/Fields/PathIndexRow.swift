import GRDB
import JSONAPI

/// An automatic index of a path, as reports show it.
package struct PathIndexRow: Sendable, Hashable {
  /// The resource type's name.
  package var type: String
  /// `title`, `body.value`.
  package var path: String
  /// Values in it.
  package var rows: Int64
  /// Why it was made: how often the path was read out of documents, and how long that took.
  package var reason: String
  /// When it was made, Unix seconds.
  package var created: Int64
  /// `building`, `complete`; the same with `texts`, where values are too long to be ordered and are looked through; or
  /// `unsuitable`, so that it is not made again.
  package var state: String
}

extension Indexing {
  /// The automatic indexes, by type and path.
  package func pathIndexes() throws -> [PathIndexRow] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT t.name, p.path, p.reason, p.created, p.state,
            (SELECT count(*) FROM indexed_value v WHERE v.path = p.id)
              + (SELECT count(*) FROM indexed_text x WHERE x.path = p.id) AS rows
          FROM path_index p JOIN resource_type t ON t.id = p.type ORDER BY t.name, p.path
          """
      ).map { row in
        try PathIndexRow(
          type: row.decode(forColumn: "name"), path: row.decode(forColumn: "path"), rows: row.decode(forColumn: "rows"),
          reason: row.decode(forColumn: "reason"), created: row.decode(forColumn: "created"),
          state: row.decode(forColumn: "state"))
      }
    }
  }

  /// Drops an automatic index and forgets how often its path was used. False when there is none.
  package func dropPathIndex(type: String, path: String) throws -> Bool {
    try write { db in
      let id = try Int64.fetchOne(
        db,
        sql: "SELECT p.id FROM path_index p JOIN resource_type t ON t.id = p.type WHERE t.name = ? AND p.path = ?",
        arguments: [type, path])
      guard let id else { return false }
      try PathIndexes.drop(id, db)
      return true
    }
  }
}
