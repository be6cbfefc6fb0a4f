import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Testing
import Upstream

@testable import Store

/// A push to a site whose answers come out of caches.
@Suite struct CachedSiteTests {
  /// A transport whose cache takes no notice of the query that is to pass it.
  private func stubborn(_ bench: PushBench, _ count: Counter = Counter()) -> FatefulTransport {
    FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      alter: { request in
        var request = request
        if let query = request.url.firstIndex(of: "?"), request.url.contains("mirrorLook") {
          request.url = String(request.url[..<query])
        }
        return request
      },
      watch: { _, _, act in
        count.add()
        return act()
      })
  }

  final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
  }

  /// The copy was kept within the second of its save: by its `Date` that second is never over.
  @Test(arguments: [false, true]) func aCopyKeptWithinItsSecondComesToAnEnd(isStubborn: Bool) async throws {
    let bench = try await PushBench { $0.habits = [.dynamicCache] }
    let id = try bench.topic("One")
    try bench.patch(id, [("title", "Mine")])
    bench.site.clockOffset += 50
    try bench.edit(id, [("sticky", true)])
    let (before, count) = (bench.site.time, Counter())
    let report = try await bench.push(isStubborn ? stubborn(bench, count) : nil)
    #expect(report.settled == 1 && report.requests <= 5)
    #expect(bench.site.time - before <= 2)
    #expect(try bench.title(id) == "Mine" && bench.shown(id) == bench.onSite(id))
  }

  /// Twelve minutes after the round before, the entry point still is the one of then.
  @Test func anOldEntryPointIsNotTheTime() async throws {
    let bench = try await PushBench { $0.habits = [.dynamicCache] }
    let id = try bench.topic("One")
    for _ in 0..<3 {
      bench.site.clockOffset += 720
      try bench.edit(id, [("sticky", true)])
      try bench.patch(id, [("title", .string("Mine at \(bench.site.now)"))])
      let before = bench.site.time
      #expect(try await bench.push().settled == 1)
      #expect(bench.site.time - before <= 2)
      #expect(try bench.title(id) == "Mine at \(Int64(before))")
    }
  }

  /// Our own write comes back as it was before: no conflict, and nothing of it is undone.
  @Test func ourOwnWriteComingBackOldIsNoConflict() async throws {
    let bench = try await PushBench { $0.habits = [.pageCache] }
    let id = try bench.topic("One")
    bench.site.clockOffset += 100
    let transport = stubborn(bench)
    try bench.patch(id, [("title", "Two")])
    let first = try bench.patch(id, [("sticky", true)])
    #expect(first.change != nil)
    #expect(try await bench.push(transport).settled == 1)
    // Within the life of what the cache keeps from before.
    bench.site.clockOffset += 4
    try bench.patch(id, [("title", "Three")])
    let report = try await bench.push(transport)
    #expect(report.settled == 1 && report.conflicts == 0)
    #expect(try bench.mirror.outbox.conflicts(open: false).isEmpty)
    #expect(try bench.title(id) == "Three")
    #expect(try bench.onSite(id)?["attributes"]?["sticky"] == true)
  }

  /// The next round reads a page that was made before the push: what the push made stays. One that was made later is news.
  @Test func anOldPageOfTheNextRoundUndoesNothing() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 100
    let (old, made) = (try #require(bench.document(id)), bench.site.now)
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Two")])
    try await bench.push()
    try bench.mirror.outbox.passEchoes(at: bench.site.now)
    try bench.apply(old, madeAt: made)
    #expect(try bench.shown(id)?["attributes"]?["title"] == "Two")
    try bench.apply(old, madeAt: bench.site.now + 1)
    #expect(try bench.shown(id)?["attributes"]?["title"] == "One")
    // An hour later nothing is kept.
    try bench.mirror.outbox.passEchoes(at: bench.site.now + 4000)
    #expect(try bench.mirror.database.read { try Int.cachedOne($0, sql: "SELECT count(*) FROM outbox_echo") } == 0)
  }

  /// What is known is known until the oldest answer, and no later.
  @Test func whatACacheKeptIsKnownUntilThen() async throws {
    let site = try quietSite { $0.habits = [.dynamicCache] }
    let bench = try Bench(site, entityTypes: ["taxonomy_term"])
    try await bench.round()
    func known() throws -> [Int64] { try bench.mirror.reading.types().compactMap { $0.cursor?.knownUntil } }
    let first = site.now
    #expect(try Set(known()) == [first])
    site.clockOffset += 100
    try await bench.round()
    let second = site.now
    #expect(try known().allSatisfy { (first...second).contains($0) })
    site.clockOffset += 100
    try await bench.round()
    #expect(try known().allSatisfy { (first...site.now).contains($0) })
  }
}
