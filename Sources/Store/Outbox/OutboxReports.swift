import Foundation
import GRDB
import JSONAPI
import OpenSocial

/// How many changes are in which state.
package struct OutboxStatus: Sendable, Hashable {
  /// Unsettled changes by state.
  package var changes: [ChangeState: Int64] = [:]
  /// Conflicts that wait for a decision.
  package var openConflicts: Int64 = 0
  /// When the oldest unsettled change was recorded, Unix seconds.
  package var oldest: Int64?
  /// The last failure of a change that is not over.
  package var lastError: String?

  /// Changes that are not over.
  package var unsettled: Int64 { changes.values.reduce(0) { $0.addingClamped($1) } }
  /// Changes that wait for a person.
  package var waitingForPerson: Int64 { (changes[.conflict] ?? 0).addingClamped(changes[.rejected] ?? 0) }
}

extension Reporting {
  /// The state of the outbox.
  package func outboxStatus() throws -> OutboxStatus {
    try read { db in
      var status = OutboxStatus()
      for row in try Row.cachedAll(
        db, sql: "SELECT state, count(*), min(recorded) FROM outbox WHERE \(OutboxSchema.isUnsettled) GROUP BY state")
      {
        guard let state = ChangeState(rawValue: try row.decode(atIndex: 0)) else { continue }
        status.changes[state] = try row.decode(atIndex: 1)
        status.oldest = try min(status.oldest ?? .max, row.decode(atIndex: 2))
      }
      status.openConflicts = try Int64.cachedOne(db, sql: "SELECT count(*) FROM conflict WHERE decision IS NULL") ?? 0
      status.lastError = try String.cachedOne(
        db,
        // What waits for a refused creation says less than the refusal.
        sql: """
          SELECT error FROM outbox WHERE \(OutboxSchema.isUnsettled) AND error IS NOT NULL
          ORDER BY error LIKE '\(StuckChange.reasons)', id DESC LIMIT 1
          """)
      return status
    }
  }
}

extension Outbox {
  /// Lets a change be tried at once. A rejected one is sent again as it is, and what waited for it goes after it.
  /// - Throws: `OutboxRefusal` when it is over, in conflict or unknown.
  package func retry(_ id: Int64) throws {
    try outboxWrite { writer in
      let change = try writer.unsettled(id)
      guard change.state != .conflict else {
        throw OutboxRefusal(description: "change \(id) is in conflict; `conflicts resolve` decides it")
      }
      let state: ChangeState = change.state == .rejected ? .queued : change.state
      try writer.db.run(
        sql: """
          UPDATE outbox SET state = ?, attempts = 0, faults = 0, next_attempt = 0, version = version + 1 WHERE id = ?
          """,
        arguments: [state.rawValue, id])
      if change.isCreation, change.state == .rejected { try writer.release(waitingFor: id) }
      try writer.forgetRefusals(of: change)
      // Whoever asks for it knows that the site takes writes again; if not, one refusal says so.
      try WritesHold.forget(writer.db)
      try writer.redraw(change.resource, type: change.type, uuid: change.uuid)
    }
  }

  /// Takes a change back: the local copy shows the resource without it. Dropping a creation drops what waits behind it, and
  /// takes the resource out of what points to it.
  /// - Parameter version: of the change as it was looked at; nil takes it as it is.
  /// - Returns: the changes that were dropped, as they were: the only thing that is left of them. None of one that cannot be read.
  /// - Throws: `OutboxRefusal` when it is over, under way, unknown, or of another version.
  package func drop(_ id: Int64, of version: Int64? = nil, at now: Int64) throws -> [OutboxChange] {
    try outboxWrite { writer in
      if try writer.dropUnreadable(id, at: now) { return [] }
      let change = try writer.unsettled(id, of: version)
      guard change.state != .sending else {
        throw OutboxRefusal(description: "change \(id) is on its way to the site; try again in a moment")
      }
      var dropped = [change]
      if change.isCreation { dropped = try writer.rows.unsettled(of: change.resource) }
      let isNowhere = try writer.isNowhere(change)
      for change in dropped { try writer.rows.finish(change, .dropped, at: now) }
      try writer.redrawOrBury(change, at: now)
      if isNowhere { dropped += try writer.strip(change, at: now) }
      return dropped
    }
  }

