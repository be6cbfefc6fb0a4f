import Foundation
import JSONAPI
import SampleSite
import Support
import SyncAgent
import Testing
import Upstream

@testable import Store

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

/// What only a sweep finds.
@Suite struct SweepTests {
  @Test func deletedHiddenAndSilentlyEditedResourcesAreFound() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in
      try community.delete(ids[3])
      try community.conceal(ids[5], .vanished)
      try community.conceal(ids[7], .omitted)
      try community.editSilently(ids[9], attributes: [("title", "Edited behind the back of changed")])
    }
    try await bench.round()
    #expect(try bench.mirrored()["node--topic/\(ids[3])"] != nil, "no pull can see it")
    let outcome = try await bench.round(configure: sweepNow)
    let swept = try #require(outcome.report.sweeps.first { $0.type == "node--topic" })
    #expect(swept.tombstones == [.deleted: 1, .hidden: 1, .unpublished: 1])
    #expect(swept.updated == 1 && swept.isFinished && swept.failure == nil)
    try bench.expectEqual()
    let tombstones = try bench.mirror.reading.tombstones(of: "node--topic")
    #expect(
      Set(tombstones.map { "\($0.uuid) \($0.kind)" }) == [
        "\(ids[3]) deleted", "\(ids[5]) hidden", "\(ids[7]) unpublished",
      ])
    #expect(tombstones.allSatisfy { $0.learned == bench.site.now && $0.how.contains("GET answered") })

    // What returns, by a sweep or by a pull, has no tombstone any more.
    bench.site.clockOffset += 1000
    let now = bench.site.now
    try bench.site.withCommunity { community in
      try community.conceal(ids[5], .none)
      try community.conceal(ids[7], .none)
      try community.edit(ids[7], at: now)
    }
    try await bench.round()
    #expect(
      try bench.mirror.reading.tombstones(of: "node--topic").map { "\($0.uuid)" }.sorted() == [ids[3], ids[5]].sorted())
    try await bench.round(configure: sweepNow)
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").map { "\($0.uuid)" } == [ids[3]])
    try bench.expectEqual()
  }

  @Test func whatIsHiddenMayBeKept() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in
      try community.conceal(ids[5], .vanished)
      try community.delete(ids[6])
    }
    for turn in 1...2 {
      let outcome = try await bench.round(configure: { settings in
        settings.sweep = .now
        settings.onHidden = .keep
      })
      #expect(outcome.report.removed == (turn == 1 ? 2 : 0))
      #expect(try bench.mirrored()["node--topic/\(ids[5])"] != nil)
      #expect(try bench.mirrored()["node--topic/\(ids[6])"] == nil)
      #expect(try bench.mirror.reading.tombstones(of: "node--topic").filter(\.isKept).map { "\($0.uuid)" } == [ids[5]])
    }
    try await bench.round(configure: sweepNow)
    try bench.expectEqual()
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").allSatisfy { !$0.isKept })
  }

  /// The bytes of what was removed are neither in the file nor in its log.
  @Test func whatWasRemovedIsNotInTheFile() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "comment"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    let sentence = "A sentence that somebody wants to have back"
    bench.site.clockOffset += 1000
    for turn in 0..<6 {
      let now = bench.site.now
      try bench.site.withCommunity { community in
        for id in ids.prefix(8) {
          try community.edit(
            id, at: now,
            attributes: [
              ("title", .string("\(sentence) \(turn)")),
              ("body", ["value": .string(String(repeating: sentence, count: 40 + turn * 30)), "format": "basic_html"]),
            ])
        }
      }
      bench.site.clockOffset += 1000
      try await bench.round()
    }
    // Clients filter by title: the mirror keeps folded titles apart, too.
    let folded = sentence.uppercased()
    var usage = PathUsage()
    usage.slowestMilliseconds = IndexPolicy.slowMilliseconds
    try bench.mirror.indexing.note([try titlePath(bench.mirror): usage], at: 7)
    while try bench.mirror.indexing.buildPathIndexes() {}
    try bench.mirror.sweeping.truncateLog()
    #expect(try bench.filesThatHold(sentence) == ["mirror.sqlite"])
    #expect(try bench.filesThatHold(folded) == ["mirror.sqlite"])
    try bench.site.withCommunity { community in
      for (number, id) in ids.prefix(8).enumerated() {
        if number % 2 == 0 { try community.delete(id) } else { try community.conceal(id, .vanished) }
      }
    }
    let outcome = try await bench.round(configure: sweepNow)
    #expect(outcome.report.removed == 8)
    #expect(try bench.filesThatHold(sentence) == [])
    #expect(try bench.filesThatHold(folded) == [])
    try bench.expectEqual()
  }

  /// The path of a filter on the title of topics.
  private func titlePath(_ mirror: Mirror) throws -> PathUse {
    let parameters = try QueryParameters(QueryString(parsing: "filter[title]=x").tree)
    let uses = try ResourceReader(mirror).snapshot(seeing: .everything) { snapshot in
      try QueryCompiler.compile(parameters, for: try #require(try snapshot.type(name: "node--topic")), in: snapshot)
        .uses
    }
    return try #require(uses.first)
  }

  /// A topic whose bundle was changed in the database: the site shows it as a page, under the path of topics, too.
  @Test func whatBecameOneOfAnotherTypeIsGoneFromItsOwn() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let id = bench.site.community.ids(of: "node--topic")[5]
    try bench.site.withCommunity { try $0.retype(id, as: "node--page") }
    let outcome = try await bench.round(configure: sweepNow)
    let swept = try #require(outcome.report.sweeps.first { $0.type == "node--topic" })
    #expect(swept.tombstones == [.deleted: 1] && swept.undecided == 0 && swept.isFinished && swept.failure == nil)
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").map(\.how).first?.contains("node--page") == true)
    try bench.expectEqual()
  }

  /// A site that went back to a backup gives its serial numbers anew: who had one is asked for in the same round.
  @Test func aSerialNumberGivenAnewAsksForWhoHadIt() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let backup = bench.site.community
    bench.site.clockOffset += 1000
    let now = bench.site.now
    let lost = try bench.site.withCommunity { try $0.create("node--topic", at: now, attributes: [("title", "Lost")]) }
    try await bench.round()
    bench.site.clockOffset += 1000
    let later = bench.site.now
    bench.site.withCommunity { $0 = backup }
    let new = try bench.site.withCommunity { try $0.create("node--topic", at: later, attributes: [("title", "New")]) }
    let outcome = try await bench.round()
    #expect(outcome.report.sweeps.map(\.type) == ["node--topic"] && outcome.report.removed == 1)
    let mirrored = try bench.mirrored()
    #expect(mirrored["node--topic/\(new)"] != nil && mirrored["node--topic/\(lost)"] == nil)
    try bench.expectEqual()
    #expect(try await bench.round().report.sweeps.isEmpty)
  }

  /// An id in another letter case is the same resource for the site: the old row goes, be there a serial number or not.
  @Test(arguments: [nil, Habit.noSerialNumber]) func anIDInAnotherLetterCaseIsTheSame(habit: Habit?) async throws {
    let bench = try Bench(
      quietSite { $0.habits = Set([habit].compactMap { $0 }) }, entityTypes: ["taxonomy_term"])
    let type = "taxonomy_term--social_tagging"
    try await bench.round(configure: sweepNow)
    let count = try bench.mirror.reading.count(of: type)
    let id = try #require(bench.site.community.ids(of: type).first { $0 != $0.uppercased() })
    let written: InProcessTransport.After = { _, response in
      var changed = response
      changed.body = Array(String(decoding: response.body, as: UTF8.self).replacing(id, with: id.uppercased()).utf8)
      return changed
    }
    let outcome = try await bench.round(configure: sweepNow, after: written)
    #expect(outcome.report.sweeps.allSatisfy { $0.isFinished && $0.failure == nil && $0.undecided == 0 })
    #expect(try bench.mirror.reading.count(of: type) == count)
    let ids = try bench.mirror.reading.identifiers(of: type).map(\.description)
    #expect(ids.contains(id.uppercased()) && !ids.contains(id))
  }

  /// However small its part of each round is, a sweep comes to its end, and pulls go on meanwhile.
  @Test func aSweepGoesOnInTheNextRound() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round(configure: { $0.sweep = .never })
    bench.site.clockOffset += 100_000
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in
      try community.delete(ids[3])
      try community.editSilently(ids[90], attributes: [("title", "Silent")])
    }
    var turns = 0
    while turns < 60 {
      turns += 1
      bench.site.clockOffset += 100
      let now = bench.site.now
      let id = try bench.site.withCommunity { try $0.create("node--event", at: now, attributes: [("title", "New")]) }
      let outcome = try await bench.round(configure: { settings in
        settings.sweepRequests = 2
        settings.pageLimit = 10
      })
      #expect(try bench.mirrored()["node--event/\(id)"] != nil, "turn \(turns)")
      if outcome.report.sweeps.isEmpty { break }
    }
    #expect(turns > 5 && turns < 60)
    try bench.expectEqual()
  }

  @Test(arguments: [Fault.unauthorizedPage, .pageInsteadOfDocument, .serverError, .truncatedBody, .emptyCollection])
  func anAnswerThatDecidesNothingRemovesNothing(fault: Fault) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { try $0.conceal(ids[5], .vanished) }
    bench.site.faults.inject(fault, times: 1000, below: "/jsonapi/node/topic/\(ids[5])")
    _ = try? await bench.round(configure: sweepNow)
    #expect(try bench.mirrored()["node--topic/\(ids[5])"] != nil)
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").isEmpty)
    bench.site.faults.clear()
    try await bench.round(configure: sweepNow)
    try bench.expectEqual()
  }
}
