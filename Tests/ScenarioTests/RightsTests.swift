import Foundation
import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

/// Rights that shrink and grow while a site is mirrored.
@Suite struct RightsTests {
  private func fault(_ failure: (any Error)?) -> (type: String, fields: [String])? {
    guard case .lostFields(let type, let fields, _, _)? = failure as? SyncFault else { return nil }
    return (type, fields)
  }

  private func vanished(_ bench: Bench) throws -> [String] {
    try bench.mirror.reading.setAside().filter { $0.kind == .field && $0.subject == LostFields.subject }.map(\.type)
  }

  /// Nothing is blanked, in a round, in a sweep, in a full round, on pages of any size; the types that lost members are named and
  /// stop, the others go on; when the rights are back, all is as before.
  @Test(arguments: [50, 3, 1]) func lostMembersStopTheTypeBeforeRowsAreTouched(pageSize: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "user", "taxonomy_term"])
    try await bench.round()
    let before = try bench.mirrored()
    bench.site.habits = [.shrinkingRights]
    bench.site.clockOffset += 1000
    for (full, sweep) in [(false, SyncSettings.Sweeping.never), (false, .now), (true, .never), (false, .whenDue)] {
      bench.site.clockOffset += 1000
      // Somebody edits, so that a pull has a row to show.
      let (now, id) = (bench.site.now, bench.site.community.ids(of: "user--user")[3])
      try bench.site.withCommunity { try $0.edit(id, at: now, attributes: [("timezone", "Europe/Berlin")]) }
      let outcome = try await bench.round(
        full: full,
        configure: {
          $0.sweep = sweep
          $0.pageLimit = pageSize
        })
      let failures =
        outcome.report.failures.map { ($0.type, $0.failure) } + outcome.report.sweeps.map { ($0.type, $0.failure) }
      let stopped = failures.compactMap { fault($0.1) }
      let users = try #require(stopped.first { $0.type == "user--user" }, "\(failures)")
      #expect(users.fields.contains("mail") && users.fields.contains("roles") && users.fields.contains("status"))
      #expect(outcome.report.failures.allSatisfy { fault($0.failure) != nil })
      #expect(try bench.mirrored() == before, "\(full) \(sweep)")
      #expect(try vanished(bench).contains("user--user"))
      // A type that lost nothing is read on.
      #expect(!stopped.contains { $0.type.hasPrefix("taxonomy_term") })
    }
    bench.site.habits = []
    bench.site.clockOffset += 1000
    let again = try await bench.round()
    #expect(again.report.failures.isEmpty && again.report.sweeps.allSatisfy { $0.failure == nil })
    try bench.expectEqual()
    #expect(try vanished(bench).isEmpty)
  }

  @Test func aPersonMayAgree() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["user"])
    try await bench.round()
    bench.site.habits = [.shrinkingRights]
    bench.site.clockOffset += 1000
    let stopped = try await bench.round(configure: sweepNow)
    #expect(!stopped.report.failures.isEmpty || stopped.report.sweeps.contains { $0.failure != nil })
    let accepted = try await bench.round(configure: { $0.acceptedRemovals = ["user--user"] })
    #expect(accepted.report.failures.isEmpty && accepted.report.sweeps.allSatisfy { $0.failure == nil })
    try bench.expectEqual()
    #expect(try vanished(bench).isEmpty)
    let next = try await bench.round(configure: sweepNow)
    #expect(next.report.failures.isEmpty && next.report.sweeps.allSatisfy { $0.failure == nil })
  }

  @Test func whoeverNeverWantsToBeAskedIsNot() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["user"])
    try await bench.round()
    bench.site.habits = [.shrinkingRights]
    bench.site.clockOffset += 1000
    let outcome = try await bench.round(
      configure: {
        $0.sweep = .now
        $0.maxRemovalShare = 1
      })
    #expect(outcome.report.failures.isEmpty && outcome.report.sweeps.allSatisfy { $0.failure == nil })
    try bench.expectEqual()
  }

  /// One resource that alone loses a member is edited as any other.
  @Test func oneResourceMayLoseAMember() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["user"])
    try await bench.round()
    bench.site.clockOffset += 1000
    let now = bench.site.now
    let id = bench.site.community.ids(of: "user--user")[5]
    try bench.site.withCommunity { try $0.edit(id, at: now, attributes: [("timezone", "Europe/Berlin")]) }
    let without: InProcessTransport.After = { target, response in
      var response = response
      let text = String(decoding: response.body, as: UTF8.self)
      guard let at = text.range(of: id), let mail = text[at.upperBound...].firstRange(of: #/"mail":"[^"]*",/#) else {
        return response
      }
      response.body = Array(text.replacingCharacters(in: mail, with: "").utf8)
      return response
    }
    let outcome = try await bench.round(configure: { $0.sweep = .never }, after: without)
    #expect(outcome.report.failures.isEmpty, "\(outcome.report.failures)")
    let stored = try #require(try bench.mirrored()["user--user/\(id)"])
    #expect(stored["attributes"]?["mail"] == nil && stored["attributes"]?["timezone"] == "Europe/Berlin")
  }

  /// Answers in which some topics have a member of their own.
  private func adding(_ name: String, to ids: [String]) -> InProcessTransport.After {
    { _, response in
      var text = String(decoding: response.body, as: UTF8.self)
      for id in ids {
        guard let at = text.firstRange(of: "\"type\":\"node--topic\",\"id\":\"\(id)\",\"links\":"),
          let place = text[at.upperBound...].firstRange(of: "\"attributes\":{")
        else { continue }
        text.replaceSubrange(place, with: "\"attributes\":{\"\(name)\":\"rare\",")
      }
      var changed = response
      changed.body = Array(text.utf8)
      return changed
    }
  }

  /// A field of which few ever made use is deleted: those few stay as they are stored, named, and all else of the type is read on;
  /// until a person accepts it, or the field is back.
  @Test(arguments: [true, false]) func aMemberThatFewHadStopsNothing(isAccepted: Bool) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    let ids = Array(bench.site.community.ids(of: "node--topic").dropFirst(7).prefix(2))
    let withField = adding("field_rare", to: ids)
    try await bench.round(after: withField)
    let before = try bench.mirrored()
    for id in ids { #expect(before["node--topic/\(id)"]?["attributes"]?["field_rare"] == "rare") }
    func kept() throws -> Set<String> {
      let rows = try bench.mirror.reading.oddities().filter { $0.kind == .row }
      return Set(rows.filter { $0.reason.contains("lost the member field_rare") }.map(\.subject))
    }

    bench.site.clockOffset += 1000
    let (now, first) = (bench.site.now, ids[0])
    let new = try bench.site.withCommunity { community in
      try community.edit(first, at: now, attributes: [("title", "Edited after the field was deleted")])
      return try community.create("node--topic", at: now, attributes: [("title", "New")])
    }
    let pulled = try await bench.round(configure: { $0.sweep = .never })
    #expect(pulled.report.failures.isEmpty, "\(pulled.report.failures)")
    #expect(try bench.mirrored()["node--topic/\(new)"] != nil)
    #expect(try bench.mirrored()["node--topic/\(first)"] == before["node--topic/\(first)"])
    #expect(try kept() == [first])
    for _ in 1...2 {
      let swept = try await bench.round(configure: sweepNow)
      #expect(swept.report.failures.isEmpty && swept.report.sweeps.allSatisfy { $0.failure == nil && $0.isFinished })
      #expect(swept.report.removed == 0 && !swept.report.needsPerson)
      for id in ids { #expect(try bench.mirrored()["node--topic/\(id)"] == before["node--topic/\(id)"]) }
      #expect(try kept() == Set(ids))
    }

    if isAccepted {
      let accepted = try await bench.round(configure: { $0.acceptedRemovals = ["node--topic"] })
      #expect(accepted.report.failures.isEmpty)
      try bench.expectEqual()
    } else {
      try await bench.round(configure: sweepNow, after: withField)
      let back = try bench.mirrored()["node--topic/\(first)"]?["attributes"]
      #expect(back?["title"] == "Edited after the field was deleted" && back?["field_rare"] == "rare")
    }
    #expect(try kept().isEmpty)
  }

  /// A type that was read by walking goes back to filters: at the sweep, and when the account's own user was saved.
  @Test(arguments: [true, false]) func grantedRightsBringFiltersBack(atTheSweep: Bool) async throws {
    let bench = try Bench(quietSite { $0.habits = [.growingRights] }, entityTypes: ["node", "user"])
    try await bench.round()
    func filters() throws -> FilterProbe.Outcome? {
      try bench.mirror.reading.types().first { $0.name == "node--topic" }?.probe?.outcome
    }
    #expect(try filters() == .refused)
    bench.site.clockOffset += 1000
    try await bench.round(configure: { $0.sweep = .never })
    bench.site.habits = []
    bench.site.clockOffset += 1000
    if atTheSweep {
      try await bench.round(configure: sweepNow)
    } else {
      let (now, account) = (bench.site.now, bench.site.community.account)
      try bench.site.withCommunity { try $0.edit(account, at: now, attributes: [("timezone", "Europe/Berlin")]) }
      for _ in 0..<2 { try await bench.round(configure: { $0.sweep = .never }) }
    }
    #expect(try filters() == .work)
    bench.site.clockOffset += 1000
    let idle = try await bench.round(configure: { $0.sweep = .never })
    #expect(idle.targets.count { $0.hasPrefix("/jsonapi/node/topic") } == 1, "\(idle.targets)")
    try bench.expectEqual()
  }
}

