import Testing

@testable import JSONAPI
@testable import Upstream

/// What answers tell of the site's time.
@Suite struct SiteClockTests {
  private static let second: Int64 = 1_000_000_000
  private static let noon: Int64 = 1_750_000_000

  private func answer(_ date: Int64?, _ fields: [(String, String)] = []) -> InboundResponse {
    InboundResponse(
      status: 200,
      fields: (date.map { [HTTPField("Date", IMFFixdate.text(unixSeconds: $0))] } ?? [])
        + fields.map { HTTPField($0.0, $0.1) })
  }

  @Test func itIsTheNewestDateAndTheTimeSince() {
    var clock = SiteClock()
    #expect(clock.seconds(at: 5) == nil)
    clock.note(answer(nil), to: "GET", at: 0)
    #expect(clock.seconds(at: 5) == nil)
    clock.note(answer(Self.noon), to: "GET", at: 10 * Self.second)
    #expect(clock.seconds(at: 10 * Self.second) == Self.noon)
    #expect(clock.seconds(at: 12 * Self.second - 1) == Self.noon + 1)
    #expect(clock.seconds(at: 70 * Self.second) == Self.noon + 60)
  }

  /// An answer that a cache kept for twelve minutes is not the time, whether it says so or not.
  @Test(arguments: [[], [("Age", "720")], [("X-Drupal-Dynamic-Cache", "HIT")]], ["GET", "HEAD"])
  func anOldDateDoesNotMoveItBack(fields: [(String, String)], method: String) {
    var clock = SiteClock()
    clock.note(answer(Self.noon), to: "GET", at: 0)
    clock.note(answer(Self.noon - 720, fields), to: method, at: Self.second)
    #expect(clock.seconds(at: 3 * Self.second) == Self.noon + 3)
    // Where it is all that was ever seen, time passes from there.
    var other = SiteClock()
    other.note(answer(Self.noon - 720, fields), to: method, at: 0)
    #expect(other.seconds(at: 2 * Self.second) == Self.noon - 718)
  }

  /// A clock that was put back is believed as soon as something was written: no cache makes that answer.
  @Test func anAnswerToAWriteSetsItRight() {
    for method in ["POST", "PATCH", "DELETE"] {
      var clock = SiteClock()
      clock.note(answer(Self.noon + 3600), to: "GET", at: 0)
      clock.note(answer(Self.noon), to: method, at: Self.second)
      #expect(clock.seconds(at: Self.second) == Self.noon)
    }
    var clock = SiteClock()
    clock.note(answer(Self.noon), to: "GET", at: 0)
    clock.note(answer(Self.noon - 50, [("Age", "50")]), to: "POST", at: 0)
    #expect(clock.seconds(at: 0) == Self.noon)
  }

  @Test(arguments: [Int64.min, -1, 0, Int64.max] as [Int64]) func anyUptimeWillDo(uptime: Int64) {
    var clock = SiteClock()
    clock.note(answer(Self.noon), to: "GET", at: uptime)
    for other in [Int64.min, 0, uptime, .max] { #expect((clock.seconds(at: other) ?? 0) >= Self.noon) }
    clock.note(answer(253_402_300_799), to: "GET", at: .max)
    #expect(clock.seconds(at: .max) == 253_402_300_799)
  }

  @Test(
    arguments: [
      ([], false), ([("Age", "0")], false), ([("Age", "1")], true), ([("Age", "99999999999999999999")], true),
      ([("Age", "-5")], false), ([("Age", "x")], false), ([("X-Drupal-Dynamic-Cache", "MISS")], false),
      ([("x-drupal-dynamic-cache", "hit")], true), ([("X-Cache", "HIT from edge")], true),
      ([("X-Drupal-Cache", "UNCACHEABLE (request policy)")], false),
    ] as [([(String, String)], Bool)])
  func whatACacheSaysOfItself(fields: [(String, String)], isCached: Bool) {
    #expect(answer(Self.noon, fields).saysCached == isCached)
  }

  @Test func readsAskCachesForNothingAndLooksPassThem() throws {
    let base = try BaseURL("https://community.example.org")
    let read = SiteRequest(path: "/jsonapi/node/topic", query: "page%5Blimit%5D=1")
    #expect(read.prepare(base: base).fields.first(named: "cache-control") == "no-cache")
    #expect(SiteRequest("PATCH", path: "/a", body: []).prepare(base: base).fields.first(named: "cache-control") == nil)
    #expect(read.pastCaches(35).query == "page%5Blimit%5D=1&mirrorLook=z")
    #expect(SiteRequest(path: "/a").pastCaches(0).query == "mirrorLook=0")
  }
}
