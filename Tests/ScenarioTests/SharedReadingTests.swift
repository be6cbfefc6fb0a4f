import Foundation
import GRDB
import JSONAPI
import SampleSite
import Support
import Synchronization
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// What the first round of a large mirror costs the site, and how long it takes when the site is what is slow.
@Suite struct SharedReadingTests {
  /// Answers after a while, and counts how many wait at once.
  private final class SlowTransport: Transport {
    private struct State {
      var targets: [String] = []
      var waiting = 0
      var most = 0
      /// Since when so many wait; how long any did, and how long all of them together.
      var since = ContinuousClock.now
      var waited = Duration.zero
      var shared = Duration.zero

      mutating func change(by step: Int) {
        let now = ContinuousClock.now
        if waiting > 0 { waited += now - since }
        shared += (now - since) * waiting
        since = now
        waiting += step
        most = max(most, waiting)
      }
    }
    private let site: SampleSite
    private let latency: Duration
    private let before: @Sendable (Int) throws -> Void
    private let state = Mutex(State())

    init(_ site: SampleSite, latency: Duration, before: @escaping @Sendable (Int) throws -> Void = { _ in }) {
      self.site = site
      self.latency = latency
      self.before = before
    }

    var targets: [String] { state.withLock { $0.targets } }
    var most: Int { state.withLock { $0.most } }
    /// How many requests waited at a time, on the average of the time in which any did.
    var sideBySide: Double { state.withLock { $0.waited > .zero ? $0.shared / $0.waited : 0 } }

    func send(_ request: OutboundRequest) async throws -> InboundResponse {
      let path = String(request.url.dropFirst(siteBase.count))
      let number = state.withLock { state in
        state.change(by: 1)
        if path != "/oauth/token" { state.targets.append(path.removingPercentEncoding ?? path) }
        return state.targets.count
      }
      defer { state.withLock { $0.change(by: -1) } }
      try before(number)
      try await Task.sleep(for: latency)
      let headers = Dictionary(request.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
      let answer = site.answer(request.method, path, headers: headers, body: request.body ?? [])
      return InboundResponse(
        status: answer.status, fields: answer.fields.map { HTTPField($0.name, $0.value) }, body: answer.body)
    }
  }

  private func round(
    _ bench: Bench, _ transport: SlowTransport, configure: (inout SyncSettings) -> Void = { _ in }
  ) async throws -> SyncReport {
    var settings = SyncSettings(entityTypes: bench.entityTypes, concurrency: 4, settleWindowSeconds: 300)
    configure(&settings)
    let now = bench.site.now
    return try await SyncRound(
      site: bench.site.connection(transport, MemoryTokenVault()), mirror: bench.mirror, settings: settings,
      logger: silentLog, now: { now }
    ).run()
  }

  private func site(_ count: Int) throws -> SampleSite {
    var settings = SampleSiteSettings()
    settings.clock = { 1_750_000_000 }
    return SampleSite(settings, community: try Community.scaled(to: count))
  }

