import JSONAPI
import OpenSocial
import SampleSite
import Support
import SyncAgent
import Testing
import Upstream

@testable import Store

/// A site that knows what it makes under ids of its own, whatever these were sent with.
@Suite struct OtherIDTests {
  private static let ids = (10..<34).map { "77777777-7141-4a6c-9ea2-2426b43673\($0)" }

  /// Each is known by the id that the site gave it, and by that alone, also where the answer to the next change has it.
  @Test func whatTheSiteNamesItselfIsKnownByThat() async throws {
    let bench = try await PushBench { $0.habits = [.oddIDs] }
    for id in Self.ids { try bench.record(.create(bench.object([("title", .string("New"))])), id) }
    bench.site.clockOffset += 10
    try await bench.push()
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    let outside = Set(Self.ids.map { bench.site.outsideID($0) })
    let inside = Set(Self.ids).subtracting(outside)
    #expect(inside.count > 4 && outside.count == Self.ids.count)
    func stored() throws -> Set<String> {
      try Set(bench.mirror.reading.identifiers(of: "node--topic").map(\.description))
    }
    #expect(try outside.isSubset(of: stored()) && inside.isDisjoint(with: stored()))
    bench.bench.expectSound()
    // A round finds nothing else.
    bench.site.clockOffset += 10
    let before = try stored()
    try await bench.bench.round()
    #expect(try stored() == before)
  }

  /// An answer about another resource than the one that was asked for is none: the change waits, and nothing is overwritten.
  @Test func anAnswerAboutAnotherResourceIsNone() async throws {
    let bench = try await PushBench()
    let (one, other) = (try bench.topic("One"), try bench.topic("Other"))
    try bench.patch(one, [("title", "Mine")])
    let transport = FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      alter: { request in
        var request = request
        request.url = request.url.replacing(one, with: other)
        return request
      })
    let report = try await bench.push(transport)
    #expect(report.settled == 0)
    let waiting = try #require(try bench.mirror.outbox.unsettledChanges().first)
    #expect(waiting.error?.contains("the resource \(other) where \(one) was asked for") == true, "\(waiting)")
    #expect(try bench.title(one) == "One" && bench.title(other) == "Other")
    bench.site.clockOffset += 3_600
    try await bench.push()
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty && bench.title(one) == "Mine")
    bench.bench.expectSound()
  }
}
