import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

/// An entry point in which one text stands for another.
private func entryPoint(_ text: String, as other: String) -> InProcessTransport.After {
  { target, response in
    guard target == "/jsonapi" else { return response }
    var changed = response
    changed.body = Array(String(decoding: response.body, as: UTF8.self).replacing(text, with: other).utf8)
    return changed
  }
}

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

/// What stops a removal.
@Suite struct GuardTests {
  @Test func aMassRemovalWaitsForAPerson() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in for id in ids.prefix(60) { try community.delete(id) } }
    let before = try bench.mirror.reading.count(of: "node--topic")
    for turn in 1...2 {
      let outcome = try await bench.round(configure: sweepNow)
      #expect(outcome.report.needsPerson, "turn \(turn)")
      #expect(outcome.report.held == [HeldRemovals(type: "node--topic", candidates: 60, rows: before)])
      #expect(outcome.report.held.first?.description.contains("--accept-removals node--topic") == true)
      #expect(try bench.mirror.reading.count(of: "node--topic") == before)
    }
    #expect(try await bench.round().report.needsPerson, "it is still held")
    let outcome = try await bench.round(configure: { $0.acceptedRemovals = ["node--topic"] })
    #expect(!outcome.report.needsPerson)
    #expect(outcome.report.removed == 60)
    try bench.expectEqual()
  }

  /// What became one of another type is guarded, too.
  @Test func manyOfAnotherTypeWaitForAPerson() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirror.reading.count(of: "node--topic")
    try bench.site.withCommunity { community in
      for id in community.ids(of: "node--topic").prefix(60) { try community.retype(id, as: "node--page") }
    }
    #expect(try await bench.round(configure: sweepNow).report.needsPerson)
    #expect(try bench.mirror.reading.count(of: "node--topic") == before)
    #expect(try await bench.round(configure: { $0.acceptedRemovals = ["node--topic"] }).report.removed == 60)
    try bench.expectEqual()
  }

  /// What waits for a person is asked for again in every round, a little of it: once it is visible again, nothing waits any more.
  @Test func aHoldEndsWhenWhatWasHiddenIsBack() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let hidden = bench.site.community.ids(of: "node--topic").suffix(60)
    try bench.site.withCommunity { community in for id in hidden { try community.conceal(id, .vanished) } }
    #expect(try await bench.round(configure: sweepNow).report.held.map(\.candidates) == [60])
    for turn in 1...2 {
      bench.site.clockOffset += 1000
      let outcome = try await bench.round()
      #expect(outcome.report.held.map(\.candidates) == [60], "turn \(turn)")
      let asked = outcome.targets.filter { target in hidden.contains { target.hasSuffix($0) } }
      #expect((1...3).contains(asked.count), "turn \(turn): \(asked)")
    }
    // One is back, and nothing is known of the others until all is looked at.
    let first = try #require(hidden.first)
    try bench.site.withCommunity { try $0.conceal(first, .none) }
    bench.site.clockOffset += 1000
    #expect(try await bench.round().report.held.map(\.candidates) == [59])
    try bench.site.withCommunity { community in for id in hidden { try community.conceal(id, .none) } }
    bench.site.clockOffset += 1000
    let outcome = try await bench.round()
    #expect(!outcome.report.needsPerson && outcome.report.removed == 0)
    let idle = try await bench.round()
    #expect(!idle.targets.contains { $0.hasSuffix(first) })
    try bench.expectEqual()
  }

  /// A sweep that was asked for and could not be ended for one type is not asked to say again what it found of the others: but what
  /// it stopped is looked at anew.
  @Test func aSweepThatIsAskedForMakesAHoldAnew() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["user", "taxonomy_term"])
    try await bench.round()
    let terms = bench.types.filter { $0.hasPrefix("taxonomy_term") }.flatMap { bench.site.community.ids(of: $0) }
    try bench.site.withCommunity { community in for id in terms { try community.conceal(id, .vanished) } }
    bench.site.clockOffset += 1000
    let cut = try await bench.round(
      configure: sweepNow,
      before: { _, target in
        guard target.hasPrefix("/jsonapi/user/user?"), !target.contains("filter") else { return }
        throw TransportError(.tooManyRedirects, "in circles", url: target)
      })
    #expect(!cut.report.held.isEmpty && cut.report.sweeps.contains { $0.type == "user--user" && $0.failure != nil })
    try bench.site.withCommunity { community in for id in terms { try community.conceal(id, .none) } }
    bench.site.clockOffset += 1000
    let outcome = try await bench.round(configure: sweepNow)
    #expect(!outcome.report.needsPerson && outcome.report.failures.isEmpty, "\(outcome.report.held)")
    #expect(outcome.report.sweeps.allSatisfy { $0.failure == nil && $0.isFinished })
    try bench.expectEqual()
  }

  /// However small the slices of a sweep are, it asks for each resource once, and the guard speaks in the end.
  @Test func aSweepInSlicesIsHeldToo() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    let gone = ids.prefix(60)
    try bench.site.withCommunity { community in for id in gone { try community.delete(id) } }
    bench.site.clockOffset += 100_000
    var asked: [String] = []
    var rounds = 0
    while rounds < 60 {
      rounds += 1
      let outcome = try await bench.round(configure: { $0.sweepRequests = 7 })
      asked += outcome.targets.filter { target in gone.contains { target.hasSuffix($0) } }
      #expect(outcome.report.removed == 0)
      if outcome.report.needsPerson { break }
    }
    #expect(
      try bench.mirror.reading.types().first { $0.name == "node--topic" }?.sweep?.held == 60, "after \(rounds) rounds")
    #expect(asked.count == Set(asked).count && !asked.isEmpty)
    let outcome = try await bench.round(configure: { $0.acceptedRemovals = ["node--topic"] })
    #expect(outcome.report.removed == 60)
    try bench.expectEqual()
  }

  /// What was kept although it was hidden is guarded again when it is deleted.
  @Test func keptResourcesAreGuardedToo() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    let keep: @Sendable (inout SyncSettings) -> Void = { settings in
      settings.sweep = .now
      settings.onHidden = .keep
    }
    let share = RemovalGuard.allowance(rows: ids.count, share: 0.2)
    for turn in 0..<2 {
      let hidden = ids[(turn * share)..<((turn + 1) * share)]
      try bench.site.withCommunity { community in for id in hidden { try community.conceal(id, .vanished) } }
      #expect(try await !bench.round(configure: keep).report.needsPerson, "turn \(turn)")
    }
    // As they are, they are no loss.
    #expect(try await !bench.round(configure: keep).report.needsPerson)
    try bench.site.withCommunity { community in for id in ids.prefix(2 * share) { try community.delete(id) } }
    let outcome = try await bench.round(configure: keep)
    #expect(outcome.report.needsPerson && outcome.report.removed == 0)
    #expect(outcome.report.held.map(\.candidates) == [2 * share])
    #expect(try bench.mirror.reading.count(of: "node--topic") == ids.count)
    let accepted = try await bench.round(configure: { settings in
      keep(&settings)
      settings.acceptedRemovals = ["node--topic"]
    })
    #expect(accepted.report.removed == 2 * share && !accepted.report.needsPerson)
    try bench.expectEqual()
  }

  /// A person agreed to 60 removals, not to all.
  @Test func whatWasAgreedToIsNotMore() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in for id in ids.prefix(40) { try community.delete(id) } }
    try await bench.round(configure: sweepNow)
    try bench.site.withCommunity { community in for id in ids.dropFirst(40) { try community.conceal(id, .vanished) } }
    let outcome = try await bench.round(configure: { settings in
      settings.acceptedRemovals = ["node--topic"]
    })
    #expect(outcome.report.needsPerson)
    #expect(outcome.report.removed == 0)
    #expect(try bench.mirror.reading.count(of: "node--topic") == ids.count)
  }

  @Test func aTypeThatShowsNothingIsNoSuccess() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--event")
    let before = try bench.mirrored()
    try bench.site.withCommunity { community in for id in ids { try community.conceal(id, .vanished) } }
    let outcome = try await bench.round()
    #expect(outcome.report.failures.map(\.type) == ["node--event"])
    guard case .sawNothing(_, let stored)? = outcome.report.failures.first?.failure as? SyncFault else {
      Issue.record("not sawNothing: \(outcome.report.failures)")
      return
    }
    #expect(stored == ids.count)
    #expect(try bench.mirrored() == before)
    let swept = try await bench.round(configure: sweepNow)
    #expect(swept.report.held.map(\.type) == ["node--event"])
    #expect(try bench.mirrored() == before)
    try await bench.round(configure: { $0.acceptedRemovals = ["node--event"] })
    #expect(try bench.mirror.reading.count(of: "node--event") == 0)
    try bench.expectEqual()
  }

  /// In the middle of a sweep the site begins to take requests for an anonymous visitor's.
  @Test func aSweepThatLosesItsAccountRemovesNothing() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { try $0.delete(ids[0]) }
    let asked = Counter()
    await #expect(throws: SyncFault.self) {
      try await bench.round(
        configure: sweepNow,
        after: { target, response in
          guard target == "/jsonapi", asked.next() > 1 else { return response }
          return entryPoint("\"me\":", as: "\"no\":")(target, response)
        })
    }
    #expect(try bench.mirrored()["node--topic/\(ids[0])"] != nil)
    try await bench.round(configure: sweepNow)
    try bench.expectEqual()
  }

  @Test func aTypeThatVanishedKeepsItsResources() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirrored()
    let outcome = try await bench.round(
      configure: sweepNow, after: entryPoint("\"node--event\":{\"href\":", as: "\"gone\":{\"was\":"))
    #expect(outcome.report.vanishedTypes == ["node--event"])
    #expect(outcome.report.needsPerson)
    #expect(try bench.mirrored() == before)
  }

  /// The type is gone from the site; a person agrees that it goes here, too. When it is back, all of it comes.
  @Test func aTypeThatVanishedGoesWhenAPersonAgrees() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let count = try bench.mirror.reading.count(of: "node--event")
    let withoutEvents = entryPoint("\"node--event\":{\"href\":", as: "\"gone\":{\"was\":")
    let accepted = try await bench.round(
      configure: { $0.acceptedRemovals = ["node--event"] }, after: withoutEvents)
    #expect(accepted.report.removed == count && !accepted.report.needsPerson)
    #expect(try bench.mirror.reading.count(of: "node--event") == 0)
    #expect(try bench.mirror.reading.tombstones(of: "node--event").count == count)
    #expect(try !bench.mirror.reading.tombstones(of: "node--topic").contains { _ in true })
    #expect(try await !bench.round(after: withoutEvents).report.needsPerson)
    try await bench.round()
    try bench.expectEqual()
  }

  /// An entry point that names no type of ours any more is a matter for a person, not of configuration.
  @Test func anEntryPointWithoutTypesRemovesNothing() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirrored()
    let outcome = try await bench.round(configure: sweepNow, after: entryPoint("\"node--", as: "\"x"))
    #expect(outcome.report.needsPerson && outcome.report.vanishedTypes.count == 3)
    #expect(try bench.mirrored() == before)
  }

  /// Collections that are empty while their resources answer: a filter or a cache speaks, not the site.
  @Test func whatStillAnswersIsNotRemovedWhateverWasAgreedTo() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirrored()
    for accepted: Set<String> in [[], ["node--event", "node--topic", "node--page"]] {
      bench.site.faults.inject(.emptyCollection, times: 1000, below: "/jsonapi/node/event?")
      let outcome = try await bench.round(configure: { settings in
        sweepNow(&settings)
        settings.acceptedRemovals = accepted
      })
      bench.site.faults.clear()
      #expect(outcome.report.failures.map(\.type) == ["node--event"])
      #expect(outcome.report.sweeps.first { $0.type == "node--event" }?.failure as? UntrustworthyPage == .suddenlyEmpty)
      #expect(try bench.mirrored() == before)
    }
    #expect(try await bench.round(configure: sweepNow).report.failures.isEmpty)
    try bench.expectEqual()
  }

  @Test(arguments: [
    (rows: 0, share: 0.2, accepted: 0, allowance: 0), (1, 0.2, 0, 0), (3, 0.2, 0, 2), (5, 0.2, 0, 4), (20, 0.2, 0, 4),
    (100, 0.2, 0, 20), (100, 0, 0, 0), (100, 0, 7, 7), (100, 1, 0, 100), (100, 0.2, 50, 70), (100, 0.999, 0, 99),
  ])
  func soManyMayGo(rows: Int, share: Double, accepted: Int, allowance: Int) {
    #expect(RemovalGuard.allowance(rows: rows, share: share, accepted: accepted) == allowance)
  }
}