  /// Pull and sweep are one, and no place stands idle while there is much left to read.
  @Test func theFirstRoundReadsEverythingOnceSideBySide() async throws {
    let bench = try Bench(site(12_000))
    let latency = 0.1
    let transport = SlowTransport(bench.site, latency: .seconds(latency))
    let report = try await round(bench, transport)
    let rows = report.inserted
    #expect(report.failures.isEmpty && rows > 11_000 && transport.most <= 4)
    let stored = try bench.types.reduce(0) { sum, type in sum + (try bench.mirror.reading.count(of: type)) }
    #expect(stored == (try bench.site.truth(bench.types).count))
    bench.expectSound()
    let requests = transport.targets.count
    // Each type costs a look at whether filters work, its last page is seldom full, and of fields that nobody set the site is
    // asked once a week.
    let types = bench.types.count
    let questions = transport.targets.count { $0.contains("social-mirror-question") || $0.contains("filter[f0]") }
    #expect(questions <= 2 * types)
    let atATime = transport.sideBySide
    print(
      "first round: \(rows) resources, \(requests) requests, \(rows / 50) full pages, \(types) types, \(atATime) at a time"
    )
    #expect(Double(requests) <= 1.1 * Double(rows) / 50 + Double(2 * types) + Double(questions))
    // Four plain readers would have four at a time; the rest is this machine's own work, beside other tests.
    #expect(atATime > 2, "\(atATime)")
    // Types without any resource are looked at once more.
    #expect(report.sweeps.allSatisfy { $0.seen == 0 })
    #expect(
      try bench.mirror.reading.types().allSatisfy {
        $0.cursor == nil || $0.cursor == .start || $0.sweep?.finished == bench.site.now || $0.cursor?.internalID == 0
      })
    let idle = SlowTransport(bench.site, latency: .zero)
    #expect(try await round(bench, idle).updated == 0)
    // What is walked, for filters show less of it, is looked at in two orders.
    let walked = try bench.mirror.reading.types().count { $0.probe?.outcome == .refused }
    #expect(walked <= 1 && idle.targets.count == types + 1 + walked, "\(idle.targets)")
  }

  /// One large type is read at four places, wherever it is cut short, and each time it goes on.
  @Test(arguments: 0..<4) func oneTypeIsSharedAndGoesOnWhereItStood(seed: Int) async throws {
    let bench = try Bench(site(9000), entityTypes: ["comment"])
    var dice = Dice(seed: seed)
    var turns = 0
    var asked = 0
    var most = 0
    while turns < 100 {
      turns += 1
      let last = 9 + dice.roll(10)
      let transport = SlowTransport(bench.site, latency: .milliseconds(2)) { number in
        if number > last { throw CancellationError() }
      }
      let isOver = (try? await round(bench, transport)) != nil
      asked += transport.targets.count
      most = max(most, transport.most)
      if isOver { break }
    }
    #expect(turns > 2 && turns < 100 && most == 4)
    let rows = try bench.mirror.reading.count(of: "comment--comment")
    #expect(asked < rows / 50 * 2 + turns * 12, "\(asked) requests for \(rows) resources in \(turns) turns")
    try bench.expectEqual("seed \(seed)")
    bench.expectSound()
    let known = try #require(try bench.mirror.reading.types().first { $0.name == "comment--comment" }?.cursor)
    #expect(known.pass == nil && known.knownUntil > 0)
    #expect(try bench.mirror.pulling.stretches(of: "comment--comment").isEmpty)
  }

  /// Cursors of before: of the second on which one stood, the rest is read; a type that was never read to its end, anew.
  @Test func oldCursorsAreMovedSafely() throws {
    let made = try ProvenMirror(damagedBy: "resources without documents")
    let moved = try made.mirror.database.write { db in
      try db.execute(
        sql: """
          DROP TABLE stretch; DROP TABLE cursor;
          CREATE TABLE cursor (type INTEGER PRIMARY KEY, changed INTEGER NOT NULL, internal_id INTEGER NOT NULL,
            known_until INTEGER NOT NULL DEFAULT 0) STRICT;
          INSERT INTO resource_type (id, name, entity_type, path) VALUES
            (1, 'node--topic', 'node', '/a'), (2, 'node--event', 'node', '/b'), (3, 'node--page', 'node', '/c');
          INSERT INTO cursor VALUES (1, 500, 3, 900), (2, 400, 8, 0), (3, 0, 0, 900);
          INSERT INTO resource (id, type, internal_id, changed, sequence, document, splices) VALUES
            (1, 1, 3, 500, 1, '{}', x''), (2, 1, 77, 100, 2, '{}', x'');
          """)
      try db.execute(sql: Schema.passes)
      return try Row.fetchAll(db, sql: "SELECT * FROM cursor ORDER BY type").map { try Ledger.cursor($0, from: 1) }
    }
    #expect(moved.count == 2)
    #expect(moved[0] == Cursor(changed: 499, internalID: 77, knownUntil: 900))
    #expect(moved[1] == Cursor(changed: 0, internalID: 0, knownUntil: 900))
  }
}
