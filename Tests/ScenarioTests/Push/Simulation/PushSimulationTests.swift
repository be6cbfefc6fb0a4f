import Foundation
import Synchronization
import Testing

/// Hundreds of histories of the push (`HistoryBudget`), each decided by its seed. A failure prints the seed: `PUSH_SEED=N` plays it alone,
/// with `PUSH_TRACE=1` it tells each step, `PUSH_HISTORIES=N` plays so many.
@Suite struct PushSimulationTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// It begins with the first mistake that is looked for.
  private static let mistakes = MistakeBudget(asked: environment["PUSH_HISTORIES"])

  /// One after the other, and with updates side by side.
  @Test(arguments: [1, 4]) func everyWriteArrivesOnceOrIsKept(lanes: Int) async throws {
    let ground = try await PushGround.made()
    let only = Self.environment["PUSH_SEED"].flatMap { Int($0) }
    let budget = HistoryBudget(asked: Self.environment["PUSH_HISTORIES"], usual: 600)
    let sum = await PushSimulation.play(
      only.map { $0...$0 } ?? 1...budget.count, on: ground, until: budget.end, lanes: lanes)
    print("push simulation, \(lanes) at once: \(sum)")
    for (seed, faults) in sum.failures.prefix(8) {
      Issue.record("seed \(seed): \(faults.prefix(4).joined(separator: "; "))")
    }
    #expect(sum.failures.isEmpty, "\(sum.failures.count) of \(sum.tally.histories) histories failed")
    guard only == nil else { return }
    // A simulation in which nothing happens proves nothing.
    let (tally, count) = (sum.tally, sum.tally.histories)
    #expect(count >= budget.least)
    guard count >= 100 else {
      print("push simulation: too few of \(budget.count) histories to ask what never came up")
      return
    }
    #expect(tally.writes > count && tally.applied > count && tally.kills > count / 4)
    #expect(tally.strikes > count && tally.conflicts > count / 10 && tally.rejections > count / 20)
    #expect(tally.uploads > count / 10 && tally.comments > count / 10 && tally.deletions > count / 20)
  }

  /// The same seed is the same history.
  @Test(arguments: [3, 17]) func aSeedIsAHistory(seed: Int) async throws {
    let ground = try await PushGround.made()
    let (one, other) = (await PushHistory.play(seed, on: ground), await PushHistory.play(seed, on: ground))
    #expect(one.0 == other.0 && "\(one.1)" == "\(other.1)" && one.1.requests > 0)
  }

  /// Engines with a known mistake, each made by the smallest means.
  enum Mistake: String, CaseIterable, Sendable {
    case mergesWithoutComparing = "merges with what was read before, without a compare-and-set"
    case retriesWithoutLooking = "sends again without looking whether it has arrived"
    case forgetsAfterACrash = "takes what was under way for never sent after a crash"
    case keepsTheOldBase = "does not base what waits on what the site made of the change before"
    case coalescesAcrossASend = "joins a change to one that may have arrived"
    case believesOldPages = "lets a page that was read before a push undo it"
    case neverConflicts = "drops what cannot be merged"

    /// SQL that makes a mirror behave so; nil where SQL cannot.
    var sql: String? {
      switch self {
      case .mergesWithoutComparing: nil
      case .retriesWithoutLooking:
        """
        CREATE TRIGGER mistake AFTER UPDATE OF state ON outbox WHEN new.state = 'uncertain'
        BEGIN UPDATE outbox SET state = 'queued' WHERE id = new.id; END
        """
      case .forgetsAfterACrash:
        """
        CREATE TRIGGER mistake AFTER UPDATE OF state ON outbox WHEN old.state = 'sending' AND new.state = 'uncertain'
          AND new.attempts = old.attempts
        BEGIN UPDATE outbox SET state = 'queued' WHERE id = new.id; END
        """
      case .keepsTheOldBase:
        """
        CREATE TRIGGER mistake BEFORE UPDATE OF members ON outbox
        WHEN old.state = 'queued' AND new.state = 'queued' AND old.kind = new.kind AND old.recorded = new.recorded
        BEGIN SELECT raise(IGNORE); END
        """
      case .coalescesAcrossASend:
        """
        CREATE TRIGGER mistake AFTER UPDATE OF state ON outbox WHEN new.state = 'uncertain'
        BEGIN UPDATE outbox SET state = 'queued', sends = 0 WHERE id = new.id; END
        """
      case .believesOldPages:
        "CREATE TRIGGER mistake AFTER INSERT ON outbox_echo BEGIN DELETE FROM outbox_echo; END"
      case .neverConflicts:
        """
        CREATE TRIGGER mistake AFTER UPDATE OF state ON outbox WHEN new.state = 'conflict'
        BEGIN UPDATE outbox SET state = 'dropped' WHERE id = new.id; DELETE FROM conflict WHERE change = new.id; END
        """
      }
    }
  }

  /// The simulation can see: every known mistake is noticed within so many seeds.
  @Test(arguments: Mistake.allCases) func everyKnownMistakeIsNoticed(_ mistake: Mistake) async throws {
    guard Date() < Self.mistakes.end else { return Self.mistakes.leaveOut(mistake.rawValue, after: 0) }
    let ground = try await PushGround.made(mistake: mistake.sql)
    let within = 600
    for seed in 1...within {
      guard Date() < Self.mistakes.end else { return Self.mistakes.leaveOut(mistake.rawValue, after: seed - 1) }
      let (faults, _) = await PushHistory.play(seed, on: ground, isBlind: mistake == .mergesWithoutComparing)
      guard let fault = faults.first else { continue }
      print("push simulation: mistake noticed at seed \(seed): \(mistake.rawValue): \(fault.prefix(120))")
      return
    }
    Issue.record("an engine that \(mistake.rawValue) goes unnoticed in \(within) histories")
  }

  /// `make soak`: as many histories as the time allows.
  @Test(.enabled(if: environment["SOAK_SECONDS"] != nil)) func soak() async throws {
    let ground = try await PushGround.made()
    let seconds = Double(Self.environment["SOAK_SECONDS"] ?? "") ?? 60
    let first = Self.environment["SOAK_SEED"].flatMap { Int($0) } ?? Int(Date().timeIntervalSince1970)
    let sum = await PushSimulation.play(
      first...(first + 100_000_000), on: ground, until: Date().addingTimeInterval(seconds))
    print("push soak: from seed \(first): \(sum)")
    #expect(sum.failures.isEmpty, "seeds \(sum.failures.prefix(20).map(\.seed))")
    for (seed, faults) in sum.failures.prefix(5) { Issue.record("seed \(seed): \(faults.prefix(5))") }
  }
}

