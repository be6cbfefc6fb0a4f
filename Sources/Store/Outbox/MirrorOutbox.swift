import Foundation
import GRDB
import JSONAPI

/// What a change has become on the site.
package enum Settlement: Sendable {
  /// The site has the resource, in this form: what it made of the change, and nothing else.
  case resource(SiteCopy)
  /// The site has the resource; others may have edited it since the change arrived.
  case found(SiteCopy)
  /// The site does not have the resource any more.
  case gone
}

extension Outbox {
  /// All changes that are not over, the oldest first.
  package func unsettledChanges() throws -> [OutboxChange] {
    try read { db in try OutboxRows(db: db).changes(where: "o.\(OutboxSchema.isUnsettled)") }
  }

  /// One change, over or not; nil when there is none of that number.
  package func change(_ id: Int64) throws -> OutboxChange? { try read { try OutboxRows(db: $0).change(id) } }

  /// The deletion that waits behind a change of the same resource; nil when there is none.
  package func deletion(behind change: OutboxChange) throws -> OutboxChange? {
    try read { db in
      let isAny = try Int64.cachedOne(
        db,
        sql: """
          SELECT 1 FROM outbox WHERE resource = ? AND \(OutboxSchema.isUnsettled) AND kind = 'delete' AND id > ? LIMIT 1
          """, arguments: [change.resource, change.id])
      guard isAny != nil else { return nil }
      return try OutboxRows(db: db).unsettled(of: change.resource)
        .first { $0.kind == .delete && $0.id > change.id && $0.state == .queued }
    }
  }

  /// What was last agreed with the site about the resource of an unsettled change; nil where the site never had it.
  package func base(of change: OutboxChange) throws -> JSON? {
    try read { db in
      try OutboxCopies(db: db).copy(of: change.resource)?.base.map { try SiteForm(db).json($0, type: change.type) }
    }
  }

  /// What the site answered to the last write of ours to the resource of a change, as long as that is the newest of it that is
  /// known here; `madeAt` is when. Nil when there was none lately.
  package func answered(_ change: OutboxChange) throws -> SiteCopy? {
    try read { db in
      let echo = try Row.cachedOne(
        db, sql: "SELECT changed, made FROM outbox_echo WHERE resource = ? AND deleted = 0 AND made IS NOT NULL",
        arguments: [change.resource])
      guard let echo, let newest = try OutboxCopies(db: db).copy(of: change.resource)?.newest else { return nil }
      var form = try SiteForm(db)
      let text = try form.text(newest, type: change.type)
      let scanned = try form.scan(text)
      let changed: Int64? = try echo.decode(atIndex: 0)
      guard (scanned.changed ?? .min) >= changed ?? .min else { return nil }
      var copy = SiteCopy(scanned: scanned, text: text)
      copy.madeAt = try echo.decode(atIndex: 1)
      return copy
    }
  }

  /// After a crash: what was being sent is uncertain. For the one engine, before it begins.
  package func recoverOutbox() throws {
    try write { try $0.run(sql: "UPDATE outbox SET state = 'uncertain' WHERE state = 'sending'") }
  }

  /// Writes down that requests for changes are about to leave, in one transaction. Only then may they leave.
  /// - Parameter departures: of different resources.
  /// - Returns: for each, in their order: false when the change is not as it was read any more: nothing of it was written, and nothing
  ///   may leave.
  /// - Throws: a fault of the mirror, or that a copy cannot be read: nothing was written then.
  package func begin(_ departures: [Departure]) throws -> [Bool] {
    try outboxWrite { writer in try departures.map { try writer.begin($0) } }
  }

  /// Notes that an attempt failed in a way that may pass.
  /// - Parameters:
  ///   - state: `queued` when the site certainly did not carry it out, else `uncertain`.
  ///   - isAttempt: whether it counts as one.
  ///   - isUnsent: whether a request left and certainly was not carried out: then it is as if none had left.
  ///   - isFault: whether the site itself failed on a request of the change.
  ///   - until: not to be tried before, Unix seconds of this machine.
  ///   - error: for the operator; holds no secret.
  package func postpone(
    _ change: OutboxChange, _ state: ChangeState, isAttempt: Bool = true, isFault: Bool = false,
    isUnsent: Bool = false, until: Int64, error: String, document: [UInt8]? = nil
  ) throws {
    try write { db in
      try db.run(
        sql: """
          UPDATE outbox SET state = ?, attempts = attempts + ?, faults = faults + ?, next_attempt = ?, error = ?,
            error_document = coalesce(?, error_document), sends = max(0, sends - ?), version = version + 1
          WHERE id = ? AND state IN ('queued', 'sending', 'uncertain')
          """,
        arguments: [
          state.rawValue, isAttempt ? 1 : 0, isFault ? 1 : 0, until, error,
          document.map { String(decoding: $0, as: UTF8.self) }, isUnsent ? 1 : 0, change.id,
        ])
    }
  }

