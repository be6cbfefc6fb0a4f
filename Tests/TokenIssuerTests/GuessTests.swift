import Coding
import Foundation
import Synchronization
import Testing

@testable import TokenIssuer

/// The decider, without a clock and a hash.
@Suite struct GuessTests {
  private let home = SignInTry(.account, "ann", from: "10.0.0.1")

  private func guesses(_ attempts: [SignInTry], at times: (Int) -> Double = { _ in 0 }) -> Guesses {
    var guesses = Guesses()
    for (number, attempt) in attempts.enumerated() { guesses.note(attempt, isRight: false, at: times(number)) }
    return guesses
  }

  @Test func aFewWrongOnesCostNothing() {
    #expect(guesses(Array(repeating: home, count: 4)).verdict(home, at: 0) == .after(0))
  }

  @Test func moreWaitAndThenAreRefused() {
    #expect(guesses(Array(repeating: home, count: 6)).verdict(home, at: 0) == .after(1))
    let many = guesses(Array(repeating: home, count: 1_000))
    #expect(many.verdict(home, at: 0) == .refused(20), "no longer than after ten")
    #expect(many.verdict(home, at: 20) == .after(3))
    #expect(many.verdict(home, at: 1_000) == .after(0))
  }

  /// However long somebody guesses at one address, whoever comes from elsewhere is let in, after seconds at most.
  @Test func theRightfulOneFromElsewhereIsNeverRefused() {
    var attack = Guesses()
    for second in 0..<5_000 {
      attack.note(
        SignInTry(.account, "ann", from: "198.51.100.\(second % 250)"), isRight: false, at: Double(second) / 10)
    }
    guard case .after(let seconds) = attack.verdict(home, at: 500) else {
      Issue.record("refused")
      return
    }
    #expect(seconds > 0 && seconds <= GuessBounds.standard.longestDelay)
  }

  /// Where a name signed in from before, it waits for nobody else's guesses, at any address.
  @Test func whoIsKnownDoesNotWait() {
    var guesses = Guesses()
    guesses.note(home, isRight: true, at: 0)
    for number in 0..<200 {
      guesses.note(SignInTry(.account, "ann", from: "10.9.0.\(number)"), isRight: false, at: 1)
      guesses.note(SignInTry(.account, "name \(number)", from: home.address), isRight: false, at: 1)
    }
    #expect(guesses.verdict(home, at: 1) == .after(0))
    #expect(guesses.verdict(SignInTry(.account, "bob", from: home.address), at: 1) == .refused(3))
    #expect(guesses.verdict(SignInTry(.client, "ann", from: "10.1.1.1"), at: 1) == .after(0), "a client of that name")
    #expect(guesses.verdict(home, at: 31 * 86_400) == .after(0), "what was wrong is forgotten by then")
  }

  @Test func rightOnesAreForgivenTheirSlips() {
    var slips = guesses(Array(repeating: home, count: 9))
    slips.note(home, isRight: true, at: 0)
    #expect(slips.verdict(home, at: 0) == .after(0))
  }

  /// Names that nobody has are counted as others, and however many come, memory is bounded.
  @Test func memoryIsBounded() {
    var guesses = Guesses()
    let long = String(repeating: "e\u{301}", count: 5_000)
    guesses.note(SignInTry(.account, long, from: "10.0.0.1"), isRight: false, at: 0)
    for number in 0..<40_000 {
      guesses.note(SignInTry(.account, "name \(number)", from: "net \(number)"), isRight: false, at: 0)
    }
    #expect(guesses.count <= 6 * Tallies.half)
  }

  @Test func aClockThatStandsStillForgivesNothing() {
    let many = guesses(Array(repeating: home, count: 20), at: { _ in 100 })
    #expect(many.verdict(home, at: 50) == .refused(20))
  }

  @Test func withoutBoundsNothingIsRefused() {
    var guesses = Guesses(.none)
    for _ in 0..<1_000 { guesses.note(home, isRight: false, at: 0) }
    #expect(guesses.verdict(home, at: 0) == .after(0))
  }

