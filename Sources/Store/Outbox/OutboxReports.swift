import Foundation
import GRDB
import JSONAPI

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
  package var unsettled: Int64 { changes.values.reduce(0, +) }
  /// Changes that wait for a person.
  package var waitingForPerson: Int64 { (changes[.conflict] ?? 0) + (changes[.rejected] ?? 0) }
}

extension Mirror {
  /// The state of the outbox.
  package func outboxStatus() throws -> OutboxStatus {
    try read { db in
      var status = OutboxStatus()
      for row in try Row.cachedAll(
        db, sql: "SELECT state, count(*), min(recorded) FROM outbox WHERE \(OutboxSchema.isUnsettled) GROUP BY state")
      {
        guard let state = ChangeState(rawValue: row[0]) else { continue }
        status.changes[state] = row[1]
        status.oldest = min(status.oldest ?? .max, row[2])
      }
      status.openConflicts = try Int64.cachedOne(db, sql: "SELECT count(*) FROM conflict WHERE decision IS NULL") ?? 0
      status.lastError = try String.cachedOne(
        db,
        sql: "SELECT error FROM outbox WHERE \(OutboxSchema.isUnsettled) AND error IS NOT NULL ORDER BY id DESC LIMIT 1"
      )
      return status
    }
  }

  /// Lets a change be tried at once. A rejected one is sent again as it is.
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
      try writer.redraw(change.resource, type: change.type, uuid: change.uuid)
    }
  }

  /// Takes a change back: the local copy shows the resource without it. Dropping a creation drops what waits behind it.
  /// - Returns: the changes that were dropped, as they were: the only thing that is left of them.
  /// - Throws: `OutboxRefusal` when it is over, under way or unknown.
  package func drop(_ id: Int64, at now: Int64) throws -> [OutboxChange] {
    try outboxWrite { writer in
      let change = try writer.unsettled(id)
      guard change.state != .sending else {
        throw OutboxRefusal(description: "change \(id) is on its way to the site; try again in a moment")
      }
      var dropped = [change]
      if change.kind == .create || change.kind == .upload {
        dropped = try writer.rows.unsettled(of: change.resource)
      }
      for change in dropped {
        try writer.rows.finish(change, .dropped, at: now)
        try writer.db.run(
          sql: "UPDATE conflict SET decision = 'dropped', decided = ? WHERE change = ? AND decision IS NULL",
          arguments: [now, change.id])
      }
      try writer.redrawOrBury(change, at: now)
      return dropped
    }
  }
}

extension OutboxWriter {
  fileprivate func unsettled(_ id: Int64) throws -> OutboxChange {
    guard let change = try rows.change(id) else {
      throw OutboxRefusal(description: "there is no change \(id); `queue list` shows all that wait")
    }
    guard change.state.isUnsettled else {
      throw OutboxRefusal(description: "change \(id) is over: \(change.state.rawValue)")
    }
    return change
  }
}

extension ReadSnapshot {
  /// Unsettled local changes by resource (`StoredRow.id`), for `Mirror-Pending`: the sum over the resources of an answer.
  /// One look at an empty index when there are none.
  package func pendingChanges(of type: ServedType) throws -> [Int64: Int] {
    let statement = try connection.statement(
      "SELECT resource, count(*) FROM outbox WHERE type = ? AND \(OutboxSchema.isUnsettled) GROUP BY resource")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    var pending: [Int64: Int] = [:]
    while try statement.step() { pending[statement.integer(0)] = Int(statement.integer(1)) }
    return pending
  }

  /// Unsettled local changes of one resource.
  package func pendingChanges(of resource: Int64, type: ServedType) throws -> Int {
    let statement = try connection.statement(
      "SELECT count(*) FROM outbox WHERE type = ? AND resource = ? AND \(OutboxSchema.isUnsettled)")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    statement.bind(resource, at: 2)
    return try statement.step() ? Int(statement.integer(0)) : 0
  }
}
