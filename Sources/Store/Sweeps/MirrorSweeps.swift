import Foundation
import GRDB
import JSONAPI

extension Sweeping {
  /// Begins the sweep of a type anew: nothing listed, no candidates.
  /// - Parameters:
  ///   - time: the site's, Unix seconds.
  ///   - forgetsHold: whether nothing waits for a person any more.
  package func beginSweep(of type: String, at time: Int64, forgetsHold: Bool = false) throws -> SweepState {
    try write { db in
      let id = try Names(db).type(type)
      var state = SweepState()
      state.started = time
      state.sequence = try ChangeNumber.last(db)
      let before = try Row.cachedOne(db, sql: "SELECT finished, held FROM sweep WHERE type = ?", arguments: [id])
      state.finished = try before?.decode(Int64?.self, forColumn: "finished")
      state.held = try forgetsHold ? 0 : before?.decode(Int.self, forColumn: "held") ?? 0
      try db.run(sql: "DELETE FROM sweep_candidate WHERE type = ?", arguments: [id])
      try RowsSetAside.beginSweep(of: type, db)
      try db.run(sql: "DELETE FROM sweep_listed WHERE type = ?", arguments: [id])
      try SweepRows.save(state, type: id, db)
      return state
    }
  }

  /// Applies a page of a sweep in one transaction: resources, candidates, state and coverage.
  /// - Throws: `KnownRowsMoved` where what is known by its bytes, on this page or those that wait, is not as it was when it was
  ///   compared; then nothing of it is in the mirror.
  package func apply(_ page: SweepApplication) throws -> ApplyOutcome {
    try resourceWrite { db, names, writer in
      let known = page.resources.compactMap(\.known)
      if let number = [page.quiet.number, page.number].compactMap({ $0 }).min() {
        try RowDigestRows.prove(page.quiet.ids + known.lazy.map(\.id), asOf: number, db)
      }
      let pending = try PendingCopies(db, names: names, resources: writer)
      var outcome = ApplyOutcome()
      outcome.unchanged = known.count
      let fresh = page.fresh
      for resource in fresh where try resource.known == nil && !pending.absorb(resource, madeAt: page.madeAt) {
        try writer.store(resource, &outcome)
      }
      let type = try names.type(page.type)
      if let attribute = page.resources.first(where: { $0.type == page.type && $0.idAttribute != nil })?.idAttribute {
        try names.learn(idAttribute: attribute, of: type)
      }
      var aside = try RowsSetAside(db)
      outcome.setAside = try aside.note(page.type, fresh, page.unusable, around: page.surroundings)
      outcome.setAside += try aside.note(page.setAside + page.kept.values)
      try SweepRows.noteCandidates(
        resources: page.resources, unusable: page.unusable, omitted: page.omitted, covers: page.covers, type: type, db)
      if page.isUnnumbered { try SweepRows.noteListed(page, type: type, db) }
      try SweepRows.save(page.state, type: type, db)
      try CoverageRows.count(
        run: page.run, type: type, pages: 1 + page.quiet.pages, seen: page.resources.count + page.quiet.ids.count,
        stored: outcome.inserted + outcome.updated, omitted: page.omitted.count, db)
      return outcome
    }
  }

  /// Keeps how far a sweep has come behind pages on which everything is as it is stored.
  /// - Throws: `KnownRowsMoved`, as `apply`.
  package func note(_ quiet: QuietPages, of type: String, _ state: SweepState, run: Int64) throws {
    guard let number = quiet.number else { return }
    try write { db in
      try RowDigestRows.prove(quiet.ids, asOf: number, db)
      guard let id = try Int64.cachedOne(db, sql: "SELECT id FROM resource_type WHERE name = ?", arguments: [type])
      else { return }
      try SweepRows.save(state, type: id, db)
      try CoverageRows.count(
        run: run, type: id, pages: quiet.pages, seen: quiet.ids.count, stored: 0, omitted: 0, db)
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
        guard let uuid = try IdentityText.id(row.decode(atIndex: 1)) else { return nil }
        let verdict = try row.decode(String?.self, atIndex: 5).map { kind in
          SweepCandidate.Verdict(Tombstone.Kind(rawValue: kind), how: try row.decode(String?.self, atIndex: 6) ?? "")
        }
        return try SweepCandidate(
          id: row.decode(atIndex: 0), uuid: uuid, internalID: row.decode(atIndex: 2), isOmitted: row.decode(atIndex: 3),
          isKept: row.decode(atIndex: 4), verdict: verdict)
      }
    }
  }

  /// Some of what waits for a person, the oldest and the newest: those that the site said to be gone, before those that were not
  /// asked for.
  /// - Parameter count: how many at most.
  package func heldCandidates(of type: String, count: Int) throws -> [SweepCandidate] {
    try read { db in
      var found: [SweepCandidate] = []
      for order in ["ASC", "DESC"] {
        let rows = try Row.cachedAll(
          db,
          sql: """
            SELECT r.id, i.uuid, r.internal_id, c.is_omitted
            FROM sweep_candidate c JOIN resource r ON r.id = c.resource JOIN identity i ON i.id = r.id
            WHERE c.type = (SELECT id FROM resource_type WHERE name = ?1) AND c.kind IS NOT ?2
            ORDER BY c.kind IS NULL, r.internal_id \(order) LIMIT ?3
            """, arguments: [type, SweepRows.undecided, max(1, (count + 1) / 2)])
        for row in rows {
          let id: Int64 = try row.decode(atIndex: 0)
          guard found.count < count, !found.contains(where: { $0.id == id }),
            let uuid = try IdentityText.id(row.decode(atIndex: 1))
          else { continue }
          try found.append(
            SweepCandidate(
              id: id, uuid: uuid, internalID: row.decode(atIndex: 2), isOmitted: row.decode(atIndex: 3), isKept: false))
        }
      }
      return found
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
        try IdentityText.id(row.decode(atIndex: 1)).map {
          try SweepCandidate(
            id: row.decode(atIndex: 0), uuid: $0, internalID: row.decode(atIndex: 2), isOmitted: false, isKept: false)
        }
      }
    }
  }

  /// Stores what a candidate turned out to be, and takes it off the list.
  /// - Parameter kept: what is said of it where it stays as it is stored; nil where it does not.
  package func refresh(
    _ resource: ScannedResource, candidate: SweepCandidate, kept: SetAside? = nil
  ) throws -> ApplyOutcome {
    try resourceWrite { db, names, writer in
      var outcome = ApplyOutcome()
      if let kept {
        try SetAsideRows.note([kept], db)
      } else if try !PendingCopies(db, names: names, resources: writer).absorb(resource, madeAt: nil) {
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
