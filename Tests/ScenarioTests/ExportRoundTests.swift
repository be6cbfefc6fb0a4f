import Export
import Foundation
import JSONAPI
import SampleSite
import Store
import Support
import Synchronization
import Testing

/// Exports beside rounds: whatever moment they come at, they show one finished round.
@Suite struct ExportRoundTests {
  /// The titles of two resources of two types, which are edited alike before each round.
  private struct Pair: Hashable {
    var topic: String
    var event: String
  }

  /// What exporters on threads of their own have found.
  private final class Found: Sendable {
    let pairs = Mutex<[Pair]>([])
    let faults = Mutex<[String]>([])
    let isOver = Atomic<Bool>(false)
    let running = Atomic<Int>(0)
    /// Exports in the middle of a round that did not wait.
    let refused = Atomic<Int>(0)
  }

  private static func order(_ bench: Bench, _ name: String) -> ExportOrder {
    var order = ExportOrder(folder: "\(bench.folder)/\(name)", format: .jsonl, version: "test")
    order.only = ["node--topic", "node--event"]
    order.wait = .seconds(60)
    return order
  }

  private static func run(_ order: ExportOrder, of bench: Bench) throws -> ExportReport {
    try ExportRun(order, of: bench.mirror, isEngineThere: { true }, now: { 1 }).make()
  }

  /// The title of a resource in an export.
  private static func title(of id: String, in folder: String, _ view: String) throws -> String {
    let lines = try Data(contentsOf: URL(filePath: "\(folder)/\(view).jsonl")).split(separator: 0x0A)
    for line in lines {
      let row = try JSON(parsing: Array(line))
      if row["id"]?.string == id { return row["title"]?.string ?? "" }
    }
    return "missing"
  }

  private static func exportUntilOver(
    _ number: Int, _ bench: Bench, _ ids: (topic: String, event: String), _ found: Found
  ) {
    let order = order(bench, "out-\(number)")
    while !found.isOver.load(ordering: .acquiring) {
      do {
        let report = try run(order, of: bench)
        let pair = Pair(
          topic: try title(of: ids.topic, in: report.path, "node_topic"),
          event: try title(of: ids.event, in: report.path, "node_event"))
        found.pairs.withLock { $0.append(pair) }
        if report.moment != .finished { found.faults.withLock { $0.append("\(report.moment)") } }
      } catch { found.faults.withLock { $0.append("\(error)") } }
    }
    found.running.subtract(1, ordering: .releasing)
  }

  @Test func noExportShowsHalfARound() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    let ids = (
      topic: try #require(bench.site.community.ids(of: "node--topic").first),
      event: try #require(bench.site.community.ids(of: "node--event").first)
    )
    func edit(_ version: Int) throws {
      bench.site.clockOffset += 1000
      let now = bench.site.now
      try bench.site.withCommunity { community in
        for id in [ids.topic, ids.event] {
          try community.edit(id, at: now, attributes: [("title", .string("Version \(version)"))])
        }
      }
      bench.site.clockOffset += 1000
    }
    try edit(0)
    try await bench.round()
    let found = Found()
    for number in 0..<2 {
      found.running.add(1, ordering: .relaxed)
      let thread = Thread { Self.exportUntilOver(number, bench, ids, found) }
      thread.start()
    }
    for version in 1...12 {
      try edit(version)
      try await bench.round(before: { number, _ in
        usleep(3_000)
        // The first requests come before the round's beginning is noted.
        guard number > 2, version % 4 == 0 else { return }
        var order = Self.order(bench, "middle")
        order.wait = .zero
        if (try? Self.run(order, of: bench)) == nil { found.refused.add(1, ordering: .relaxed) }
      })
    }
    found.isOver.store(true, ordering: .releasing)
    while found.running.load(ordering: .acquiring) > 0 { try await Task.sleep(for: .milliseconds(5)) }
    let pairs = found.pairs.withLock { $0 }
    #expect(!pairs.isEmpty)
    #expect(pairs.allSatisfy { $0.topic == $0.event && $0.topic.hasPrefix("Version ") }, "\(Set(pairs))")
    #expect(found.faults.withLock { $0 }.isEmpty)
    #expect(found.refused.load(ordering: .relaxed) > 0)
  }
}
