import Foundation
import GRDB
import JSONAPI

/// A stretch of a type's serial numbers that is not read yet, while the type is read from the beginning. Kept with the rows that it
/// speaks for in one transaction.
package struct Stretch: Sendable, Hashable {
  /// The number behind which it began; -1 for the first, which is read without a filter.
  package var first: Int64
  /// The number up to which it is read.
  package var lastID: Int64
  /// Rows to pass over: in the whole collection for the first one, else behind `lastID` while all rows there are hidden.
  package var offset = 0
  /// What the last page showed or left out, by which the next one is seen to join up.
  package var marks: Set<ResourceID> = []
  /// The number up to which it goes; nil for the end of the collection.
  package var through: Int64?

  /// A stretch of which nothing is read.
  package init(first: Int64 = -1, lastID: Int64 = -1, through: Int64?) {
    self.first = first
    self.lastID = lastID
    self.through = through
  }
}

/// What a page means for the reading of a type from the beginning.
package struct ReadingPart: Sendable {
  /// The UUIDs that the site left out for lack of access.
  package var omitted: [ResourceID]
  /// The numbers, above `after` and up to `through`, that the page shows completely; `through` is nil at the end of the
  /// collection. None where the page shows no stretch.
  package var covers: (after: Int64, through: Int64?)?
  /// Where its stretch stands behind it; nil where it belongs to none.
  package var stretch: Stretch?
  /// Whether the stretch is over with it.
  package var isOver: Bool
  /// With the last of all: the greatest number listed.
  package var listedThrough: Int64?

  /// A page of a stretch, or of none.
  package init(
    omitted: [ResourceID], covers: (after: Int64, through: Int64?)?, stretch: Stretch? = nil, isOver: Bool = false
  ) {
    self.omitted = omitted
    self.covers = covers
    self.stretch = stretch
    self.isOver = isOver
  }

  /// The end of the reading.
  package init(listedThrough number: Int64) {
    self.init(omitted: [], covers: nil)
    listedThrough = number
  }
}

extension Pulling {
  /// Begins to read a type from the beginning, which is a sweep of it, too.
  /// - Parameters:
  ///   - cursor: that of the reading, with its pass.
  ///   - stretches: what is to be read.
  ///   - time: the site's, Unix seconds.
  package func beginReading(of type: String, cursor: Cursor, stretches: [Stretch], at time: Int64) throws {
    _ = try Sweeping(database: database).beginSweep(of: type, at: time)
    try write { db in
      let id = try Names(db).type(type)
      try db.run(sql: "DELETE FROM stretch WHERE type = ?", arguments: [id])
      for stretch in stretches { try StretchRows.save(stretch, type: id, db) }
      try Ledger.save(cursor, type: id, db)
    }
  }

  /// The stretches of a type that are left to read, the highest first.
  package func stretches(of type: String) throws -> [Stretch] {
    try read { db in
      try Row.cachedAll(
        db,
        sql: """
          SELECT s.first, s.last_id, s.position, s.marks, s.through FROM stretch s JOIN resource_type t ON t.id = s.type
          WHERE t.name = ? ORDER BY s.first DESC
          """, arguments: [type]
      ).map { row in
        var stretch = Stretch(
          first: try row.decode(forColumn: "first"), lastID: try row.decode(forColumn: "last_id"),
          through: try row.decode(forColumn: "through"))
        stretch.offset = try row.decode(forColumn: "position")
        stretch.marks = SweepRows.marks(in: try row.decode(forColumn: "marks"))
        return stretch
      }
    }
  }

  /// Notes that a stretch was cut in two.
  package func split(_ lower: Stretch, _ upper: Stretch, of type: String) throws {
    try write { db in
      let id = try Names(db).type(type)
      try db.run(
        sql: "UPDATE stretch SET through = ? WHERE type = ? AND first = ?", arguments: [lower.through, id, lower.first])
      try StretchRows.save(upper, type: id, db)
    }
  }
}

extension Reading {
  /// The greatest serial number stored of a type; nil where there is none.
  package func greatestID(of type: String) throws -> Int64? {
    try read { db in
      try Int64.cachedOne(
        db,
        sql: "SELECT max(internal_id) FROM resource WHERE type = (SELECT id FROM resource_type WHERE name = ?)",
        arguments: [type])
    }
  }
}

/// The rows behind stretches.
enum StretchRows {
  /// Takes in what a page means for the reading of a type.
  static func apply(_ part: ReadingPart, of page: PageApplication, type: Int64, _ db: Database) throws {
    try SweepRows.noteCandidates(
      resources: page.resources, unusable: page.unusable, omitted: part.omitted, covers: part.covers, type: type, db)
    if let stretch = part.stretch {
      if part.isOver {
        try db.run(sql: "DELETE FROM stretch WHERE type = ? AND first = ?", arguments: [type, stretch.first])
      } else {
        try save(stretch, type: type, db)
      }
    }
    if let number = part.listedThrough {
      try db.run(sql: "DELETE FROM stretch WHERE type = ?", arguments: [type])
      try db.run(
        sql: "UPDATE sweep SET is_listed = 1, last_id = ? WHERE type = ? AND started IS NOT NULL",
        arguments: [number, type])
      // Where all that is stored was listed the sweep is over.
      try db.run(
        sql: """
          UPDATE sweep SET started = NULL, is_listed = 0, last_id = -1, position = 0, marks = NULL, held = 0, finished = started
          WHERE type = ?1 AND started IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sweep_candidate c WHERE c.type = ?1)
          """, arguments: [type])
      if db.changesCount > 0 { try RowsSetAside.endSweep(of: type, db) }
    }
  }

  static func save(_ stretch: Stretch, type: Int64, _ db: Database) throws {
    try db.run(
      sql: """
        INSERT INTO stretch (type, first, last_id, position, marks, through) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (type, first) DO UPDATE SET last_id = ?3, position = ?4, marks = ?5, through = ?6
        """,
      arguments: [
        type, stretch.first, stretch.lastID, stretch.offset, SweepRows.blob(of: stretch.marks), stretch.through,
      ])
  }
}

extension Schema {
  /// Passes in the order of serial numbers: the old cursors told how far a type was read in the order of (`changed`, serial number).
  /// Of the second on which one stood, resources with higher numbers may be unread. Types that were never read to their end are read
  /// from the beginning. `stretch` holds what such a reading has left to do.
  static let passes = """
    ALTER TABLE cursor ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE cursor ADD COLUMN newest_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE cursor ADD COLUMN pass_begun INTEGER;
    ALTER TABLE cursor ADD COLUMN pass_after INTEGER;
    DELETE FROM cursor WHERE known_until = 0;
    UPDATE cursor SET changed = max(0, changed - 1),
      internal_id = coalesce((SELECT max(internal_id) FROM resource r WHERE r.type = cursor.type), 0);
    UPDATE cursor SET newest = internal_id;
    CREATE TABLE stretch (
      type INTEGER NOT NULL, first INTEGER NOT NULL, last_id INTEGER NOT NULL, position INTEGER NOT NULL, marks BLOB,
      through INTEGER, PRIMARY KEY (type, first)) STRICT, WITHOUT ROWID;
    """
}
