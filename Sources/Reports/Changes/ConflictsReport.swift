import JSONAPI
import Store

/// Conflicts, the newest first: those that wait for a decision, or all.
package struct ConflictsReport: Report {
  /// The conflicts.
  package var conflicts: [ConflictReport]
  /// Rows that cannot be read as conflicts.
  package var unreadable: [SetAside]

  /// Conflicts that were read.
  package init(_ conflicts: [OutboxConflict], unreadable: [SetAside] = []) {
    self.conflicts = conflicts.map { ConflictReport($0) }
    self.unreadable = unreadable
  }

  /// Reads the conflicts.
  /// - Parameters:
  ///   - open: only those that wait for a decision.
  ///   - now: Unix seconds of this machine.
  /// - Throws: a fault of the mirror.
  package init(of mirror: Mirror, open: Bool, at now: Int64) throws {
    let conflicts = try mirror.outbox.conflicts(open: open)
    self.init(conflicts, unreadable: try mirror.outbox.unreadableConflicts(open: open).map { $0.setAside(at: now) })
  }

  /// A line for each conflict, or that there is none.
  package var lines: [String] { conflicts.isEmpty ? ["no conflicts"] : findings }
  /// A line for each conflict.
  package var findings: [String] { conflicts.map(\.line) }
  /// What cannot be read.
  package var notices: [String] { unreadable.map(\.sentence) }
  /// Each conflict with everything.
  package var json: JSON { .array(conflicts.map(\.json)) }
}
