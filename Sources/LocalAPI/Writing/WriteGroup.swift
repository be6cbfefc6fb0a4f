import Store

/// Writes that go into one transaction, and what becomes of each.
struct WriteGroup {
  /// Those that are still to be recorded.
  private(set) var waiting: [WaitingWrite] = []
  /// Whether there is but one.
  private var isAlone = false
  /// Those that are through; what was recorded counts once the transaction is on disk.
  private(set) var ended: [(write: WaitingWrite, end: WaitingWrite.End)] = []
  /// Those that others have overtaken.
  private var overtaken: [WaitingWrite] = []
  /// How many deletions were recorded, before the group and in it.
  private(set) var deletions: Int
  /// What was written.
  private(set) var resources: Set<Int64> = []

  /// - Parameter deletions: how many were recorded before.
  init(deletions: Int) { self.deletions = deletions }

  /// Takes the writes of which it is to be.
  mutating func begin(_ taken: [WaitingWrite]) { (waiting, isAlone) = (taken, taken.count == 1) }

  /// Those of which nothing was recorded, in their order.
  var left: [WaitingWrite] { overtaken + waiting }

  /// Records the next one, if what was found in it still is so.
  mutating func recordNext(in transaction: RecordingGroup) {
    guard !waiting.isEmpty else { return }
    var write = waiting.removeFirst()
    do {
      guard try stands(write.checked, transaction) else {
        write.isOvertaken = true
        overtaken.append(write)
        return
      }
      let recorded = try transaction.record(write.checked.changes, at: write.now, isAlone: isAlone)
      if write.checked.isDeletion { deletions &+= 1 }
      resources.formUnion(recorded.map(\.resource))
      ended.append((write, .recorded(write.checked.outcome.taking(recorded))))
    } catch {
      ended.append((write, .failed(error)))
    }
  }

  private func stands(_ checked: WaitingWrite.Checked, _ transaction: RecordingGroup) throws -> Bool {
    // What it points to may be gone, too.
    guard checked.isDeletion || checked.deletions == deletions else { return false }
    return try checked.stamp.map { try transaction.isStill($0.resource, at: $0.sequence) } ?? true
  }
}

extension RecordedWrite {
  /// With what was recorded of it.
  fileprivate func taking(_ recorded: [RecordedChange]) -> RecordedWrite {
    var outcome = self
    outcome.changes = recorded.flatMap { $0.change.map { [$0] } ?? $0.repeats }
    if let last = recorded.last { (outcome.resource, outcome.uuid) = (last.resource, last.uuid) }
    return outcome
  }
}