  /// Notes that the site refused a change for good. Its data and the site's error document stay; the local copy goes on
  /// showing it, but for a refused deletion, until a person corrects or drops it.
  /// - Parameter ofType: where the refusal says that the site carries out no creation of the type.
  package func reject(
    _ change: OutboxChange, error: String, document: [UInt8]?, ofType refusal: TypeRefusal? = nil, at now: Int64
  ) throws {
    try outboxWrite { writer in
      guard let row = try writer.rows.change(change.id), row.isStill(change) else { return }
      let part = try writer.rejoin(change.id, at: now)
      try writer.db.run(
        sql: """
          UPDATE outbox SET state = 'rejected', attempts = attempts + 1, error = ?, error_document = ?, version = version + 1
          WHERE id = ? AND state IN ('queued', 'sending', 'uncertain')
          """,
        arguments: [
          part?.error ?? error, part?.errorDocument ?? document.map { String(decoding: $0, as: UTF8.self) }, change.id,
        ])
      if let refusal, change.isCreation { try writer.learn(refusal, from: change, at: now) }
      try writer.supersede(change.id, of: row.resource, at: now)
      try writer.redraw(row.resource, type: row.type, uuid: row.uuid)
    }
  }

  /// Notes that a change is on the site, and takes over what the site made of it: the new base of all that waits behind it.
  /// Without more changes the site's form is what is served. A loss of power may take it back: the change is uncertain then, as if
  /// the process had been killed before, and a look at the site settles it.
  ///
  /// - Parameters:
  ///   - change: as it was read or begun.
  ///   - siteTime: the site's clock at the time, Unix seconds: what it made before does not undo this. Nil where it is not known.
  /// - Returns: false when it is not as it was read any more and was not sent either: nothing was written.
  package func settle(
    _ change: OutboxChange, as settlement: Settlement, siteTime: Int64? = nil, at now: Int64
  ) throws -> Bool {
    try outboxWrite(.site, isDurable: false) { writer in
      guard let row = try writer.rows.change(change.id), row.isStill(change) else { return false }
      try writer.rows.finish(row, .settled, at: now)
      try writer.forgetRefusals(of: row)
      switch settlement {
      case .gone:
        let copy = try writer.copies.copy(of: row.resource)
        let changed = try copy?.newest.flatMap { try writer.changed(in: $0, type: row.type) }
        try writer.copies.echo(row.resource, changed: changed, isDeleted: true, made: siteTime, at: now)
        try writer.expectDeletedAlong(row, at: now)
        for rest in try writer.rows.unsettled(of: row.resource) { try writer.rows.finish(rest, .dropped, at: now) }
        try writer.bury(row, copy, how: "deleted here, and then on the site", at: now)
      case .resource(let site), .found(let site):
        var isAnswer = true
        if case .found = settlement { isAnswer = false }
        var uuid = row.uuid
        var met: Set<Int64> = []
        // Files get theirs from the site; what is created keeps the one it was sent with, unless the site gives another all the same.
        if row.kind == .upload || row.kind == .create && site.scanned.type == row.type, site.scanned.uuid != row.uuid {
          uuid = site.scanned.uuid
          met = try writer.rename(row, to: uuid)
        }
        try writer.takeOver(site, after: row, isAnswer: isAnswer, uuid: uuid, met: met, at: now)
      }
      return true
    }
  }

  /// Notes the highest serial number of a file on the site, right before an upload leaves of which nothing has arrived. Once it
  /// may have, the number stays: what it made has a higher one.
  package func note(highestID: Int64, of change: OutboxChange) throws {
    try write {
      try $0.run(
        sql: """
          UPDATE upload SET highest_id = ?1
          WHERE change = ?2 AND EXISTS (SELECT 1 FROM outbox WHERE id = ?2 AND state = 'queued')
          """, arguments: [highestID, change.id])
    }
  }
}

extension Recording {
  /// The UUID that a file has today which was recorded here under another; nil when there was no such upload.
  package func siteUUID(ofUpload uuid: ResourceID) throws -> ResourceID? {
    try read { db in
      let bytes = try Data.cachedOne(
        db,
        sql: """
          SELECT i.uuid FROM upload u JOIN outbox o ON o.id = u.change JOIN identity i ON i.id = o.resource
          WHERE u.local_uuid = ?
          """, arguments: [uuid.description])
      return bytes.flatMap { Array($0).withUnsafeBytes { ResourceID(bytes: $0) } }
    }
  }
}

