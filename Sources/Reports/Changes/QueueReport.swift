import JSONAPI
import Store

/// The local changes that are not over, the oldest first.
package struct QueueReport: Report {
  /// The changes.
  package var changes: [ChangeReport]
  /// Rows that cannot be read as changes, by number.
  package var unreadable: [(id: Int64, thing: SetAside)]

  /// Changes that were read.
  package init(_ changes: [OutboxChange], unreadable: [(id: Int64, thing: SetAside)] = []) {
    self.changes = changes.map { ChangeReport($0) }
    self.unreadable = unreadable
  }

  /// Reads the changes.
  /// - Parameter now: Unix seconds of this machine.
  /// - Throws: a fault of the mirror.
  package init(of mirror: Mirror, at now: Int64) throws {
    let (changes, unreadable) = try mirror.outbox.waiting()
    self.init(changes, unreadable: unreadable.map { (id: $0.id, thing: $0.setAside(at: now)) })
  }

  /// A line for each change, or that there is none.
  package var lines: [String] { changes.isEmpty && unreadable.isEmpty ? ["nothing waits"] : findings }
  /// A line for each change.
  package var findings: [String] { changes.map(\.line) }
  /// What cannot be read.
  package var notices: [String] { unreadable.map { $0.thing.sentence } }
  /// Each change with everything.
  package var json: JSON { .array(changes.map(\.json)) }
}
