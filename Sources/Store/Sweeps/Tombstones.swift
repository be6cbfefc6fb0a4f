import Foundation
import GRDB
import JSONAPI

/// What becomes of resources that are closed to the account (`sync.onHidden`).
package enum HiddenPolicy: String, Sendable, CaseIterable {
  case drop, keep
}

/// What the site said of a candidate.
package struct Removal: Sendable, Hashable {
  /// The stored resource that it is about.
  package var candidate: SweepCandidate
  /// In which way it is gone.
  package var kind: Tombstone.Kind
  /// How that was learned, for people.
  package var how: String

  /// A removal.
  package init(_ candidate: SweepCandidate, _ kind: Tombstone.Kind, how: String) {
    self.candidate = candidate
    self.kind = kind
    self.how = how
  }
}

extension Sweeping {
  /// Removes resources for good: document, relationships from them, their history of local changes, identities that
  /// nothing refers to any more. Their bytes are overwritten in the file and cut off the write-ahead log. What has
  /// changed since the sweep began stays, and so does what has local changes under way: the push finds out and asks.
  /// - Parameter time: the site's, Unix seconds.
  /// - Returns: how many were removed, or marked and kept, by kind.
  package func remove(
    _ removals: [Removal], of type: String, onHidden: HiddenPolicy, at time: Int64
  ) throws -> [Tombstone.Kind: Int] {
    let done = try resourceWrite { db, names, resources in
      let pending = try PendingCopies(db, names: names, resources: resources)
      let done = try RemovalWriter(resources, type: names.type(type), time: time, pending: pending)
        .remove(removals, onHidden)
      // A crash before the log is emptied is made good by the next round.
      try MirrorFact.logHoldsRemoved.note("1", db)
      return done
    }
    try truncateLog()
    return done
  }

  /// Empties the write-ahead log where it may hold what was removed.
  /// - Returns: whether nothing of it is left; false where a reader prevented it for now.
  @discardableResult
  package func truncateLogIfDue() throws -> Bool {
    guard try reading.fact(.logHoldsRemoved) == "1" else { return true }
    try truncateLog()
    return try reading.fact(.logHoldsRemoved) != "1"
  }

  /// Empties the write-ahead log, so that nothing removed stays in it. Readers may prevent it for now: the next round
  /// tries again.
  package func truncateLog() throws {
    let isDone = (try? database.emptyLog()) != nil
    if isDone == (try reading.fact(.logHoldsRemoved) == "1") {
      try write { try MirrorFact.logHoldsRemoved.note(isDone ? "0" : "1", $0) }
    }
  }
}

extension Reading {
  /// The UUIDs of all stored resources of a type.
  package func identifiers(of type: String) throws -> Set<ResourceID> {
    try read { db in
      let sql = """
        SELECT i.uuid FROM resource r JOIN identity i ON i.id = r.id
        WHERE r.type = (SELECT id FROM resource_type WHERE name = ?)
        """
      return Set(try Data.cachedAll(db, sql: sql, arguments: [type]).compactMap(IdentityText.id))
    }
  }

  /// The ids of the stored resources of a type that have one of these serial numbers.
  package func identifiers(of type: String, numbered numbers: Set<Int64>) throws -> Set<ResourceID> {
    try read { db in
      let sql = """
        SELECT i.uuid FROM resource r JOIN identity i ON i.id = r.id
        WHERE r.type = (SELECT id FROM resource_type WHERE name = ?) AND r.internal_id = ?
        """
      return Set(
        try numbers.compactMap { try Data.cachedOne(db, sql: sql, arguments: [type, $0]) }.compactMap(IdentityText.id))
    }
  }

  /// The stored document of a resource; nil where there is none.
  package func document(of uuid: ResourceID, type: String) throws -> [UInt8]? {
    try read { db in
      try String.cachedOne(
        db,
        sql: """
          SELECT r.document FROM identity i JOIN resource r ON r.id = i.id
          WHERE \(IdentityIndex.uuid("i")) = ? AND i.type = (SELECT id FROM resource_type WHERE name = ?)
          """, arguments: [Data(uuid.bytes), type]
      ).map { Array($0.utf8) }
    }
  }

  /// All tombstones of a type.
  package func tombstones(of type: String) throws -> [Tombstone] {
    try read { db in
      try Row.cachedAll(
        db,
        sql: """
          SELECT d.uuid, d.kind, d.learned, d.how, d.kept FROM tombstone d JOIN resource_type t ON t.id = d.type
          WHERE t.name = ? ORDER BY d.uuid
          """, arguments: [type]
      ).compactMap { row in
        guard let uuid = try IdentityText.id(row.decode(atIndex: 0)),
          let kind = Tombstone.Kind(rawValue: try row.decode(atIndex: 1))
        else { return nil }
        return try Tombstone(
          type: type, uuid: uuid, kind: kind, learned: row.decode(atIndex: 2), how: row.decode(atIndex: 3),
          isKept: row.decode(atIndex: 4))
      }
    }
  }
}

