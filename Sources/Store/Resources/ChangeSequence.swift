import Foundation
import GRDB

/// Whose doing a change is (`change_origin`, `removed_resource.origin`).
enum ChangeOrigin: Int64 {
  /// The site showed it so, or answered so.
  case site = 0
  /// A client of the local API asked for it.
  case local = 1
  /// It follows anew from what the site shows and from local changes: the site's copy moved under them, or one of them was refused,
  /// given up, decided about or corrected.
  case rebase = 2
}

/// Gives out the numbers of the mirror's changes inside one transaction (`setting.sequence`). Everything by which reads come out
/// otherwise takes one: a resource that is stored, that leaves, that comes back or that moves in the order. By them clients know
/// whether what they have is still true (`ETag`), and sweeps what has changed since they began. No number is given out twice, so
/// a transaction has one of these, with its `Names`, and nothing else writes the setting.
///
/// With the number of a resource goes a note: what was done to it, whose doing it was, when it was learned here. Each resource has its
/// newest note and no other, in its row or, once it has left, in `removed_resource`: what was changed after any number is read in the
/// order of numbers (view `change_notes`), and notes grow with resources, not with time.
final class ChangeSequence {
  /// What was done to a resource that is there (`resource.change_kind`).
  enum Kind: Int64 {
    case created = 0
    case changed = 1
  }

  private let db: Database
  /// Nil until it is asked for: most transactions change no resource.
  private var number: Int64?
  private var isKept = true
  /// When what this transaction does is noted to have been: this machine's Unix seconds.
  let time = Int64(Date().timeIntervalSince1970)

  init(_ db: Database) { self.db = db }

  /// The number that was given out last, in this transaction or before.
  /// - Throws: `MirrorUnusable` where the mirror holds none that can be.
  func last() throws -> Int64 {
    if let number { return number }
    let last = try ChangeNumber.last(db)
    number = last
    return last
  }

  /// Gives out the next one.
  /// - Throws: as `last`.
  @discardableResult
  func next() throws -> Int64 {
    let next = try last() + 1
    number = next
    isKept = false
    return next
  }

  /// Gives out the next one for a resource that has left, and notes it. To be called while its identity is there.
  /// - Throws: as `last`.
  func nextForRemoved(_ resource: Int64, _ origin: ChangeOrigin) throws -> Int64 {
    let number = try next()
    try db.run(
      sql: """
        INSERT OR REPLACE INTO removed_resource (type, uuid, sequence, origin, noted)
        SELECT type, uuid, ?2, ?3, ?4 FROM identity WHERE id = ?1
        """, arguments: [resource, number, origin.rawValue, time])
    return number
  }

  /// Keeps the last one for the next transaction. To be called before the end of each that was given any.
  func keep() throws {
    guard !isKept, let number else { return }
    try db.run(
      sql: "INSERT INTO setting (name, value) VALUES ('sequence', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
      arguments: [String(number)])
    isKept = true
  }
}

/// The number of the mirror's last change (`setting.sequence`).
enum ChangeNumber {
  /// Far beyond what any mirror gets to.
  static let greatest: Int64 = 1 << 60

  /// The number that was given out last; 0 before the first.
  /// - Throws: `MirrorUnusable` when what stands there is none: numbers must not be given out twice.
  static func last(_ db: Database) throws -> Int64 {
    guard let text = try String.cachedOne(db, sql: "SELECT value FROM setting WHERE name = 'sequence'") else {
      return 0
    }
    guard let number = Int64(text), (0..<greatest).contains(number) else {
      throw MirrorUnusable(
        description: "the mirror is damaged: its setting `sequence` is no number of a change; restore it from a backup")
    }
    return number
  }
}

extension Schema {
  /// The newest note of each resource: beside its number in its row; null in rows of before. What has left, and is not back, has a row
  /// of its own; of before that is known of what sweeps and deletions left a tombstone of.
  static let notes = """
    ALTER TABLE resource ADD COLUMN change_kind INTEGER;
    ALTER TABLE resource ADD COLUMN change_origin INTEGER;
    ALTER TABLE resource ADD COLUMN noted INTEGER;
    CREATE TABLE removed_resource (
      type INTEGER NOT NULL, uuid BLOB NOT NULL, sequence INTEGER NOT NULL, origin INTEGER NOT NULL, noted INTEGER NOT NULL,
      PRIMARY KEY (type, uuid)) STRICT, WITHOUT ROWID;
    CREATE INDEX removed_resource_by_sequence ON removed_resource (sequence);
    INSERT INTO removed_resource (type, uuid, sequence, origin, noted)
      SELECT type, uuid, sequence, 0, learned FROM tombstone WHERE kept = 0;
    CREATE VIEW change_notes AS
      SELECT r.sequence, t.name AS type, \(IdentityText.shown("i.uuid")) AS uuid,
        CASE r.change_kind WHEN 0 THEN 'created' WHEN 1 THEN 'changed' END AS kind,
        CASE r.change_origin WHEN 0 THEN 'site' WHEN 1 THEN 'local' WHEN 2 THEN 'rebase' END AS origin, r.noted
      FROM resource r JOIN identity i ON i.id = r.id JOIN resource_type t ON t.id = r.type
      UNION ALL
      SELECT d.sequence, t.name, \(IdentityText.shown("d.uuid")), 'removed',
        CASE d.origin WHEN 0 THEN 'site' WHEN 1 THEN 'local' WHEN 2 THEN 'rebase' END, d.noted
      FROM removed_resource d JOIN resource_type t ON t.id = d.type;
    """
}