  /// Notes that changes cannot go because the site refused a creation: those that point to the new resource are refused with
  /// it, without a request, until it is corrected, tried again or dropped; those behind it are told why they wait.
  /// - Returns: how many were refused.
  package func refuse(_ stuck: [StuckChange], at now: Int64) throws -> Int {
    if stuck.isEmpty { return 0 }
    return try outboxWrite { writer in
      var refused = 0
      var states: [Int64: ChangeState] = [:]
      for one in stuck {
        // Another process may have corrected or dropped it meanwhile.
        let state = try states[one.creation] ?? writer.rows.change(one.creation)?.state
        states[one.creation] = state
        guard state == .rejected, try writer.isCurrent(one.change) else { continue }
        let change = one.change
        try writer.db.run(
          sql: "UPDATE outbox SET state = ?, error = ?, error_document = NULL, version = version + ? WHERE id = ?",
          arguments: [
            one.isBehind ? change.state.rawValue : ChangeState.rejected.rawValue, StuckChange.reason(one.creation),
            one.isBehind ? 0 : 1, change.id,
          ])
        if one.isBehind { continue }
        refused += 1
        if change.kind == .update { try writer.supersede(change.id, of: change.resource, at: now) }
      }
      return refused
    }
  }
}

/// A change that cannot go because the site refused a creation.
package struct StuckChange: Sendable, Hashable {
  /// The change, as it was read.
  package var change: OutboxChange
  /// The number of the creation that was refused.
  package var creation: Int64
  /// Whether it changes the resource that was to be created; else it points to it, perhaps by way of others.
  package var isBehind: Bool

  /// A change that waits for a creation.
  package init(_ change: OutboxChange, for creation: Int64, isBehind: Bool = false) {
    self.change = change
    self.creation = creation
    self.isBehind = isBehind
  }

  /// What the list says about it, and what tells it from a change that the site itself refused.
  package static func reason(_ creation: Int64) -> String { "waits for change \(creation), which the site refused" }

  /// The same for `LIKE`.
  static let reasons = "waits for change %, which the site refused"
}

extension OutboxChange {
  /// Whether it makes a resource that the site does not have.
  package var isCreation: Bool { kind == .create || kind == .upload }
}

extension [ChangedMember] {
  /// These members without a target that will never be on the site: a list loses the item, any other relationship goes back
  /// to what it was.
  /// - Parameter undone: what was taken back of earlier changes of the resource: a later value stands on what that stood on.
  func without(_ target: ResourceID, undone: inout [ChangedMember]) -> [ChangedMember] {
    func isTarget(_ item: JSON) -> Bool { item["id"]?.string.flatMap { ResourceID($0) } == target }
    func others(_ data: JSON) -> JSON {
      guard let items = data.array else { return data }
      return .array(items.filter { !isTarget($0) })
    }
    var left: [ChangedMember] = []
    for member in self {
      let values = FieldValue.items(member.local) + (member.base.map { FieldValue.items($0) } ?? [])
      guard member.group == .relationships, values.contains(where: { isTarget($0) }) else {
        left.append(member)
        continue
      }
      let before =
        member.base.map { isTarget($0) } == true
        ? undone.first { $0.isSameMember(as: member) }?.base : member.base.map { others($0) }
      let rest = ChangedMember(member.group, member.name, base: before, local: others(member.local))
      if isTarget(rest.local) {
        undone.append(rest)
      } else if rest.base != nil || rest.local != .array([]), !FieldValue.same(rest.base, rest.local, in: rest.group) {
        left.append(rest)
      }
    }
    return left
  }
}

extension OutboxWriter {
  /// Lets the changes go that waited for a refused creation. Those that wait for another one will be told so.
  func release(waitingFor creation: Int64) throws {
    let waiting = try rows.changes(
      where: "o.\(OutboxSchema.isUnsettled) AND o.state IN ('queued', 'rejected') AND o.error = ?",
      [StuckChange.reason(creation)])
    for change in waiting {
      try db.run(
        sql: "UPDATE outbox SET state = 'queued', error = NULL, version = version + 1 WHERE id = ?",
        arguments: [change.id])
      if change.isCreation { try release(waitingFor: change.id) }
    }
  }