/// Types that have nothing to ask by for what is new.
@Suite struct SweptAloneTests {
  @Test(arguments: [Habit.noChanged, .noSerialNumber]) func aTypeIsMirroredBySweepsAlone(habit: Habit) async throws {
    let bench = try Bench(
      quietSite { $0.habits = [habit] }, entityTypes: ["post", "event_enrollment", "taxonomy_term", "node"])
    let odd = habit == .noChanged ? "post--post" : "taxonomy_term--topic_types"
    try #require(bench.types.contains(odd), "\(bench.types)")
    let first = try await bench.round()
    #expect(first.report.failures.isEmpty, "\(first.report.failures)")
    #expect(first.report.sweeps.allSatisfy { $0.failure == nil })
    try bench.expectEqual()
    let aside = try bench.mirror.reading.setAside().filter { $0.kind == .type && $0.type == odd }
    #expect(aside.count == 1 && aside[0].reason.contains(habit == .noChanged ? "changed" : "serial number"))

    // A round in between asks nothing of it, is a success, and says how old it is.
    bench.site.clockOffset += 1000
    let (now, ids) = (bench.site.now, bench.site.community.ids(of: odd))
    try bench.site.withCommunity { community in
      try community.editSilently(ids[0], attributes: [("langcode", "de")])
      try community.delete(ids[1])
    }
    _ = now
    let idle = try await bench.round()
    #expect(idle.report.failures.isEmpty)
    #expect(!idle.targets.contains { $0.hasPrefix("/jsonapi/" + odd.replacing("--", with: "/")) })
    let known = try bench.mirror.reporting.status().types.first { $0.type == odd }?.knownUntil
    #expect(known == 1_750_000_000)

    // Its own schedule.
    bench.site.clockOffset += 90_000
    let swept = try await bench.round()
    #expect(swept.report.failures.isEmpty && swept.report.removed == 1)
    try bench.expectEqual()

    // The field comes: it is pulled again.
    bench.site.habits = []
    bench.site.clockOffset += 90_000
    try await bench.round(configure: sweepNow)
    try bench.expectEqual()
    #expect(try bench.mirror.reading.oddities().filter { $0.kind == .type }.isEmpty)
  }

