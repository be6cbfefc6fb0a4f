import GRDB
import JSONAPI
import SampleSite
import SyncAgent
import Testing
import Upstream

@testable import Store

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

extension Bench {
  /// The resources of a type that the next sweep recognises where they are as they are.
  fileprivate func digests(of type: String) throws -> Int {
    try mirror.database.read { db in
      try Int.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM row_digest d JOIN resource r ON r.id = d.resource
          WHERE r.type = (SELECT id FROM resource_type WHERE name = ?)
          """, arguments: [type]) ?? -1
    }
  }
}

/// Sweeps over what earlier sweeps have seen so.
@Suite struct KnownRowTests {
  /// What has changed is found among what is recognised: edits, removals, what is hidden, what is new, and what comes back.
  @Test func whatHasChangedIsFoundAmongTheRest() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "user"])
    try await bench.round()
    try await bench.round(configure: sweepNow)
    let count = try bench.mirror.reading.count(of: "node--topic")
    #expect(try bench.digests(of: "node--topic") == count)
    // The account does not see all topics of the community.
    let ids = try bench.site.community.ids(of: "node--topic").filter { id in
      try bench.mirror.reading.isStoredWhole(#require(ResourceID(id)), type: "node--topic")
    }
    for turn in 1...3 {
      let quiet = try await bench.round(configure: sweepNow)
      let swept = try #require(quiet.report.sweeps.first { $0.type == "node--topic" })
      #expect(swept.updated + swept.inserted == 0 && swept.isFinished && quiet.report.removed == 0)
      #expect(swept.seen >= count && swept.pages > 1)
      try bench.expectEqual("turn \(turn)")
      try bench.site.withCommunity { community in
        // Of the same length, at the border of two pages, and the last.
        for place in [turn, 48, 49, 50, ids.count - turn] {
          try community.editSilently(ids[place], attributes: [("title", .string("Title \(turn)"))])
        }
        try community.delete(ids[60 + turn])
        try community.conceal(ids[70 + turn], turn == 2 ? .omitted : .vanished)
        if turn > 1 { try community.conceal(ids[69 + turn], .none) }
      }
      let outcome = try await bench.round(configure: sweepNow)
      let found = try #require(outcome.report.sweeps.first { $0.type == "node--topic" })
      // At first one of them is among the newest, which the round itself reads again before it sweeps.
      #expect(found.updated == (turn == 1 ? 4 : 5) && outcome.report.updated == 5, "turn \(turn)")
      #expect(outcome.report.inserted == (turn > 1 ? 1 : 0), "turn \(turn)")
      #expect(outcome.report.removed == 2, "turn \(turn)")
      try bench.expectEqual("turn \(turn)")
    }
    #expect(try bench.digests(of: "node--topic") == bench.mirror.reading.count(of: "node--topic"))
  }

  /// What was hidden and kept has a tombstone; seen again, as it was, it has none.
  @Test func whatIsBackAsItWasHasNoTombstone() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    try await bench.round(configure: sweepNow)
    let id = bench.site.community.ids(of: "node--topic")[5]
    for _ in 1...2 {
      try bench.site.withCommunity { try $0.conceal(id, .vanished) }
      try await bench.round(configure: { settings in
        settings.sweep = .now
        settings.onHidden = .keep
      })
      #expect(try bench.mirror.reading.tombstones(of: "node--topic").map { "\($0.uuid)" } == [id])
      try bench.site.withCommunity { try $0.conceal(id, .none) }
      try await bench.round(configure: sweepNow)
      #expect(try bench.mirror.reading.tombstones(of: "node--topic").isEmpty)
      try bench.expectEqual()
    }
  }

  /// A sweep in slices, and one that is cut off, go on behind pages that were not written one by one.
  @Test func slicesComeToTheirEnd() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "comment"])
    try await bench.round()
    try await bench.round(configure: sweepNow)
    bench.site.clockOffset += 100_000
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in
      try community.delete(ids[30])
      try community.editSilently(ids[90], attributes: [("title", "Silent")])
    }
    var (turns, requests) = (0, 0)
    while try bench.mirror.reading.types().contains(where: {
      bench.types.contains($0.name) && ($0.sweep?.finished ?? 0) < bench.site.now - 50_000
    }) {
      turns += 1
      try #require(turns < 200)
      bench.site.clockOffset += 1
      requests += try await bench.round(configure: { $0.sweepRequests = 1 + turns % 5 }).report.sweeps
        .reduce(0) { $0 + $1.requests }
    }
    let whole = try await bench.round(configure: sweepNow).report.sweeps.reduce(0) { $0 + $1.requests }
    // Each slice asks for the page again at whose end the last one stood, at most.
    #expect(requests <= whole + turns + 8, "\(requests) in \(turns) slices; \(whole) at once")
    try bench.expectEqual()
  }

  /// Members that vanish from few rows of a page are held against those that are recognised, too.
  @Test func guardsCountWhatIsRecognised() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    try await bench.round(configure: sweepNow)
    let ids = bench.site.community.ids(of: "node--topic")
    func without(_ lacking: [String]) -> InProcessTransport.After {
      { target, response in
        guard target.hasPrefix("/jsonapi/node/topic") else { return response }
        guard var document = try? JSON(parsing: response.body), let rows = document["data"]?.array else {
          return response
        }
        let left = rows.map { row -> JSON in
          guard let id = row["id"]?.string, lacking.contains(id), var attributes = row["attributes"]?.object else {
            return row
          }
          attributes["title"] = nil
          var row = row.object ?? JSONObject()
          row["attributes"] = .object(attributes)
          return .object(row)
        }
        var whole = document.object ?? JSONObject()
        whole["data"] = .array(left)
        document = .object(whole)
        var changed = response
        changed.body = document.encoded(.site)
        return changed
      }
    }
    // One of fifty: somebody hid it.
    let one = try await bench.round(configure: sweepNow, after: without([ids[3]]))
    #expect(one.report.failures.isEmpty && one.report.sweeps.reduce(0) { $0 + $1.updated } == 1)
    // A third of them: the account has lost rights.
    let third = stride(from: 0, to: 48, by: 3).map { ids[$0] }
    let many = try await bench.round(configure: sweepNow, after: without(third))
    #expect(many.report.sweeps.contains { "\($0.failure.map { "\($0)" } ?? "")".contains("title") })
    #expect(
      try bench.mirror.reading.setAside().contains { $0.type == "node--topic" && $0.subject == LostFields.subject })
    try await bench.round(configure: sweepNow)
    try bench.expectEqual()
  }
}
