import Store
import Synchronization

/// Writes down that requests are about to leave, for several of them in one durable transaction: what asks while one group goes to the
/// disk goes there together as the next. The disk takes as long for many as for one.
///
/// It has no thread of its own. Who asks while nobody writes leads: it writes its own and all that waits, and hands the lead to one of
/// those that came meanwhile.
final class DepartureGroups: Sendable {
  private enum Word: Sendable {
    case written(Bool)
    case failed(any Error)
    case lead
  }
  private struct Waiting: Sendable {
    let departure: Departure
    let told: CheckedContinuation<Word, Never>
  }
  private struct State {
    var waiting: [Waiting] = []
    var isLed = false
  }

  private let write: @Sendable ([Departure]) throws -> [Bool]
  private let state = Mutex(State())

  convenience init(_ outbox: Outbox) { self.init { try outbox.begin($0) } }

  /// - Parameter write: writes all or none; tells for each whether it may leave.
  init(write: @escaping @Sendable ([Departure]) throws -> [Bool]) { self.write = write }

  /// How many wait for the group before theirs.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Writes that a request for a change is about to leave. When this returns true it is on disk for good; only then may it leave.
  /// - Returns: false when the change is not as it was read any more: nothing may leave.
  /// - Throws: what writing this one alone failed with: the fault of another costs it nothing.
  func begin(_ departure: Departure) async throws -> Bool {
    let word = await withCheckedContinuation { told in
      let leads = state.withLock { state in
        if state.isLed {
          state.waiting.append(Waiting(departure: departure, told: told))
          return false
        }
        state.isLed = true
        return true
      }
      if leads { told.resume(returning: .lead) }
    }
    switch word {
    case .written(let mayLeave): return mayLeave
    case .failed(let error): throw error
    case .lead: return try lead(with: departure)
    }
  }

  private func lead(with own: Departure) throws -> Bool {
    defer { handOn() }
    let others = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    guard !others.isEmpty else { return try alone(own) }
    guard let written = try? write([own] + others.map(\.departure)), written.count == others.count + 1 else {
      // Of one of them, or of the mirror: each finds out by itself.
      for other in others {
        do { other.told.resume(returning: .written(try alone(other.departure))) } catch {
          other.told.resume(returning: .failed(error))
        }
      }
      return try alone(own)
    }
    for (other, mayLeave) in zip(others, written.dropFirst()) { other.told.resume(returning: .written(mayLeave)) }
    return written.first ?? false
  }

  private func alone(_ departure: Departure) throws -> Bool { try write([departure]).first ?? false }

  /// The next of those that wait leads, if there is one.
  private func handOn() {
    let next = state.withLock { state -> Waiting? in
      guard !state.waiting.isEmpty else {
        state.isLed = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.told.resume(returning: .lead)
  }
}
