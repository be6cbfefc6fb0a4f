import GRDB
import Synchronization

extension Mirror {
  /// Tells that this process has changed the outbox. Several changes may be told as one.
  package func outboxChanges() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let observation = DatabaseRegionObservation(tracking: SQLRequest<Row>(sql: "SELECT * FROM outbox"))
        .start(in: pool, onError: { _ in continuation.finish() }, onChange: { _ in continuation.yield() })
      continuation.onTermination = { _ in observation.cancel() }
    }
  }
}

/// Notices that another connection, in whatever process, has written: one look at a counter in shared memory
/// (`PRAGMA data_version`), no query.
package final class OutboxWatch: Sendable {
  private struct State: @unchecked Sendable {
    var connection: ReadConnection
    var version: Int64
  }
  private let state: Mutex<State>

  /// - Throws: `SQLiteFault` when the mirror cannot be opened.
  package init(_ mirror: Mirror) throws {
    let connection = try ReadConnection(path: mirror.path)
    state = Mutex(State(connection: connection, version: try OutboxWatch.version(connection)))
  }

  /// Whether anything was written since it was last asked.
  package func hasChanged() throws -> Bool {
    try state.withLock { state in
      let version = try OutboxWatch.version(state.connection)
      defer { state.version = version }
      return version != state.version
    }
  }

  private static func version(_ connection: ReadConnection) throws -> Int64 {
    let statement = try connection.statement("PRAGMA data_version")
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }
}
