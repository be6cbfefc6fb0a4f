import JSONAPI
import Store
import Synchronization

/// Whose turn it is to record a write, and how many deletions there were: what a write points to may be gone since then.
final class WriteTurn: Sendable {
  private let mutex = Mutex(())
  private let recorded = Mutex(0)

  /// How many deletions were recorded.
  var deletions: Int { recorded.withLock { $0 } }

  /// Counts one.
  func noteDeletion() { recorded.withLock { $0 &+= 1 } }

  /// Runs one body at a time. Short ones: all writers wait here.
  func alone<Value: Sendable>(_ body: () throws -> Value) throws -> Value { try mutex.withLock { _ in try body() } }
}

extension WriteAnswers {
  /// The state of the resource that a write is about; nil where there is none.
  func stamp(of write: WriteRequest) throws -> WriteSubject.Stamp? {
    guard let id = write.route.id.flatMap({ ResourceID($0) }) else { return nil }
    return try answers.reader.snapshot(seeing: write.sight) { snapshot in
      guard let type = try snapshot.type(path: write.route.path) else { return nil }
      return try snapshot.resource(named: id, entityType: type.entityType) { row in
        WriteSubject.Stamp(resource: row.id, sequence: row.sequence)
      }
    }
  }
}
