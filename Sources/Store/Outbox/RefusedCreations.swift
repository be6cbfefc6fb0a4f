import Foundation
import GRDB
import JSONAPI

/// The site's refusal of a creation that says nothing about its values: it creates none of the type, or not for this account.
package struct TypeRefusal: Sendable, Hashable {
  /// The site's status.
  package var status: Int
  /// The site's words.
  package var detail: String

  /// A refusal.
  package init(status: Int, detail: String) { (self.status, self.detail) = (status, detail) }

  /// How many different creations have to be refused so, and none accepted since, until it is known of the type. A failure of the
  /// site's own code (5xx) may be about one of them.
  var enough: Int { status >= 500 ? 3 : 2 }
}

/// What is known of creations that the site does not carry out.
package struct RefusedCreations: Sendable, Hashable {
  /// The resource type's name.
  package var type: String
  /// How they make a resource: `create` or `upload`.
  package var kind: ChangeKind
  /// What the site answered to all of `changes`.
  package var refusal: TypeRefusal
  /// The changes that were refused so, the newest last.
  package var changes: [Int64]
  /// When the last was refused, Unix seconds of this machine.
  package var last: Int64

  static let table = """
    CREATE TABLE refused_creation (
      type INTEGER NOT NULL, kind TEXT NOT NULL, status INTEGER NOT NULL, detail TEXT NOT NULL, changes TEXT NOT NULL,
      last INTEGER NOT NULL, PRIMARY KEY (type, kind)) STRICT, WITHOUT ROWID;
    """

  /// It is believed so long after the last refusal, in seconds: then one more may try.
  static let life: Int64 = 86_400

  /// Whether a new creation would only be refused like those before.
  func isLearned(at now: Int64) -> Bool {
    changes.count >= refusal.enough && (last...last + RefusedCreations.life).contains(now)
  }

  /// The way out, for people.
  package var advice: String {
    "once the site can do it: social-mirror queue retry \(changes.last ?? 0)"
  }
}

extension OutboxWriter {
  /// Notes that the site refused a creation in a way that is not about its values.
  func learn(_ refusal: TypeRefusal, from change: OutboxChange, at now: Int64) throws {
    let type = try names.type(change.type)
    var known =
      try RefusedCreations.row(type, change.kind, db)
      ?? RefusedCreations(type: change.type, kind: change.kind, refusal: refusal, changes: [], last: now)
    if known.refusal != refusal { known.changes = [] }
    known.refusal = refusal
    known.changes = (known.changes.filter { $0 != change.id } + [change.id]).suffix(10)
    known.last = now
    try db.run(
      sql:
        "INSERT OR REPLACE INTO refused_creation (type, kind, status, detail, changes, last) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [
        type, change.kind.rawValue, refusal.status, refusal.detail,
        known.changes.map { String($0) }.joined(separator: " "), now,
      ])
    guard known.isLearned(at: now) else { return }
    try SetAsideRows.note(
      [
        SetAside(
          .change, type: change.type, subject: change.kind.rawValue,
          reason: "the site carries out none (\(refusal.status): \(refusal.detail)); clients are told so at once",
          advice: known.advice, at: now)
      ], db)
  }

  /// Forgets what was learned of creations of a type: the site has carried one out, or is to be asked again.
  func forgetRefusals(of change: OutboxChange) throws {
    guard change.isCreation else { return }
    let type = try names.type(change.type)
    try db.run(
      sql: "DELETE FROM refused_creation WHERE type = ? AND kind = ?", arguments: [type, change.kind.rawValue])
    guard db.changesCount > 0 else { return }
    try db.run(
      sql: "DELETE FROM set_aside WHERE kind = 'change' AND type = ? AND subject = ?",
      arguments: [change.type, change.kind.rawValue])
  }
}

extension RefusedCreations {
  fileprivate static func row(_ type: Int64, _ kind: ChangeKind, _ db: Database) throws -> RefusedCreations? {
    let row = try Row.cachedOne(
      db,
      sql: """
        SELECT r.status, r.detail, r.changes, r.last, t.name FROM refused_creation r JOIN resource_type t ON t.id = r.type
        WHERE r.type = ? AND r.kind = ?
        """, arguments: [type, kind.rawValue])
    guard let row else { return nil }
    let changes: String = try row.decode(atIndex: 2)
    return RefusedCreations(
      type: try row.decode(atIndex: 4), kind: kind,
      refusal: TypeRefusal(status: try row.decode(atIndex: 0), detail: try row.decode(atIndex: 1)),
      changes: changes.split(separator: " ").compactMap { Int64($0) }, last: try row.decode(atIndex: 3))
  }
}

extension Recording {
  /// What was learned of creations of a type, where a new one would only be refused like those before; else nil.
  /// - Parameter now: Unix seconds of this machine.
  package func refusedCreations(of type: String, _ kind: ChangeKind, at now: Int64) throws -> RefusedCreations? {
    try read { db in
      guard let id = try Int64.cachedOne(db, sql: "SELECT id FROM resource_type WHERE name = ?", arguments: [type])
      else {
        return nil
      }
      return try RefusedCreations.row(id, kind, db).flatMap { $0.isLearned(at: now) ? $0 : nil }
    }
  }
}