  /// Takes a resource that will never be on the site out of the waiting changes of others: the site would refuse them.
  ///
  /// A creation loses files and terms only. Without its host, its group or its reader it would be something else: it goes as
  /// it is, and the site's refusal is shown.
  /// - Parameter creation: the change that would have made it, as it was.
  /// - Returns: the changes of which nothing is left, as they were.
  func strip(_ creation: OutboxChange, at now: Int64) throws -> [OutboxChange] {
    if creation.state == .rejected { try release(waitingFor: creation.id) }
    let isPart = EntityTypes.parts.contains(form.homes.entityType(of: creation.type))
    let users = try rows.changes(
      where: """
        o.\(OutboxSchema.isUnsettled) AND o.state IN ('queued', 'rejected', 'conflict') AND o.resource <> ?
          AND instr(o.members, ?) > 0
        """, [creation.resource, creation.uuid.description])
    var ended: [OutboxChange] = []
    var undone: [Int64: [ChangedMember]] = [:]
    var touched: [Int64: OutboxChange] = [:]
    for change in users where change.kind == .update || isPart {
      let left = change.members.without(creation.uuid, undone: &undone[change.resource, default: []])
      if left == change.members { continue }
      touched[change.resource] = change
      if change.kind == .update, left.isEmpty {
        try rows.finish(change, .dropped, at: now)
        ended.append(change)
      } else {
        try rows.set(members: left, of: change)
      }
    }
    for change in touched.values.sorted(by: { $0.id < $1.id }) { try redrawOrBury(change, at: now) }
    return ended
  }

  /// Whether a resource will never be on the site under its UUID once this change is dropped. Of a creation that may have
  /// arrived nobody knows; a file gets another UUID there.
  fileprivate func isNowhere(_ change: OutboxChange) throws -> Bool {
    if change.kind == .upload { return true }
    guard change.kind == .create, change.state != .uncertain else { return false }
    return try copies.copy(of: change.resource)?.newest == nil
  }
}

extension OutboxWriter {
  /// A change that is not over.
  /// - Parameter version: of the change as it was looked at; nil takes it as it is.
  /// - Throws: `OutboxRefusal` where it is none, or of another version.
  func unsettled(_ id: Int64, of version: Int64? = nil) throws -> OutboxChange {
    let found = try rows.read(where: "o.id = ?", [id])
    if let row = found.unreadable.first { throw OutboxRefusal(description: row.setAside(at: 0).sentence) }
    guard let change = found.changes.first else {
      throw OutboxRefusal(description: "there is no change \(id); `queue list` shows all that wait")
    }
    guard change.state.isUnsettled else {
      throw OutboxRefusal(description: "change \(id) is over: \(change.state.rawValue)")
    }
    guard version == nil || version == change.version else { throw OutboxRefusal(changed: id) }
    return change
  }
}

extension ReadSnapshot {
  /// Unsettled local changes by resource (`StoredRow.id`), for `Mirror-Pending`: the sum over the resources of an answer.
  /// One look at an empty index when there are none.
  package func pendingChanges(of type: ServedType) throws -> [Int64: Int] {
    if sight.hidesFields(of: type) { return try shownPendingChanges(of: type) }
    let statement = try statement(
      "SELECT resource, count(*) FROM outbox WHERE type = ? AND \(OutboxSchema.isUnsettled) GROUP BY resource")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    var pending: [Int64: Int] = [:]
    while try statement.step() { pending[statement.integer(0)] = Int(statement.integer(1)) }
    return pending
  }

  /// Unsettled local changes of one resource.
  package func pendingChanges(of resource: Int64, type: ServedType) throws -> Int {
    if sight.hidesFields(of: type) { return try shownPendingChanges(of: type)[resource] ?? 0 }
    let statement = try statement(
      "SELECT count(*) FROM outbox WHERE type = ? AND resource = ? AND \(OutboxSchema.isUnsettled)")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    statement.bind(resource, at: 2)
    return try statement.step() ? Int(statement.integer(0)) : 0
  }

  /// The same where fields of the type are hidden: a change of nothing else is none.
  private func shownPendingChanges(of type: ServedType) throws -> [Int64: Int] {
    let statement = try statement(
      "SELECT resource, kind, members FROM outbox WHERE type = ? AND \(OutboxSchema.isUnsettled)")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    var pending: [Int64: Int] = [:]
    while try statement.step() {
      if statement.text(1) == ChangeKind.update.rawValue {
        // A change that cannot be read is one: it is there, whatever it is of.
        let members = (try? ChangedMember.decode(statement.text(2))) ?? []
        if !members.isEmpty, !members.contains(where: { sight.shows($0.name, of: type) }) { continue }
      }
      pending[statement.integer(0), default: 0] += 1
    }
    return pending
  }
}