  /// Who asks for everything anew gets these, too.
  @Test(arguments: [Habit.noChanged, .noSerialNumber]) func aFullRoundReadsItAnew(habit: Habit) async throws {
    let bench = try Bench(quietSite { $0.habits = [habit] }, entityTypes: ["post", "taxonomy_term"])
    let odd = habit == .noChanged ? "post--post" : "taxonomy_term--topic_types"
    try await bench.round()
    bench.site.clockOffset += 1000
    let id = bench.site.community.ids(of: odd)[0]
    try bench.site.withCommunity { try $0.editSilently(id, attributes: [("langcode", "de")]) }
    try await bench.round()
    #expect(try bench.mirror.reading.types().contains { $0.name == odd })
    try await bench.round { $0.full = true }
    try bench.expectEqual()
  }

  /// What a type is asked by vanishes after it was read: it goes over to sweeps in the same round, and back when it is there again.
  @Test(arguments: [Habit.noChanged, .noSerialNumber]) func aTypeMayLoseWhatItIsAskedBy(habit: Habit) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["post", "event_enrollment", "taxonomy_term", "node"])
    let odd = habit == .noChanged ? "post--post" : "taxonomy_term--topic_types"
    try await bench.round()
    bench.site.habits = [habit]
    bench.site.clockOffset += 1000
    let (now, ids) = (bench.site.now, bench.site.community.ids(of: odd))
    try bench.site.withCommunity { try $0.edit(ids[0], at: now, attributes: [("langcode", "de")]) }
    let lost = try await bench.round()
    #expect(lost.report.failures.isEmpty, "\(lost.report.failures)")
    #expect(lost.report.sweeps.contains { $0.type == odd } && lost.report.removed == 0 && !lost.report.needsPerson)
    #expect(lost.report.sweeps.allSatisfy { $0.failure == nil && $0.isFinished })
    let aside = try bench.mirror.reading.setAside().filter { $0.kind == .type && $0.type == odd }
    #expect(aside.count == 1 && aside[0].reason.contains(habit == .noChanged ? "changed" : "serial number"))
    #expect(try bench.mirror.reading.oddities().allSatisfy { $0.kind == .type }, "no members are said to have vanished")
    try bench.expectEqual("without")

    bench.site.clockOffset += 1000
    let idle = try await bench.round()
    #expect(idle.report.failures.isEmpty)
    #expect(!idle.targets.contains { $0.hasPrefix("/jsonapi/" + odd.replacing("--", with: "/")) })

    bench.site.habits = []
    bench.site.clockOffset += 1000
    let back = try await bench.round(configure: sweepNow)
    #expect(back.report.failures.isEmpty, "\(back.report.failures)")
    try bench.expectEqual("back")
    #expect(try bench.mirror.reading.oddities().filter { $0.kind == .type }.isEmpty)
  }

  /// The site filters by it as before, and does not show it any more.
  @Test func whatIsNoLongerShownIsNotAskedBy() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["post"])
    try await bench.round()
    bench.site.clockOffset += 1000
    let (now, id) = (bench.site.now, bench.site.community.ids(of: "post--post")[0])
    try bench.site.withCommunity { try $0.edit(id, at: now, attributes: [("langcode", "de")]) }
    let outcome = try await bench.round(after: { target, response in
      guard target.hasPrefix("/jsonapi/post/post") else { return response }
      var changed = response
      let text = String(decoding: response.body, as: UTF8.self).replacing(#/"changed":"[^"]*",/#, with: "")
      changed.body = Array(text.utf8)
      return changed
    })
    #expect(outcome.report.failures.isEmpty && outcome.report.sweeps.allSatisfy { $0.failure == nil })
    #expect(try bench.mirror.reading.oddities().map(\.subject) == ["swept alone"])
    let stored = try bench.mirrored()["post--post/\(id)"]?["attributes"]
    #expect(stored?["langcode"] == "de" && stored?["changed"] == nil)
  }

  /// Sudden emptiness removes nothing without a person.
  @Test func anEmptyListingRemovesNothing() async throws {
    let bench = try Bench(quietSite { $0.habits = [.noSerialNumber] }, entityTypes: ["taxonomy_term"])
    try await bench.round()
    let before = try bench.mirrored()
    bench.site.faults.inject(.emptyCollection, times: 1000, below: "/jsonapi/taxonomy_term")
    bench.site.clockOffset += 1000
    _ = try await bench.round(configure: sweepNow)
    bench.site.faults.clear()
    #expect(try bench.mirrored() == before)
    for type in bench.types {
      try bench.site.withCommunity { community in for id in community.ids(of: type) { try community.delete(id) } }
    }
    let held = try await bench.round(configure: sweepNow)
    #expect(held.report.removed <= 4 * bench.types.count)
    #expect(!held.report.held.isEmpty || held.report.sweeps.contains { $0.failure != nil })
  }

  @Test func slicesOfASweepJoinUp() async throws {
    let bench = try Bench(quietSite { $0.habits = [.noSerialNumber] }, entityTypes: ["taxonomy_term"])
    for _ in 0..<200 {
      let outcome = try await bench.round(
        configure: {
          $0.sweepRequests = 3
          $0.pageLimit = 4
        })
      #expect(outcome.report.failures.isEmpty)
      if outcome.report.sweeps.isEmpty { break }
    }
    try bench.expectEqual()
    #expect(
      try bench.mirror.reading.types().filter { $0.name.hasPrefix("taxonomy_term") && $0.sweep?.finished == nil }
        .isEmpty)
  }
}
