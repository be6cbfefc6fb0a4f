import GRDBSQLite

/// A read that kept SQLite at work for too long and was ended.
package struct QueryOverdue: Error, Sendable, Hashable, CustomStringConvertible {
  /// How long a read may take.
  package var limit: Duration

  /// A read that took longer than this.
  package init(limit: Duration) { self.limit = limit }
  /// One line for the client.
  package var description: String { "The query took longer than the \(limit) that this mirror gives to one." }
}

/// Ends the work of a connection when its time is up.
final class ReadDeadline {
  private var end: ContinuousClock.Instant?
  private var limit: Duration?

  /// Looks at the clock every few thousand steps of SQLite's machine. The connection must not outlive this.
  func watch(_ connection: OpaquePointer?) {
    let unmanaged = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      connection, 4_000,
      { context in
        guard let context else { return 0 }
        return Unmanaged<ReadDeadline>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
      }, unmanaged)
  }

  func start(_ limit: Duration) { (self.limit, end) = (limit, ContinuousClock.now + limit) }
  func stop() { end = nil }

  /// What is done between statements counts as well: many small ones, and what is made of their rows.
  /// - Throws: `QueryOverdue` when the time is up.
  func check() throws(QueryOverdue) { if isOver, let limit { throw QueryOverdue(limit: limit) } }

  private var isOver: Bool { end.map { ContinuousClock.now >= $0 } ?? false }
}