extension Outbox {
  /// Whether a file of the site is what an upload of ours has become.
  package func isUploaded(_ uuid: ResourceID) throws -> Bool {
    try read { db in
      try Bool.cachedOne(
        db,
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM upload u JOIN outbox o ON o.id = u.change JOIN identity i ON i.id = o.resource
            WHERE \(IdentityIndex.uuid("i")) = ? AND o.state = 'settled')
          """, arguments: [Data(uuid.bytes)]) ?? false
    }
  }
}

/// A change for which a request is about to leave.
package struct Departure: Sendable {
  /// As it was read.
  package let change: OutboxChange
  /// What is sent, merged with the site's copy.
  package let members: [ChangedMember]
  /// The copy that it was merged with: the new base; nil when none was read.
  package let site: SiteCopy?

  /// A departure.
  package init(_ change: OutboxChange, members: [ChangedMember], site: SiteCopy?) {
    (self.change, self.members, self.site) = (change, members, site)
  }
}

extension OutboxChange {
  /// Whether this row may be judged by what was found out about `change`: it is on its way, or nobody added to it since.
  func isStill(_ change: OutboxChange) -> Bool {
    state.isUnsettled && state != .conflict && (state == .sending || version == change.version)
  }
}

extension OutboxWriter {
  /// Whether a change still is what it was when it was read.
  func isCurrent(_ change: OutboxChange) throws -> Bool {
    let row = try rows.change(change.id)
    return row?.version == change.version && row?.state == change.state
  }

  /// See `Outbox.begin(_:)`.
  fileprivate func begin(_ departure: Departure) throws -> Bool {
    let change = departure.change
    guard try isCurrent(change) else { return false }
    try db.run(
      sql: """
        UPDATE outbox SET state = 'sending', sends = sends + 1, version = version + 1, members = ? WHERE id = ?
        """, arguments: [rows.encoded(departure.members), change.id])
    guard let site = departure.site, let copy = try copies.copy(of: change.resource) else { return true }
    // Mostly the site shows what is agreed on, and what is sent is what was asked for: then all is as it was.
    if copy.base == site.form, copy.site == nil, !copy.isDeleted, departure.members == change.members { return true }
    // What was looked at before sending says no more about members than an answer does.
    let kept = try keeping(site, of: change.resource, type: change.type)
    let waiting = try rows.unsettled(of: change.resource)
    try copies.save(
      agreement(on: kept.form, form.text(kept.form, type: change.type), under: waiting), of: change.resource)
    try redraw(change.resource, type: change.type, uuid: change.uuid)
    return true
  }

  /// Makes the site's answer the base of what waits behind a settled change.
  /// - Parameter met: changes of what a pull had shown: they follow from that, and not from the settled one.
  func takeOver(
    _ site: SiteCopy, after settled: OutboxChange, isAnswer: Bool, uuid: ResourceID, met: Set<Int64>, at now: Int64
  ) throws {
    let site = try keeping(site, of: settled.resource, type: settled.type)
    try copies.echo(
      settled.resource, changed: site.scanned.changed, isDeleted: false, made: site.madeAt, at: now)
    var isFirst = true
    let behind = try rows.unsettled(of: settled.resource).filter { $0.kind == .update }
    let json = try behind.isEmpty ? JSON.null : site.json()
    for change in behind {
      var members = change.members
      if !met.contains(change.id) {
        members = members.following(settled.members, answered: json, isAnswer: isAnswer)
      }
      if change.apartOf == settled.id { members = members.standing(on: json) }
      if isFirst, change.state == .queued { members = members.rebased(on: json) }
      if change.state != .rejected { isFirst = false }
      try rows.set(members: members, of: change)
    }
    let (waiting, unreadable) = try rows.read(
      where: "o.resource = ? AND o.\(OutboxSchema.isUnsettled)", [settled.resource])
    if waiting.isEmpty, unreadable.isEmpty {
      // Nothing stands on a copy any more: what the site made of the change is what is shown.
      try FileAddressRows.noteIfFile(site.form.document, of: settled.resource, db)
      try copies.remove(settled.resource)
      return try show(form.text(site.form, type: settled.type), settled.resource, isFromSite: true)
    }
    var copy = try agreement(on: site.form, form.text(site.form, type: settled.type), under: waiting)
    if waiting.contains(where: { $0.kind == .delete && met.contains($0.id) }),
      let seen = try copies.copy(of: settled.resource)?.base
    {
      // Who asked for the deletion has seen that, and no more.
      copy = OutboxCopies.Copy(base: seen, site: site.form)
    }
    try copies.save(copy, of: settled.resource)
    try redraw(settled.resource, type: settled.type, uuid: uuid)
  }
}
