import Foundation
import GRDB
import JSONAPI

/// How far the sweep of a type has come. Kept with the rows that it speaks for in one transaction.
package struct SweepState: Sendable, Hashable {
  /// The site's time when it began, Unix seconds; nil while none is under way.
  package var started: Int64?
  /// The mirror's sequence number when it began: what has a later one has changed since.
  package var sequence: Int64 = 0
  /// The greatest serial number that was listed; -1 before the first.
  package var lastID: Int64 = -1
  /// The offset of the next page: in the whole collection, or behind the last serial number while all there is hidden.
  package var offset = 0
  /// What the last page showed or left out, by which the next one is seen to join up. None where it was hidden without a trace.
  package var marks: Set<ResourceID> = []
  /// Whether the listing is complete, so that the candidates can be judged.
  package var isListed = false
  /// When the last one ended, Unix seconds of the site.
  package var finished: Int64?
  /// How many removals wait for a person.
  package var held = 0

  /// Never swept.
  package init() {}
}

/// One page of a sweep on its way into the mirror.
package struct SweepApplication: Sendable {
  package var type: String
  package var resources: [ScannedResource]
  /// The UUIDs that the site left out for lack of access.
  package var omitted: [ResourceID]
  /// The stretch of serial numbers, above `after` and up to `through`, that the page shows completely; `through` is nil at
  /// the end of the collection. No stretch where the page did not join up with the last.
  package var covers: (after: Int64, through: Int64?)?
  /// Where the sweep stands behind it.
  package var state: SweepState
  package var run: Int64
  /// When the site made the page, by its own `Date`; nil where it did not say.
  package var madeAt: Int64?
  /// What of the page cannot be used, and what stands around its document (`ScannedPage`): both are set aside.
  package var unusable: [UnusableRow]
  package var surroundings: String?
  /// What else is set aside with it: rows that the reader stepped over.
  package var setAside: [SetAside] = []
  /// Whether the type has no serial number, so that what was listed is kept by name until the end.
  package var isUnnumbered = false

  /// A page to apply.
  package init(
    type: String, resources: [ScannedResource], omitted: [ResourceID], covers: (after: Int64, through: Int64?)?,
    state: SweepState, run: Int64, madeAt: Int64? = nil, unusable: [UnusableRow] = [], surroundings: String? = nil
  ) {
    self.unusable = unusable
    self.surroundings = surroundings
    self.type = type
    self.resources = resources
    self.omitted = omitted
    self.covers = covers
    self.state = state
    self.run = run
    self.madeAt = madeAt
  }
}

/// A stored resource that a sweep did not see.
package struct SweepCandidate: Sendable, Hashable {
  package var id: Int64
  package var uuid: ResourceID
  /// Nil for a resource of which only the label is stored.
  package var internalID: Int64?
  /// Whether the listing named it as left out for lack of access.
  package var isOmitted: Bool
  /// Whether it has a tombstone already and was kept.
  package var isKept: Bool
  /// What the site has said of it in this sweep; nil while it was not asked.
  package var verdict: Verdict?

  /// What a single request for it said.
  package struct Verdict: Sendable, Hashable {
    /// In which way it is gone; nil where the answer decided nothing.
    package var kind: Tombstone.Kind?
    /// How it was learned, for people.
    package var how: String

    /// A verdict.
    package init(_ kind: Tombstone.Kind?, how: String) {
      self.kind = kind
      self.how = how
    }
  }
}

extension Mirror {
  /// Begins the sweep of a type anew: nothing listed, no candidates.
  /// - Parameter time: the site's, Unix seconds.
  package func beginSweep(of type: String, at time: Int64) throws -> SweepState {
    try write { db in
      let id = try Names(db).type(type)
      var state = SweepState()
      state.started = time
      state.sequence = try ChangeNumber.last(db)
      let before = try Row.cachedOne(db, sql: "SELECT finished, held FROM sweep WHERE type = ?", arguments: [id])
      state.finished = try before?.decode(Int64?.self, forColumn: "finished")
      state.held = try before?.decode(Int.self, forColumn: "held") ?? 0
      try db.run(sql: "DELETE FROM sweep_candidate WHERE type = ?", arguments: [id])
      try RowsSetAside.beginSweep(of: type, db)
      try db.run(sql: "DELETE FROM sweep_listed WHERE type = ?", arguments: [id])
      try SweepRows.save(state, type: id, db)
      return state
    }
  }

