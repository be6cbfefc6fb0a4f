import Foundation
import GRDB
import JSONAPI

/// The rows of the outbox inside one transaction.
struct OutboxRows {
  let db: Database

  private static let select = """
    SELECT o.*, t.name AS type_name, t.path, i.uuid, u.host_type, u.field, u.filename, u.bytes, u.sha256, u.highest_id,
      u.local_uuid, h.path AS host_path
    FROM outbox o LEFT JOIN resource_type t ON t.id = o.type LEFT JOIN identity i ON i.id = o.resource
    LEFT JOIN upload u ON u.change = o.id LEFT JOIN resource_type h ON h.name = u.host_type
    """

  /// Changes by a condition on `o`, the oldest first. Those that cannot be read are as if they were not there.
  func changes(where condition: String, _ arguments: StatementArguments = []) throws -> [OutboxChange] {
    try read(where: condition, arguments).changes
  }

  /// Changes by a condition on `o`, the oldest first, and apart from them those that cannot be read: each costs itself alone.
  func read(
    where condition: String, _ arguments: StatementArguments = []
  ) throws -> (changes: [OutboxChange], unreadable: [UnreadableChange]) {
    var changes: [OutboxChange] = []
    var unreadable: [UnreadableChange] = []
    for row in try Row.cachedAll(
      db, sql: "\(OutboxRows.select) WHERE \(condition) ORDER BY o.id", arguments: arguments)
    {
      do { changes.append(try decoded(row)) } catch {
        unreadable.append(UnreadableChange(row, of: "change", error))
      }
    }
    return (changes, unreadable)
  }

  func change(_ id: Int64) throws -> OutboxChange? { try changes(where: "o.id = ?", [id]).first }

  /// The unsettled changes of one resource, the oldest first.
  func unsettled(of resource: Int64) throws -> [OutboxChange] {
    try changes(where: "o.resource = ? AND o.\(OutboxSchema.isUnsettled)", [resource])
  }

  private func decoded(_ row: Row) throws -> OutboxChange {
    let bytes: [UInt8] = try row.decode(Data?.self, forColumn: "uuid").map(Array.init) ?? []
    guard let uuid = bytes.withUnsafeBytes({ ResourceID(bytes: $0) }) else {
      throw UnreadableRow(description: "its resource has no id")
    }
    guard let kind = ChangeKind(rawValue: try row.decode(forColumn: "kind")),
      let state = ChangeState(rawValue: try row.decode(forColumn: "state"))
    else { throw UnreadableRow(description: "its kind or state is none that this program knows") }
    var change = try OutboxChange(
      id: row.decode(forColumn: "id"), resource: row.decode(forColumn: "resource"),
      type: row.decode(forColumn: "type_name"), uuid: uuid, kind: kind,
      members: members(row.decode(forColumn: "members")),
      author: ChangeAuthor(consumer: row.decode(forColumn: "consumer"), account: row.decode(forColumn: "account")),
      recorded: row.decode(forColumn: "recorded"), state: state,
      version: row.decode(forColumn: "version"), sends: row.decode(forColumn: "sends"),
      attempts: row.decode(forColumn: "attempts"), nextAttempt: row.decode(forColumn: "next_attempt"),
      error: row.decode(forColumn: "error"), errorDocument: row.decode(forColumn: "error_document"),
      path: row.decode(forColumn: "path"))
    change.faults = try row.decode(forColumn: "faults")
    change.apartOf = try row.decode(forColumn: "apart_of")
    if let field: String = try row.decode(forColumn: "field") {
      change.upload = try Upload(
        hostType: row.decode(forColumn: "host_type"), hostPath: row.decode(forColumn: "host_path"), field: field,
        file: StagedFile(
          filename: row.decode(forColumn: "filename"), bytes: row.decode(forColumn: "bytes"),
          sha256: row.decode(forColumn: "sha256")),
        highestID: row.decode(forColumn: "highest_id"),
        localUUID: row.decode(String?.self, forColumn: "local_uuid").flatMap { ResourceID($0) })
    }
    return change
  }

  func insert(
    _ kind: ChangeKind, resource: Int64, type: Int64, members: [ChangedMember], author: ChangeAuthor, at now: Int64
  ) throws -> Int64 {
    try db.run(
      sql: """
        INSERT INTO outbox (resource, type, kind, members, consumer, account, recorded, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'queued')
        """,
      arguments: [
        resource, type, kind.rawValue, encoded(members), author.consumer, author.account, now,
      ])
    return db.lastInsertedRowID
  }

  /// Replaces what a waiting change does; it is queued afresh.
  func rewrite(
    _ id: Int64, kind: ChangeKind, members: [ChangedMember], author: ChangeAuthor, at now: Int64
  ) throws {
    try forget(change(id)?.members ?? [])
    try db.run(
      sql: """
        UPDATE outbox SET kind = ?, members = ?, consumer = ?, account = ?, recorded = ?, state = 'queued',
          version = version + 1, attempts = 0, faults = 0, next_attempt = 0, error = NULL, error_document = NULL, sends = 0
        WHERE id = ?
        """,
      arguments: [kind.rawValue, encoded(members), author.consumer, author.account, now, id])
  }

  /// Sets the members of a change where they differ.
  func set(members: [ChangedMember], of change: OutboxChange) throws {
    guard members != change.members else { return }
    try forget(change.members)
    try db.run(
      sql: "UPDATE outbox SET members = ?, version = version + 1 WHERE id = ?",
      arguments: [encoded(members), change.id])
  }

  /// Ends a change, and with it the conflict in which it stands. What it set goes: the site has it or is not to have it, and what is
  /// taken back there must not stay here.
  func finish(_ change: OutboxChange, _ state: ChangeState, at now: Int64) throws {
    try db.run(
      sql: """
        UPDATE outbox SET state = ?, finished = ?, members = '[]', version = version + 1, error = NULL, error_document = NULL
        WHERE id = ?
        """,
      arguments: [state.rawValue, now, change.id])
    try forget(change.members)
    try endConflict(of: change.id, state, at: now)
  }

  /// Writes down that the conflict of a change that is over needs no decision any more; nothing where it has none.
  func endConflict(of change: Int64, _ state: ChangeState, at now: Int64) throws {
    try db.run(
      sql: "UPDATE conflict SET decision = ?, decided = ? WHERE change = ? AND decision IS NULL",
      arguments: [state.rawValue, now, change])
  }
}
