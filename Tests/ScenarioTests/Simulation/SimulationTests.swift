import Dispatch
import Foundation
import SampleSite
import Synchronization
import Testing

@testable import SyncAgent

/// Up to 2,000 histories (`HistoryBudget`), each decided by its seed. A failure prints the seed: `SIMULATION_SEED=N` plays it alone,
/// `SIMULATION_HISTORIES=N` plays so many, `SIMULATION_TRACE=1` tells every step.
@Suite struct SimulationTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// It begins with the first mistake that is looked for.
  private static let mistakes = MistakeBudget(asked: environment["SIMULATION_HISTORIES"])

  @Test func everyHistoryEndsWithWhatTheAccountSees() async throws {
    let only = Self.environment["SIMULATION_SEED"].flatMap { Int($0) }
    let budget = HistoryBudget(asked: Self.environment["SIMULATION_HISTORIES"], usual: 2000)
    let sum = await Simulation.play(only.map { $0...$0 } ?? 1...budget.count, until: budget.end)
    for outcome in sum.failures.prefix(5) {
      Issue.record("seed \(outcome.seed): \(outcome.problems.prefix(5).joined(separator: "; "))")
    }
    print("simulation: \(sum)")
    #expect(sum.failures.isEmpty, "\(sum.failures.count) of \(sum.histories) histories failed")
    print(sum.table)
    guard only == nil else { return }
    #expect(sum.histories >= budget.least)
    // What never happens is not proved.
    guard sum.histories >= 1000 else {
      print("simulation: too few of \(budget.count) histories to ask what never came up")
      return
    }
    #expect(sum.kills > sum.histories / 4 && sum.changes > sum.histories * 10)
    for what in Self.everything { #expect(sum.met[what, default: 0] > 0, "never: \(what)") }
  }

  /// What must come up in a thousand histories.
  private static let everything =
    [
      "edits", "late edits", "creations", "late creations", "edits in one second", "deletions", "omitted", "vanished",
      "omitted, whole pages", "vanished, whole pages", "unpublished", "shown again", "silent edits",
      "filters refused or allowed again", "people blocked or let in", "the account blocked", "the account let in",
      "access tokens revoked", "all tokens revoked", "tokens expired", "clock jumps ahead", "clock jumps back",
      "clock leaps back", "entry point: nobody", "entry point: somebodyElse", "entry point: oneTypeLess",
      "answers: 0", "answers: 200", "answers: 400", "answers: 401", "answers: 429", "answers: 500", "answers: 503",
      "answers: cut", "a page with 200", "a sudden emptiness", "pages of walks", "pages of passes", "pages of sweeps",
      "empty pages",
      "pages without a visible row, more to come", "pages with omitted rows", "single resources: 401",
      "single resources: 403", "single resources: 404", "single resources: 500", "tombstones: deleted",
      "tombstones: hidden", "tombstones: unpublished", "kept although hidden", "removals held",
      "edits of other translations", "imports with old times", "rows recognised by their bytes",
      "pages on which all is as it is stored", "pages of known rows on which others are missing",
    ] + World.odds.map { "habit: \($0.habit.rawValue)" }

  /// The same seed is the same history.
  @Test(arguments: [3, 17, 41]) func aSeedIsAHistory(seed: Int) {
    let (first, second) = (History.play(seed), History.play(seed))
    #expect(first.requests == second.requests && first.changes == second.changes && first.kills == second.kills)
    #expect(first.requests > 0)
  }

  /// The simulation can see: every known mistake is noticed within so many seeds.
  @Test(arguments: WrongPull.allCases) func everyKnownMistakeIsNoticed(wrong: WrongPull) async {
    let within = 1000
    switch await Simulation.firstFailure(1...within, deciders: wrong.deciders, until: Self.mistakes.end) {
    case .found(let caught):
      print("simulation: \(wrong.rawValue) is noticed at seed \(caught.seed): \(caught.problems[0])")
    case .none: Issue.record("\(wrong.rawValue) goes unnoticed in \(within) histories")
    case .timeIsUp(let histories): Self.mistakes.leaveOut(wrong.rawValue, after: histories)
    }
  }

  /// `make soak`: as many histories as the time allows.
  @Test(.enabled(if: environment["SOAK_SECONDS"] != nil)) func soak() async throws {
    let seconds = Double(Self.environment["SOAK_SECONDS"] ?? "") ?? 60
    let first = Self.environment["SOAK_SEED"].flatMap { Int($0) } ?? Int(Date().timeIntervalSince1970)
    let sum = await Simulation.play(first...(first + 100_000_000), until: Date().addingTimeInterval(seconds))
    print("soak: from seed \(first): \(sum)\n\(sum.table)")
    #expect(sum.failures.isEmpty, "seeds \(sum.failures.prefix(20).map(\.seed))")
    for outcome in sum.failures.prefix(5) { Issue.record("seed \(outcome.seed): \(outcome.problems.prefix(5))") }
  }
}

