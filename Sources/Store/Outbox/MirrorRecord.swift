import GRDB
import JSONAPI

extension Recording {
  /// Records a change that a client of the local API asks for, and applies it to the local copy, in one transaction: when
  /// this returns, the change will reach the site exactly once or stand among the conflicts or rejections, and every read
  /// shows it.
  ///
  /// How the routes use it:
  ///
  /// | request | `LocalChange.action` | answer, from a read after it |
  /// |---|---|---|
  /// | POST collection | `.create`, `uuid` the client's or a new one | 201 with the resource |
  /// | PATCH resource | `.update` | 200 with the resource; also where `change` is nil: nothing differed |
  /// | DELETE resource | `.delete` | 204 |
  /// | POST, DELETE, PATCH relationship | `.append`, `.remove`, `.replace` | 204, or 200 with the relationship |
  /// | POST upload route | `stage`, then `.upload` | 201 with the file; attach to an existing host in the same call |
  ///
  /// Read the result with `ReadSnapshot.resource(id: recorded.resource)` and render it as any other. What only the site knows
  /// is null in it until it is settled: the serial number and revision of a new resource, `processed` of a text that
  /// changed. `changed` is the time of the change here.
  ///
  /// The caller checks before: that targets of relationships exist, that names and values are possible, a stale `changed`
  /// (reference 5.3), access. What is read-only is ignored here. A resource whose deletion waits is not there (404); a new
  /// one may not have its UUID (409). A resource in conflict may be changed on: the change waits behind the conflict.
  ///
  /// - Parameter now: Unix seconds of this machine.
  /// - Throws: `RecordRefusal`; a GRDB or SQLite error. Then nothing is recorded.
  package func record(_ change: LocalChange, at now: Int64) throws -> RecordedChange {
    try outboxWrite(.local) { try Recorder(writer: $0, now: now).record(change) }
  }

  /// Records several changes in one transaction, in their order: all or none. See `record(_:at:)`.
  package func record(_ changes: [LocalChange], at now: Int64) throws -> [RecordedChange] {
    try outboxWrite(.local) { writer in
      let recorder = Recorder(writer: writer, now: now)
      return try changes.map { try recorder.record($0) }
    }
  }

  /// Whether nothing can be written here.
  package var isReadOnly: Bool { database.file.isReadOnly }

  /// One change, over or not; nil when there is none of that number. `Prefer: wait` asks it until `state.isUnsettled` ends.
  package func change(_ id: Int64) throws -> OutboxChange? { try Outbox(database: database).change(id) }
}
