import GRDB
import Synchronization

extension Outbox {
  /// Tells that this process has changed the outbox. Several changes may be told as one.
  package func outboxChanges() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let observation = DatabaseRegionObservation(tracking: SQLRequest<Row>(sql: "SELECT * FROM outbox"))
        .start(in: database.pool, onError: { _ in continuation.finish() }, onChange: { _ in continuation.yield() })
      continuation.onTermination = { _ in observation.cancel() }
    }
  }
}

/// Notices that another connection, in whatever process, has written.
package final class OutboxWatch: Sendable {
  private let version: MirrorVersion
  private let last: Mutex<Int64>

  /// - Throws: `SQLiteFault` when the mirror cannot be opened.
  package init(_ outbox: Outbox) throws {
    version = try MirrorVersion(file: outbox.database.file)
    last = Mutex(try version.current())
  }

  /// Whether anything was written since it was last asked.
  package func hasChanged() throws -> Bool {
    try last.withLock { last in
      let version = try version.current()
      defer { last = version }
      return version != last
    }
  }
}