/// Plays histories side by side.
enum PushSimulation {
  /// What many histories were together.
  struct Sum: Sendable, CustomStringConvertible {
    var tally = PushTally()
    var failures: [(seed: Int, faults: [String])] = []
    var description: String { "\(tally), \(failures.count) failed" }
  }

  /// What those who play share.
  private final class Board: Sendable {
    private let state: Mutex<(next: Int, sum: Sum)>
    private let started = Date()
    init(_ first: Int) { state = Mutex((first, Sum())) }

    func nextSeed() -> Int {
      state.withLock { state in
        defer { state.next += 1 }
        return state.next
      }
    }

    func note(_ seed: Int, _ faults: [String], _ tally: PushTally) {
      state.withLock { state in
        state.sum.tally = state.sum.tally + tally
        state.sum.tally.seconds = Date().timeIntervalSince(started)
        if !faults.isEmpty {
          state.sum.failures.append((seed, faults))
          Simulation.say("seed \(seed): \(faults.prefix(5))")
        }
        if state.sum.tally.histories.isMultiple(of: 5000) { Simulation.say("so far: \(state.sum)") }
      }
    }

    var sum: Sum { state.withLock { $0.sum } }
  }

  /// Plays the histories of these seeds, until a time if one is given.
  static func play(
    _ seeds: ClosedRange<Int>, on ground: PushGround, until end: Date = .distantFuture, lanes: Int = 1
  ) async -> Sum {
    let board = Board(seeds.lowerBound)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
        group.addTask {
          while Date() < end {
            let seed = board.nextSeed()
            guard seeds.contains(seed) else { return }
            let (faults, tally) = await PushHistory.play(seed, on: ground, lanes: lanes)
            board.note(seed, faults, tally)
          }
        }
      }
    }
    var result = board.sum
    result.failures.sort { $0.seed < $1.seed }
    return result
  }
}