  // MARK: The queue

  @Test func lanesTakeTurns() {
    var queue = FairQueue<Int>(most: 100, mostPerLane: 50)
    let many = (0...50).map { queue.append($0, to: "many") }
    let one = queue.append(100, to: "one")
    #expect(many == Array(repeating: true, count: 50) + [false], "a lane has an end")
    #expect(one)
    let first = (0..<3).map { _ in queue.next() }
    #expect(first == [0, 100, 1])
    #expect(queue.count == 48)
    while queue.next() != nil {}
    let again = queue.append(1, to: "many")
    #expect(again && queue.count == 1)
  }

  @Test func theQueueHasAnEnd() {
    var queue = FairQueue<Int>(most: 3, mostPerLane: 2)
    let taken = (0..<6).map { queue.append($0, to: "lane \($0)") }
    #expect(taken == [true, true, true, false, false, false])
  }
}

/// Checks of secrets as the endpoint makes them.
@Suite struct SecretCheckTests {
  private final class Watch: Sendable {
    let waits = Mutex<[Double]>([])
    let time = Mutex(0.0)

    func checks(_ bounds: GuessBounds = .standard, threads: HashingThreads = .shared) -> SecretChecks {
      SecretChecks(
        bounds: bounds, threads: threads, now: { self.time.withLock { $0 } }, unixTime: { 1_795_465_986 },
        sleep: { seconds in self.waits.withLock { $0.append(seconds) } })
    }
  }

