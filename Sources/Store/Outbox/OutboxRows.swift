import Foundation
import GRDB
import JSONAPI

/// The rows of the outbox inside one transaction.
struct OutboxRows {
  let db: Database

  private static let select = """
    SELECT \(Column.allCases.map(\.sql).joined(separator: ", "))
    FROM outbox o LEFT JOIN resource_type t ON t.id = o.type LEFT JOIN identity i ON i.id = o.resource
    LEFT JOIN upload u ON u.change = o.id LEFT JOIN resource_type h ON h.name = u.host_type
    """

  /// What is read of a change, in the order of the columns: to look each up by its name would take longer than to read it.
  private enum Column: Int, CaseIterable {
    case id, resource, kind, members, consumer, account, recorded, state, version, sends, attempts, nextAttempt, error
    case errorDocument, faults, apartOf, typeName, path, uuid
    case hostType, field, filename, bytes, hash, highestID, localUUID, hostPath

    var sql: String {
      switch self {
      case .id: "o.id"
      case .resource: "o.resource"
      case .kind: "o.kind"
      case .members: "o.members"
      case .consumer: "o.consumer"
      case .account: "o.account"
      case .recorded: "o.recorded"
      case .state: "o.state"
      case .version: "o.version"
      case .sends: "o.sends"
      case .attempts: "o.attempts"
      case .nextAttempt: "o.next_attempt"
      case .error: "o.error"
      case .errorDocument: "o.error_document"
      case .faults: "o.faults"
      case .apartOf: "o.apart_of"
      case .typeName: "t.name AS type_name"
      case .path: "t.path"
      case .uuid: "i.uuid"
      case .hostType: "u.host_type"
      case .field: "u.field"
      case .filename: "u.filename"
      case .bytes: "u.bytes"
      case .hash: "u.sha256"
      case .highestID: "u.highest_id"
      case .localUUID: "u.local_uuid"
      case .hostPath: "h.path"
      }
    }
  }

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
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Column) throws -> Value {
      try row.decode(atIndex: column.rawValue)
    }
    func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Column) throws -> Value? {
      try row.decode(Value?.self, atIndex: column.rawValue)
    }
    let bytes: Data? = try optional(.uuid)
    guard let uuid = Array(bytes ?? Data()).withUnsafeBytes({ ResourceID(bytes: $0) }) else {
      throw UnreadableRow(description: "its resource has no id")
    }
    guard let kind = ChangeKind(rawValue: try value(.kind)), let state = ChangeState(rawValue: try value(.state)) else {
      throw UnreadableRow(description: "its kind or state is none that this program knows")
    }
    var change = try OutboxChange(
      id: value(.id), resource: value(.resource), type: value(.typeName), uuid: uuid, kind: kind,
      members: members(value(.members)),
      author: ChangeAuthor(consumer: optional(.consumer), account: optional(.account)), recorded: value(.recorded),
      state: state, version: value(.version), sends: value(.sends), attempts: value(.attempts),
      nextAttempt: value(.nextAttempt), error: optional(.error), errorDocument: optional(.errorDocument),
      path: optional(.path))
    change.faults = try value(.faults)
    change.apartOf = try optional(.apartOf)
    if let field: String = try optional(.field) {
      change.upload = try Upload(
        hostType: value(.hostType), hostPath: optional(.hostPath), field: field,
        file: StagedFile(filename: value(.filename), bytes: value(.bytes), sha256: value(.hash)),
        highestID: optional(.highestID), localUUID: (optional(.localUUID) as String?).flatMap { ResourceID($0) })
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