/// Plays histories on threads of their own.
enum Simulation {
  /// What many histories were together.
  struct Sum: Sendable, CustomStringConvertible {
    var histories = 0
    var rounds = 0
    var kills = 0
    var requests = 0
    var changes = 0
    var seconds = 0.0
    var met: [String: Int] = [:]
    var failures: [History.Outcome] = []

    mutating func add(_ outcome: History.Outcome) {
      histories += 1
      rounds += outcome.rounds
      kills += outcome.kills
      requests += outcome.requests
      changes += outcome.changes
      met.merge(outcome.met, uniquingKeysWith: +)
      if !outcome.problems.isEmpty { failures.append(outcome) }
    }

    /// What the engine met, and how often.
    var table: String {
      met.sorted { $0.key < $1.key }.map { "  \($0.value)\t\($0.key)" }.joined(separator: "\n")
    }

    var description: String {
      "\(histories) histories, \(rounds) rounds, \(kills) kills, \(requests) requests, \(changes) changes in "
        + "\(Int(seconds)) s (\(Int(Double(histories) / max(seconds, 0.001))) a second), \(failures.count) failed"
    }
  }

  /// Plays the histories of these seeds, until a time if one is given.
  static func play(_ seeds: ClosedRange<Int>, until end: Date = .distantFuture) async -> Sum {
    let next = Mutex(seeds.lowerBound)
    let sum = Mutex(Sum())
    let started = Date()
    await onThreads {
      while Date() < end {
        let seed = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard seeds.contains(seed) else { return }
        let outcome = History.play(seed)
        sum.withLock { sum in
          sum.add(outcome)
          sum.seconds = Date().timeIntervalSince(started)
          if !outcome.problems.isEmpty {
            let habits = World.habits(of: seed).map(\.rawValue).sorted().joined(separator: ", ")
            Simulation.say("seed \(seed) (\(habits)): \(outcome.problems.prefix(5))")
          }
          if sum.histories.isMultiple(of: 5000) { Simulation.say("so far: \(sum)") }
        }
      }
    }
    var result = sum.withLock { $0 }
    result.failures.sort { $0.seed < $1.seed }
    result.seconds = Date().timeIntervalSince(started)
    return result
  }

  /// What looking for a history that goes wrong has come to.
  enum Search: Sendable {
    case found(History.Outcome)
    case none
    /// After so many histories that went well.
    case timeIsUp(Int)
  }

  /// The first history that goes wrong, in the order of the seeds, until a time.
  static func firstFailure(_ seeds: ClosedRange<Int>, deciders: Deciders, until end: Date) async -> Search {
    let search = Mutex(Search.none)
    await onThreads(1) {
      for seed in seeds {
        guard Date() < end else { return search.withLock { $0 = .timeIsUp(seed - seeds.lowerBound) } }
        let outcome = History.play(seed, deciders: deciders)
        guard outcome.problems.isEmpty else { return search.withLock { $0 = .found(outcome) } }
      }
    }
    return search.withLock { $0 }
  }

  /// Says on standard error how far a long play is.
  static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// With `SIMULATION_TRACE=1` every step of a history is said: each request with its answer, each round with its end.
  static func trace(_ line: @autoclosure () -> String) { if isTraced { say(line()) } }

  private static let isTraced = ProcessInfo.processInfo.environment["SIMULATION_TRACE"] == "1"

  private static func onThreads(
    _ count: Int = ProcessInfo.processInfo.activeProcessorCount, _ work: @escaping @Sendable () -> Void
  ) async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<count {
        group.addTask {
          await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
              work()
              continuation.resume()
            }
          }
        }
      }
    }
  }
}