/// Removes resources for good inside one transaction.
struct RemovalWriter {
  private let db: Database
  private let resources: ResourceWriter
  private let type: Int64
  private let time: Int64
  private let begun: Int64
  private let pending: PendingCopies

  /// - Parameters:
  ///   - resources: the transaction's one writer of resources.
  ///   - begun: what has a later sequence stays; nil for when the type's sweep began.
  init(
    _ resources: ResourceWriter, type: Int64, time: Int64, pending: PendingCopies, begun: Int64? = nil
  ) throws {
    db = resources.db
    self.resources = resources
    self.type = type
    self.time = time
    self.pending = pending
    self.begun =
      try begun ?? Int64.cachedOne(db, sql: "SELECT sequence FROM sweep WHERE type = ?", arguments: [type]) ?? 0
  }

  func remove(_ removals: [Removal], _ policy: HiddenPolicy) throws -> [Tombstone.Kind: Int] {
    var done: [Tombstone.Kind: Int] = [:]
    var erased: [Int64] = []
    for removal in removals {
      let id = removal.candidate.id
      try db.run(sql: "DELETE FROM sweep_candidate WHERE type = ? AND resource = ?", arguments: [type, id])
      let isUnchanged =
        try Bool.cachedOne(db, sql: "SELECT sequence <= ? FROM resource WHERE id = ?", arguments: [begun, id]) ?? false
      guard isUnchanged else { continue }
      if try pending.absorbRemoval(of: id) { continue }
      let keeps = removal.kind != .deleted && policy == .keep
      if !keeps { erased.append(id) }
      // Where it is seen again its tombstone goes: it is looked at then, even where it is as it was.
      if keeps { try RowDigestRows(db).drop(id) }
      // What is kept shows as before: the number is its tombstone's alone.
      let number = try keeps ? nil : erase(id)
      try bury(removal, keeps: keeps, sequence: number ?? resources.changes.next())
      if !(keeps && removal.candidate.isKept) { done[removal.kind, default: 0] += 1 }
    }
    try forgetChanges(of: erased)
    return done
  }

  private func bury(_ removal: Removal, keeps: Bool, sequence: Int64) throws {
    try db.run(
      sql: """
        INSERT INTO tombstone (type, uuid, internal_id, kind, learned, how, kept, sequence)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (type, uuid) DO UPDATE SET kind = ?4, kept = ?7,
          learned = iif(kind = ?4, learned, ?5), how = iif(kind = ?4, how, ?6), sequence = iif(kind = ?4, sequence, ?8)
        """,
      arguments: [
        type, Data(removal.candidate.uuid.bytes), removal.candidate.internalID, removal.kind.rawValue, time,
        removal.how, keeps, sequence,
      ])
  }

  /// Removes what local changes and conflicts of the past still hold of these resources. None is under way.
  private func forgetChanges(of resources: [Int64]) throws {
    guard !resources.isEmpty, try Bool.cachedOne(db, sql: "SELECT EXISTS (SELECT 1 FROM outbox)") == true else {
      return
    }
    let list = resources.map(String.init).joined(separator: ",")
    // Several statements, and never the same ones.
    try db.execute(
      sql: """
        DELETE FROM upload WHERE change IN (SELECT id FROM outbox WHERE resource IN (\(list)));
        DELETE FROM conflict WHERE resource IN (\(list));
        DELETE FROM outbox WHERE resource IN (\(list));
        DELETE FROM outbox_echo WHERE resource IN (\(list));
        """)
  }

  /// - Returns: the number of that change; nil where it was not stored.
  private func erase(_ id: Int64) throws -> Int64? {
    let targets = try Int64.cachedAll(
      db, sql: "SELECT DISTINCT target FROM relationship WHERE source = ? AND target IS NOT NULL", arguments: [id])
    let number = try resources.remove(id, origin: .site)
    try db.run(sql: "DELETE FROM file_source WHERE resource = ?", arguments: [id])
    for orphan in targets + [id] {
      try db.run(
        sql: """
          DELETE FROM identity WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM resource WHERE id = ?1)
            AND NOT EXISTS (SELECT 1 FROM relationship WHERE target = ?1)
            AND (id = ?2 OR NOT EXISTS (SELECT 1 FROM outbox WHERE resource = ?1))
            AND NOT EXISTS (SELECT 1 FROM outbox_copy WHERE resource = ?1)
          """, arguments: [orphan, id])
    }
    return number
  }
}