  /// Applies a page of a sweep in one transaction: resources, candidates, state and coverage.
  package func apply(_ page: SweepApplication) throws -> ApplyOutcome {
    try resourceWrite { db, names, writer in
      let pending = try PendingCopies(db, names: names, resources: writer)
      var outcome = ApplyOutcome()
      for resource in page.resources where try !pending.absorb(resource, madeAt: page.madeAt) {
        try writer.store(resource, &outcome)
      }
      let type = try names.type(page.type)
      if let attribute = page.resources.first(where: { $0.type == page.type && $0.idAttribute != nil })?.idAttribute {
        try names.learn(idAttribute: attribute, of: type)
      }
      var aside = try RowsSetAside(db)
      outcome.setAside = try aside.note(page.type, page.resources, page.unusable, around: page.surroundings)
      outcome.setAside += try aside.note(page.setAside)
      try SweepRows.noteCandidates(
        resources: page.resources, unusable: page.unusable, omitted: page.omitted, covers: page.covers, type: type, db)
      if page.isUnnumbered { try SweepRows.noteListed(page, type: type, db) }
      try SweepRows.save(page.state, type: type, db)
      try Ledger.count(
        PageApplication(
          type: page.type, resources: page.resources, omitted: page.omitted.count, cursor: nil, run: page.run),
        type: type, stored: outcome.inserted + outcome.updated, db)
      return outcome
    }
  }

  /// The candidates of a type by serial number, without those that have changed since the sweep began.
  package func candidates(of type: String) throws -> [SweepCandidate] {
    try read { db in
      try Row.cachedAll(
        db,
        sql: """
          SELECT r.id, i.uuid, r.internal_id, c.is_omitted, coalesce(d.kept, 0), c.kind, c.how
          FROM resource_type t JOIN sweep s ON s.type = t.id JOIN sweep_candidate c ON c.type = t.id
          JOIN resource r ON r.id = c.resource AND r.sequence <= s.sequence JOIN identity i ON i.id = r.id
          LEFT JOIN tombstone d ON d.type = t.id AND d.uuid = i.uuid
          WHERE t.name = ? ORDER BY r.internal_id
          """, arguments: [type]
      ).compactMap { row in
        guard let uuid = try SweepRows.uuid(row.decode(atIndex: 1)) else { return nil }
        let verdict = try row.decode(String?.self, atIndex: 5).map { kind in
          SweepCandidate.Verdict(Tombstone.Kind(rawValue: kind), how: try row.decode(String?.self, atIndex: 6) ?? "")
        }
        return try SweepCandidate(
          id: row.decode(atIndex: 0), uuid: uuid, internalID: row.decode(atIndex: 2), isOmitted: row.decode(atIndex: 3),
          isKept: row.decode(atIndex: 4), verdict: verdict)
      }
    }
  }

  /// Notes the verdicts of candidates in one transaction, for the next slice of the sweep.
  package func note(_ candidates: [SweepCandidate], of type: String) throws {
    guard !candidates.isEmpty else { return }
    try write { db in
      let id = try Names(db).type(type)
      for candidate in candidates {
        guard let verdict = candidate.verdict else { continue }
        try db.run(
          sql: "UPDATE sweep_candidate SET kind = ?, how = ? WHERE type = ? AND resource = ?",
          arguments: [verdict.kind?.rawValue ?? SweepRows.undecided, verdict.how, id, candidate.id])
      }
    }
  }

  /// All stored resources of a type, as candidates.
  package func everything(of type: String) throws -> [SweepCandidate] {
    try read { db in
      try Row.cachedAll(
        db,
        sql: """
          SELECT r.id, i.uuid, r.internal_id FROM resource_type t JOIN resource r ON r.type = t.id
          JOIN identity i ON i.id = r.id WHERE t.name = ? ORDER BY r.internal_id
          """, arguments: [type]
      ).compactMap { row in
        try SweepRows.uuid(row.decode(atIndex: 1)).map {
          try SweepCandidate(
            id: row.decode(atIndex: 0), uuid: $0, internalID: row.decode(atIndex: 2), isOmitted: false, isKept: false)
        }
      }
    }
  }

  /// Stores what a candidate turned out to be, and takes it off the list.
  package func refresh(_ resource: ScannedResource, candidate: SweepCandidate) throws -> ApplyOutcome {
    try resourceWrite { db, names, writer in
      var outcome = ApplyOutcome()
      if try !PendingCopies(db, names: names, resources: writer).absorb(resource, madeAt: nil) {
        try writer.store(resource, &outcome)
      }
      try db.run(sql: "DELETE FROM sweep_candidate WHERE resource = ?", arguments: [candidate.id])
      return outcome
    }
  }

  /// Ends the sweep of a type.
  /// - Parameters:
  ///   - time: the site's, Unix seconds.
  ///   - held: how many removals wait for a person; their candidates stay on the list.
  package func endSweep(of type: String, at time: Int64, held: Int = 0) throws {
    try write { db in
      let id = try Names(db).type(type)
      var state = SweepState()
      state.finished = time
      state.held = held
      try SweepRows.save(state, type: id, db)
      try RowsSetAside.endSweep(of: id, db)
      if held == 0 { try db.run(sql: "DELETE FROM sweep_candidate WHERE type = ?", arguments: [id]) }
      try db.run(sql: "DELETE FROM sweep_listed WHERE type = ?", arguments: [id])
    }
  }
}

/// The rows behind sweeps.
enum SweepRows {
  /// Stands for a kind where the site's answer decided nothing. No `Tombstone.Kind` has this name.
  static let undecided = "undecided"

