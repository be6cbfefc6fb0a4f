import GRDB
import JSONAPI

/// The rows behind digests (`KnownRows`), inside one transaction.
final class RowDigestRows {
  private let db: Database
  private var keeping: RawStatement?
  private var dropping: RawStatement?

  init(_ db: Database) { self.db = db }

  /// Keeps how the site sent what is stored of a resource: to be called behind all that is written of it. Nil keeps nothing.
  func keep(_ digest: RowDigest?, of resource: Int64) throws {
    guard let digest else { return }
    let statement =
      try keeping
      ?? RawStatement(cached: "INSERT OR REPLACE INTO row_digest (resource, length, digest) VALUES (?, ?, ?)", db)
    keeping = statement
    try digest.withBytes { bytes in
      statement.bind(resource, at: 1)
      statement.bind(Int64(digest.length), at: 2)
      statement.bindBlob(bytes, at: 3)
      try statement.run()
    }
  }

  /// Forgets how the site sent a resource: its row is another one now.
  func drop(_ resource: Int64) throws {
    let statement = try dropping ?? RawStatement(cached: "DELETE FROM row_digest WHERE resource = ?", db)
    dropping = statement
    statement.bind(resource, at: 1)
    try statement.run()
  }

  /// The same of all resources of a type.
  static func drop(type: Int64, _ db: Database) throws {
    try db.run(
      sql: "DELETE FROM row_digest WHERE resource IN (SELECT id FROM resource WHERE type = ?)", arguments: [type])
  }

  /// What sweeps know resources by that are as they were. A resource that goes takes its digest with it. Who writes a row drops its
  /// digest: a trigger on updates would have SQLite copy each page that is written, in case the statement fails half way.
  static let table = """
    CREATE TABLE row_digest (resource INTEGER PRIMARY KEY, length INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
    CREATE TRIGGER resource_leaves_digest AFTER DELETE ON resource BEGIN
      DELETE FROM row_digest WHERE resource = OLD.id;
    END;
    """

  /// - Throws: `KnownRowsMoved` where some of these are not recognised by the same bytes any more.
  /// - Parameter number: the mirror's last change when they were.
  static func prove(_ ids: some Sequence<Int64>, asOf number: Int64, _ db: Database) throws {
    if try ChangeNumber.last(db) == number { return }
    let statement = try RawStatement(cached: "SELECT 1 FROM row_digest WHERE resource = ?", db)
    for id in ids {
      statement.bind(id, at: 1)
      defer { statement.reset() }
      guard try statement.step() else { throw KnownRowsMoved() }
    }
  }
}

extension Schema {
  static let rowDigests = RowDigestRows.table
}

/// What was taken for unchanged because it was known by its bytes is not what it was any more: somebody else has changed it meanwhile.
package struct KnownRowsMoved: Error {}
