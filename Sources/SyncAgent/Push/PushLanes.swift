import Store

/// Lets changes that are ready go side by side where their order means nothing: updates of different resources. A creation gets its number
/// on the site when it arrives, a deletion takes others along, and an upload is told from others by what was there before it: each of
/// these goes alone, when all before it are through.
struct PushLanes: Sendable {
  /// How many are under way at once.
  let count: Int
  /// After so many attempts in a row on which the site was not there no other is begun; nil where all are made.
  let mostAway: Int?
  /// Makes one attempt. A failure of the change alone is not thrown.
  let attempt: @Sendable (OutboxChange, inout PushReport) async throws -> Void

  /// Ready changes in groups, in their order: within one, each change may go beside the others.
  static func turns(of ready: [OutboxChange]) -> [[OutboxChange]] {
    var turns: [[OutboxChange]] = []
    var resources: Set<Int64> = []
    for change in ready {
      if change.kind == .update, let last = turns.last?.last, last.kind == .update,
        resources.insert(change.resource).inserted
      {
        turns[turns.count - 1].append(change)
      } else {
        turns.append([change])
        resources = [change.resource]
      }
    }
    return turns
  }

  /// One attempt for each change of a group, begun in its order.
  /// - Parameter tried: gets the numbers of those that were begun.
  /// - Throws: what stops the push as a whole, once those that are under way are through: a request that has left is not broken off for
  ///   the failure of another.
  func run(_ turn: [OutboxChange], tried: inout Set<Int64>, _ report: inout PushReport) async throws {
    guard count > 1, turn.count > 1 else {
      for change in turn {
        try Task.checkCancellation()
        tried.insert(change.id)
        try await attempt(change, &report)
        if isAway(report) { return }
      }
      return
    }
    let failure = await withTaskGroup(of: Attempt.self, returning: (any Error)?.self) { group in
      var waiting = turn[...]
      var failure: (any Error)?
      func beginNext() {
        guard failure == nil, !Task.isCancelled, !isAway(report), let change = waiting.popFirst() else { return }
        tried.insert(change.id)
        group.addTask {
          var attempted = Attempt()
          do { try await attempt(change, &attempted.report) } catch { attempted.failure = error }
          return attempted
        }
      }
      for _ in 0..<count { beginNext() }
      while let attempted = await group.next() {
        report.add(attempted.report)
        failure = failure ?? attempted.failure
        beginNext()
      }
      return failure
    }
    if let failure { throw failure }
    try Task.checkCancellation()
  }

  /// What became of one change.
  private struct Attempt: Sendable {
    var report = PushReport()
    var failure: (any Error)?
  }

  private func isAway(_ report: PushReport) -> Bool { mostAway.map { report.awayInARow >= $0 } ?? false }
}

extension PushReport {
  /// Takes in what an attempt did that was made beside others.
  fileprivate mutating func add(_ attempt: PushReport) {
    settled += attempt.settled
    conflicts += attempt.conflicts
    rejected += attempt.rejected
    postponed += attempt.postponed
    requests += attempt.requests
    // Whatever else came of it: an attempt begins with a look, so the site was there.
    awayInARow = attempt.awayInARow > 0 ? awayInARow + attempt.awayInARow : 0
    lastError = attempt.lastError ?? lastError
  }
}