  static func save(_ state: SweepState, type: Int64, _ db: Database) throws {
    try db.run(
      sql: """
        INSERT INTO sweep (type, started, sequence, last_id, position, is_listed, finished, held, marks)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (type) DO UPDATE SET started = ?2, sequence = ?3, last_id = ?4, position = ?5, is_listed = ?6,
          finished = ?7, held = ?8, marks = ?9
        """,
      arguments: [
        type, state.started, state.sequence, state.lastID, state.offset, state.isListed, state.finished, state.held,
        blob(of: state.marks),
      ])
  }

  /// The state in columns `started` to `marks` from `first` on; nil where the type was never swept.
  static func state(_ row: Row, from first: Int) throws -> SweepState? {
    let sequence: Int64? = try row.decode(atIndex: first + 1)
    guard let sequence else { return nil }
    var state = SweepState()
    state.started = try row.decode(atIndex: first)
    state.sequence = sequence
    state.lastID = try row.decode(atIndex: first + 2)
    state.offset = min(max(try row.decode(atIndex: first + 3), 0), PageParameter.greatestOffset)
    state.isListed = try row.decode(atIndex: first + 4)
    state.finished = try row.decode(atIndex: first + 5)
    state.held = try row.decode(atIndex: first + 6)
    state.marks = marks(in: try row.decode(atIndex: first + 7))
    return state
  }

  /// Ids one behind the other; nil for none.
  static func blob(of marks: Set<ResourceID>) -> Data? {
    marks.isEmpty ? nil : Data(SweepMarks.bytes(of: marks))
  }

  static func marks(in blob: Data?) -> Set<ResourceID> { blob.map { SweepMarks.ids(in: Array($0)) } ?? [] }

  /// Whatever is stored in the stretch that a page covers and not on it, and whatever the page names as left out. What was made
  /// here and is not on the site yet is neither.
  static func noteCandidates(
    resources: [ScannedResource], unusable: [UnusableRow], omitted: [ResourceID],
    covers: (after: Int64, through: Int64?)?, type: Int64, _ db: Database
  ) throws {
    let whole = Set(resources.lazy.filter { !$0.isLabelOnly }.map(\.uuid))
    let labels = Set(resources.lazy.filter(\.isLabelOnly).map(\.uuid))
    for uuid in omitted {
      try db.run(
        sql: """
          INSERT INTO sweep_candidate (type, resource, is_omitted)
          SELECT r.type, r.id, 1 FROM identity i JOIN resource r ON r.id = i.id WHERE i.uuid = ? AND i.type = ?
          ON CONFLICT (type, resource) DO UPDATE SET is_omitted = 1
          """, arguments: [Data(uuid.bytes), type])
    }
    guard let covers else { return }
    let stored = try Row.cachedAll(
      db,
      sql: """
        SELECT r.id, i.uuid, r.internal_id FROM resource r JOIN identity i ON i.id = r.id
        WHERE r.type = ?1 AND (r.internal_id > ?2 AND (?3 IS NULL OR r.internal_id <= ?3)
          OR ?3 IS NULL AND r.internal_id IS NULL)
          AND NOT EXISTS (SELECT 1 FROM outbox_copy o WHERE o.resource = r.id AND o.base_document IS NULL)
        """, arguments: [type, covers.after, covers.through])
    for row in stored {
      guard let uuid = try uuid(row.decode(atIndex: 1)), !whole.contains(uuid) else { continue }
      let serial: Int64? = try row.decode(atIndex: 2)
      // Of this one only the label is stored, and the label is there.
      if serial == nil, labels.contains(uuid) { continue }
      // What cannot be used is not gone.
      if unusable.contains(where: { $0.isAbout(uuid, serial: serial) }) { continue }
      try db.run(
        sql: "INSERT OR IGNORE INTO sweep_candidate (type, resource, is_omitted) VALUES (?, ?, 0)",
        arguments: [type, try row.decode(Int64.self, atIndex: 0)])
    }
  }

  /// Of a type without serial numbers: what the page lists is kept by name; whatever is stored and was not listed by the end is a
  /// candidate.
  static func noteListed(_ page: SweepApplication, type: Int64, _ db: Database) throws {
    // What cannot be used is not gone.
    let listed = page.resources.lazy.filter { !$0.isLabelOnly }.map(\.uuid) + page.unusable.compactMap(\.id)
    for uuid in listed {
      try db.run(
        sql:
          "INSERT OR IGNORE INTO sweep_listed (type, resource) SELECT ?2, id FROM identity WHERE uuid = ?1 AND type = ?2",
        arguments: [Data(uuid.bytes), type])
    }
    guard page.state.isListed else { return }
    try db.run(
      sql: """
        INSERT OR IGNORE INTO sweep_candidate (type, resource, is_omitted)
        SELECT r.type, r.id, 0 FROM resource r
        WHERE r.type = ?1 AND NOT EXISTS (SELECT 1 FROM sweep_listed l WHERE l.type = ?1 AND l.resource = r.id)
          AND NOT EXISTS (SELECT 1 FROM outbox_copy o WHERE o.resource = r.id AND o.base_document IS NULL)
        """, arguments: [type])
  }

  static func uuid(_ data: Data) -> ResourceID? { data.withUnsafeBytes { ResourceID(bytes: $0) } }
}
