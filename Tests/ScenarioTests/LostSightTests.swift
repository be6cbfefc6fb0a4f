import Foundation
import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

/// The answer as an account gets it that may see no more than labels (reference 2.8).
private func labelsAlone(_ answer: InboundResponse) -> InboundResponse {
  guard var document = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] else {
    return answer
  }
  func label(_ resource: [String: Any]) -> [String: Any] {
    let title = (resource["attributes"] as? [String: Any])?["title"] ?? ""
    return resource.filter { $0.key != "relationships" }.merging(["attributes": ["title": title]]) { $1 }
  }
  switch document["data"] {
  case let one as [String: Any]: document["data"] = label(one)
  case let many as [[String: Any]]: document["data"] = many.map(label)
  default: return answer
  }
  var closed = answer
  closed.body = Array((try? JSONSerialization.data(withJSONObject: document)) ?? Data())
  return closed
}

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

/// Types of which the account sees nothing but what is left out.
@Suite struct LostSightTests {
  private func conceal(_ ids: some Sequence<String>, _ how: Concealment, _ bench: Bench) throws {
    let ids = Array(ids)
    try bench.site.withCommunity { community in for id in ids { try community.conceal(id, how) } }
  }

  private func topics(_ bench: Bench) throws -> MirroredType? {
    try bench.mirror.reading.types().first { $0.name == "node--topic" }
  }

  /// The account has lost its role: all is left out, and no round says that it knows the type up to now.
  @Test(arguments: [false, true]) func anAccountThatSeesNothingIsNoSuccess(filtersAreRefused: Bool) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    if filtersAreRefused { bench.site.withCommunity { _ = $0.silentlyRefusesFilter.insert("node--topic") } }
    try await bench.round()
    let (before, cursor) = (try bench.mirrored(), try topics(bench)?.cursor)
    let ids = bench.site.community.ids(of: "node--topic")
    try conceal(ids, .omitted, bench)
    bench.site.clockOffset += 1000
    let outcome = try await bench.round(configure: { $0.sweep = .never })
    #expect(outcome.report.failures.map(\.type) == ["node--topic"])
    guard case .sawNothing(_, let stored)? = outcome.report.failures.first?.failure as? SyncFault else {
      Issue.record("not sawNothing: \(outcome.report.failures)")
      return
    }
    #expect(stored == ids.count)
    #expect(try topics(bench)?.cursor == cursor)
    #expect(try await bench.round(configure: sweepNow).report.held.map(\.type) == ["node--topic"])
    #expect(try bench.mirrored() == before)
    // The role is back.
    try conceal(ids, .none, bench)
    let again = try await bench.round(configure: sweepNow)
    #expect(again.report.failures.isEmpty && !again.report.needsPerson)
    try bench.expectEqual()
  }

  /// Only labels are left of what was seen whole: no success either, and a mirror that begins so has the labels.
  @Test func anAccountThatSeesOnlyLabelsIsNoSuccess() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    let closed: InProcessTransport.After = { target, answer in
      target.hasPrefix("/jsonapi/node/topic") ? labelsAlone(answer) : answer
    }
    try await bench.round()
    let before = try bench.mirrored()
    bench.site.clockOffset += 1000
    let outcome = try await bench.round(configure: { $0.sweep = .never }, after: closed)
    #expect(outcome.report.failures.map(\.type) == ["node--topic"])
    #expect(try bench.mirrored() == before)

    let other = try Bench(bench.site, entityTypes: ["node"])
    for _ in 1...2 {
      #expect(try await other.round(configure: { $0.sweep = .never }, after: closed).report.failures.isEmpty)
      #expect(try other.mirror.reading.count(of: "node--topic") == bench.site.community.ids(of: "node--topic").count)
    }
  }

  /// All but one are hidden, and it is an old one: rounds go on, before a sweep and after it.
  @Test func whatIsHiddenFailsNoRound() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try conceal(ids.filter { $0 != ids[ids.count / 2] }, .omitted, bench)
    #expect(try await bench.round(configure: { $0.sweep = .never }).report.failures.isEmpty)
    let swept = try await bench.round(configure: { settings in
      settings.sweep = .now
      settings.maxRemovalShare = 1
    })
    #expect(swept.report.failures.isEmpty && swept.report.removed == ids.count - 1)
    let idle = try await bench.round()
    #expect(idle.report.failures.isEmpty)
    let requests = try #require(idle.report.types.first { $0.type == "node--topic" }).requests
    #expect(requests <= 2, "the page of the cursor, and one resource that is left")
    try bench.expectEqual()
  }

  /// With `onHidden: keep`, a type that a person has agreed to be all hidden is no fault any more.
  @Test(arguments: [Concealment.omitted, .vanished]) func whatIsKeptIsNotExpected(how: Concealment) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--event")
    try conceal(ids, how, bench)
    let keep: @Sendable (inout SyncSettings) -> Void = { $0.onHidden = .keep }
    let held = try await bench.round(configure: { settings in
      keep(&settings)
      settings.sweep = .now
    })
    #expect(held.report.failures.map(\.type) == ["node--event"])
    #expect(held.report.held.map(\.type) == ["node--event"])
    try await bench.round(configure: { settings in
      keep(&settings)
      settings.acceptedRemovals = ["node--event"]
    })
    let idle = try await bench.round(configure: keep)
    #expect(idle.report.failures.isEmpty && !idle.report.needsPerson)
    #expect(try bench.mirror.reading.count(of: "node--event") == ids.count)
  }
}