  @Test func guessesAreDelayedThenHeldBackAndCounted() async throws {
    let watch = Watch()
    let checks = watch.checks()
    let bench = try await Bench(checks: checks)
    var statuses: [Int] = []
    for _ in 0..<14 {
      statuses.append(try await bench.ask("password", ["password": "nope"], from: "10.0.0.1").status)
    }
    #expect(statuses == Array(repeating: 400, count: 10) + Array(repeating: 429, count: 4))
    #expect(watch.waits.withLock { $0 } == [0.5, 1, 1.5, 2, 2.5, 1, 1, 1, 1], "refusals take a while, too")
    let refused = try await bench.ask("password", from: "10.0.0.1")
    #expect(refused.status == 429 && refused[field: "retry-after"] == "20", "the right one, too, from there")
    #expect(try refused.member("error") == "temporarily_unavailable")
    let elsewhere = try await bench.ask("password", from: "10.0.0.2")
    #expect(elsewhere.status == 200, "but not from elsewhere")
    #expect(try await bench.ask("client_credentials", from: "10.0.0.1").status == 200, "nor the client itself")
    watch.time.withLock { $0 = 21 }
    #expect(try await bench.ask("password", from: "10.0.0.1").status == 200)
    let counts = checks.counts
    #expect(
      counts.wrongPasswords == 10 && counts.heldBack == 5 && counts.delayed == 7 && counts.wrongClients == 0
        && counts.crowded == 0)
    #expect(counts.last == 1_795_465_986 && counts.refused == 15)
  }

  /// Unknown clients and people end as known ones do, at the same points.
  @Test(arguments: [["client_id": "nobody"], ["client_secret": "nope"], ["username": "nobody"], ["password": "nope"]])
  func unknownNamesAreHeldBackLikeKnownOnes(change: [String: String]) async throws {
    let watch = Watch()
    let bench = try await Bench(checks: watch.checks())
    var statuses: [Int] = []
    for _ in 0..<12 {
      statuses.append(try await bench.ask("password", change.mapValues(Optional.some), from: "10.0.0.1").status)
    }
    let isClient = change.keys.contains { $0.hasPrefix("client") }
    #expect(statuses == Array(repeating: isClient ? 401 : 400, count: 10) + [429, 429])
    #expect(watch.waits.withLock { $0 } == [0.5, 1, 1.5, 2, 2.5, 1, 1])
  }

  /// A burst is not let through because none of it had failed when it came.
  @Test func aBurstIsBoundedLikeARow() async throws {
    let bench = try await Bench(checks: Watch().checks())
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<60 {
        group.addTask { try await bench.ask("password", ["password": "nope"], from: "10.0.0.1").status }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 400 } <= 14, "ten, and those under way")
    #expect(statuses.count { $0 == 429 } >= 46)
  }

  @Test func manyRightOnesAtOnceAreAllLetIn() async throws {
    let bench = try await Bench(checks: Watch().checks())
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<200 { group.addTask { try await bench.ask("client_credentials", from: "10.0.0.1").status } }
      return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(statuses == [200])
  }

  @Test func whoFindsNoRoomIsToldSo() async throws {
    let threads = HashingThreads(count: 1, most: 1, mostPerAddress: 1)
    let checks = Watch().checks(.none, threads: threads)
    let hash = try SecretHash.make("secret")
    let outcomes = await withTaskGroup(of: SignInRefused?.self) { group in
      for number in 0..<40 {
        group.addTask {
          do {
            _ = try await checks.isRight("nope", hash, of: SignInTry(.account, "ann", from: "net \(number)"))
            return nil
          } catch { return error as? SignInRefused }
        }
      }
      return await group.reduce(into: [SignInRefused?]()) { $0.append($1) }
    }
    let refusals = outcomes.compactMap { $0 }
    #expect(!refusals.isEmpty && refusals.allSatisfy { $0.reason == .busy && $0.status == 503 })
    #expect(checks.counts.crowded == Int64(refusals.count))
  }

  /// Names cannot be told apart by time: medians, so that a moment in which the machine does something else tells nothing. `NAMES=1000` in the
  /// environment asks more often.
  @Test(arguments: ["client_id", "username"])
  func unknownNamesTakeAsLongAsKnownOnes(field: String) async throws {
    let count = max(1, Int(ProcessInfo.processInfo.environment["NAMES"] ?? "") ?? 25)
    let account = Account(id: 2, name: "apisync", passwordHash: try .make("her password"))
    let consumer = Consumer(
      id: Bench.clientID, secretHash: try .make("its secret"), grants: Set(Grant.allCases), scopes: ["sitemanager"])
    // Before a person's name the client's secret is right.
    let bench = try await Bench(consumers: [consumer], accounts: [account], checks: Watch().checks(.none))
    func seconds(_ name: String) async throws -> Double {
      let start = ContinuousClock.now
      let secret = field == "client_id" ? "nope" : "its secret"
      let reply = try await bench.ask("password", [field: name, "client_secret": secret, "password": "nope"])
      let parts = (ContinuousClock.now - start).components
      #expect(reply.status == (field == "client_id" ? 401 : 400))
      return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
    // A name that can be told apart can be told apart each time; a machine that is busy is so by chance.
    var isAlike = false
    for _ in 0..<4 where !isAlike {
      var known: [Double] = []
      var unknown: [Double] = []
      for _ in 0..<count {
        known.append(try await seconds(field == "client_id" ? Bench.clientID : "apisync"))
        unknown.append(try await seconds("nobody"))
      }
      let (one, other) = (known.sorted()[count / 2], unknown.sorted()[count / 2])
      print("\(field): known \(one * 1_000) ms, unknown \(other * 1_000) ms, medians of \(count)")
      isAlike = other / one > 0.7 && other / one < 1.4
    }
    #expect(isAlike)
  }

  @Test func countsComeBackFromTheirFile() throws {
    var counts = SignInCounts()
    (counts.wrongClients, counts.wrongPasswords, counts.heldBack, counts.last) = (1, 2, 3, 4)
    #expect(SignInCounts(json: counts.json) == counts)
    #expect(SignInCounts(json: ["wrongClients": -5, "last": "x", "heldBack": "1"]) == SignInCounts())
    let more = counts + counts
    #expect(more.refused == 12 && more.since(counts).wrongPasswords == 2)
  }
}
