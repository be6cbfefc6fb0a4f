import Store
import Synchronization

/// What a round has done so far, added to by its tasks.
final class Tally: Sendable {
  private let state = Mutex(SyncReport())

  /// Adds what was read of a type.
  /// - Returns: all of the type in this round, once nothing more of it is read.
  func add(_ part: TypeReport) -> TypeReport? {
    state.withLock { report in
      guard let index = report.types.firstIndex(where: { $0.type == part.type }) else {
        report.types.append(part)
        report.types.sort { $0.type < $1.type }
        return part.isOver ? part : nil
      }
      report.types[index].add(part)
      return part.isOver ? report.types[index] : nil
    }
  }

  func add(_ outcome: ApplyOutcome) {
    state.withLock { report in
      report.inserted += outcome.inserted
      report.updated += outcome.updated
    }
  }

  func add(_ part: SweepReport) {
    state.withLock { report in
      report.sweeps.append(part)
      report.sweeps.sort { $0.type < $1.type }
      report.inserted += part.inserted
      report.updated += part.updated
    }
  }

  func add(_ drift: SchemaDrift) { state.withLock { $0.drifts.append(drift) } }

  /// A type that showed nothing has not failed once nothing of it is stored any more: a sweep has removed it.
  func forgiveEmptiness(where isEmpty: (_ type: String) throws -> Bool) rethrows {
    try state.withLock { report in
      for index in report.types.indices {
        guard case .sawNothing? = report.types[index].failure as? SyncFault, try isEmpty(report.types[index].type)
        else { continue }
        report.types[index].failure = nil
      }
    }
  }

  /// Takes out the types whose resources all call themselves otherwise, with the name that they have.
  func takeRenamed() -> [(type: String, name: String)] {
    state.withLock { report in
      let found = report.types.compactMap { part -> (type: String, name: String)? in
        guard case .calledOtherwise(let name)? = part.failure as? UntrustworthyPage else { return nil }
        report.otherRequests += part.requests
        return (part.type, name)
      }
      report.types.removeAll { part in found.contains { $0.type == part.type } }
      return found
    }
  }

  func note(vanishedTypes: [String]) { state.withLock { $0.vanishedTypes = vanishedTypes } }

  /// A request that belongs to no type.
  func countRequest() { state.withLock { $0.otherRequests += 1 } }

  /// The types whose reading failed. One that showed nothing at all is not among them: a sweep finds out why.
  var unread: Set<String> {
    Set(
      report.failures.filter { part in
        if case .sawNothing? = part.failure as? SyncFault { false } else { true }
      }.map(\.type))
  }

  /// The types that were read from the beginning to their ends.
  var listed: Set<String> { Set(report.types.filter(\.isListed).map(\.type)) }

  var report: SyncReport { state.withLock { $0 } }

  /// For the ledger.
  var parts: [(type: String, requests: Int, outcome: RunOutcome)] {
    let report = report
    return report.types.map { part in
      let swept = report.sweeps.first { $0.type == part.type }
      let isRead = part.failure == nil && swept?.failure == nil
      return (part.type, part.requests + (swept?.requests ?? 0), isRead ? .complete : .failed)
    }
  }
}
