import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

/// Sites that answer badly, and rows that they hide.
@Suite struct TroubleTests {
  @Test(arguments: [
    Fault.unavailable(retryAfter: 5), .unavailable(retryAfter: nil), .tooManyRequests(retryAfter: 2),
    .tooManyRequests(retryAfter: nil), .pageInsteadOfDocument, .truncatedBody, .serverError, .unauthorizedPage,
  ])
  func isAskedAgain(fault: Fault) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "taxonomy_term"])
    for skip in [0, 3, 7, 11] { bench.site.faults.inject(fault, below: "/jsonapi", after: skip) }
    let outcome = try await bench.round(concurrency: 1)
    #expect(bench.site.faults.waiting == 0)
    #expect(outcome.report.failures.isEmpty, "\(outcome.report.failures)")
    try bench.expectEqual()
  }

  @Test(arguments: [Fault.unavailable(retryAfter: nil), .pageInsteadOfDocument, .serverError, .truncatedBody])
  func oneTypeThatNeverAnswersLeavesTheOthersAlone(fault: Fault) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    bench.site.faults.inject(fault, times: 1000, below: "/jsonapi/node/topic")
    let outcome = try await bench.round()
    #expect(outcome.report.failures.map(\.type) == ["node--topic"])
    let truth = try {
      bench.site.faults.clear(); return try bench.site.truth(bench.types)
    }()
    expectSame(try bench.mirrored(), truth.filter { !$0.key.hasPrefix("node--topic/") })
    #expect(try bench.mirror.reporting.status().runs.first?.outcome == "failed")
    try await bench.round()
    try bench.expectEqual()
  }

  /// An answer without rows and without an error, in the middle of a chain.
  @Test(arguments: [1, 2, 3, 4, 6, 8]) func anEmptyAnswerLosesNothing(after skip: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    bench.site.faults.inject(.emptyCollection, below: "/jsonapi/node", after: skip)
    try await bench.round(concurrency: 1)
    try await bench.round(concurrency: 1)
    try bench.expectEqual()
  }

  @Test func aTokenThatExpiresIsRenewed() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    let site = bench.site
    let outcome = try await bench.round(
      concurrency: 1, before: { number, _ in if number % 3 == 0 { site.clockOffset += 301 } })
    #expect(outcome.report.failures.isEmpty)
    #expect(site.issuedTokens > 2)
    try bench.expectEqual()
  }

  @Test(arguments: [false, true]) func aRevokedTokenIsRenewed(refreshTokensToo: Bool) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    let site = bench.site
    let outcome = try await bench.round(before: { number, _ in
      if number == 5 { refreshTokensToo ? site.revokeRefreshTokensToo() : site.revokeAllTokens() }
    })
    #expect(outcome.report.failures.isEmpty)
    #expect(site.log.countByStatus[401] ?? 0 > 0)
    try bench.expectEqual()
  }

  /// The first of 130 topics in the order of the pull are hidden: whole pages show nothing.
  @Test(arguments: [50, 55, 101, 129]) func pagesThatAreAllHiddenAreSteppedOver(count: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    let order = try bench.site.truth(["node--topic"]).values.sorted { PlaceInPull($0) < PlaceInPull($1) }
    try bench.site.withCommunity { community in
      for resource in order.prefix(count) { try community.conceal(resource["id"]?.string ?? "", .omitted) }
    }
    let outcome = try await bench.round()
    #expect(outcome.report.failures.isEmpty, "\(outcome.report.failures)")
    try bench.expectEqual()
  }

  /// The newest topics, which the probe sees first, are hidden: the type is not empty for that.
  @Test(arguments: [1, 60]) func aHiddenNewestResourceDoesNotHideTheType(count: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    let order = try bench.site.truth(["node--topic"]).values.sorted { PlaceInPull($0).id > PlaceInPull($1).id }
    try bench.site.withCommunity { community in
      for resource in order.prefix(count) { try community.conceal(resource["id"]?.string ?? "", .omitted) }
    }
    let outcome = try await bench.round()
    #expect(outcome.report.failures.isEmpty, "\(outcome.report.failures)")
    try bench.expectEqual()
  }
}

/// Where a topic is in the order of the pull.
private struct PlaceInPull: Comparable {
  var changed: String
  var id: Int64

  init(_ topic: JSON) {
    changed = topic["attributes"]?["changed"]?.string ?? ""
    id = topic["attributes"]?["drupal_internal__nid"]?.integer ?? 0
  }

  static func < (left: Self, right: Self) -> Bool { (left.changed, left.id) < (right.changed, right.id) }
}
