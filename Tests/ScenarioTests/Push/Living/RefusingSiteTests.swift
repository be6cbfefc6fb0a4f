import Foundation
import GRDB
import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Testing
import Upstream

@testable import Store

/// A push to a site that takes no writes, or none of a kind, or not all of one.
@Suite struct RefusingSiteTests {
  private static func id(_ number: Int) -> String { String(format: "c0000000-0000-4000-8000-%012d", number) }

  /// The first refusal holds for all; nothing is asked before its time, but by hand; then all go.
  @Test func readingOnlyIsOneRefusal() async throws {
    let bench = try await PushBench()
    bench.site.takesWrites = false
    let topics = try (0..<5).map { try bench.topic("Topic \($0)") }
    bench.site.clockOffset += 10
    for id in topics { try bench.patch(id, [("title", "Mine")]) }
    let first = try await bench.push()
    #expect(first.refusesWrites?.contains("/admin/config/services/jsonapi") == true)
    #expect(first.requests == 3 && first.settled == 0 && first.rejected == 0)
    let setAside = try #require(try bench.mirror.reading.oddities().first)
    #expect(setAside.kind == .setting && setAside.advice.contains("/admin/config/services/jsonapi"))
    // What waits is as it was: the next change of it joins it.
    let states = try bench.mirror.outbox.unsettledChanges()
    #expect(states.allSatisfy { $0.state == .queued && $0.sends == 0 && $0.attempts == 0 })
    let before = bench.site.time
    let second = try await bench.push()
    #expect(second.requests == 0 && second.refusesWrites != nil && second.next ?? 0 > bench.site.now)
    // Once more by hand, and no more than one change is tried.
    #expect(try await bench.push(isByHand: true).requests == 3)
    #expect(bench.site.time == before)
    bench.site.takesWrites = true
    let last = try await bench.push(isByHand: true)
    #expect(last.settled == 5 && last.refusesWrites == nil)
    #expect(try bench.mirror.reading.oddities().isEmpty && bench.mirror.outbox.writesHold() == nil)
    for id in topics { #expect(try bench.title(id) == "Mine") }
  }

  /// Under `run` the site is tried again by itself, ever more rarely.
  @Test func aSiteThatReadsOnlyIsTriedAgain() async throws {
    let bench = try await PushBench()
    bench.site.takesWrites = false
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    var waits: [Int64] = []
    for _ in 0..<7 {
      let report = try await bench.push()
      let next = try #require(report.next)
      waits.append(next - bench.site.now)
      bench.site.clockOffset += Double(next - bench.site.now)
    }
    #expect(waits == [60, 120, 240, 480, 600, 600, 600])
    bench.site.takesWrites = true
    #expect(try await bench.push().settled == 1)
  }

  /// Of two PATCHes that became one change the later member is bad: it alone is refused, and can be corrected.
  @Test func whatIsRefusedByPointerIsSetApart() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    let recorded = try bench.patch(id, [("sticky", true), ("body", ["value": "new", "format": "basic_html"])])
    let bad = try bench.patch(id, [("title", .string(String(repeating: "x", count: 300)))])
    #expect(recorded.change == bad.change)
    let report = try await bench.push()
    #expect(report.settled == 1 && report.rejected == 1)
    #expect(try bench.onSite(id)?["attributes"]?["sticky"] == true && bench.title(id) == "One")
    #expect(try bench.onSite(id)?["attributes"]?["body"]?["value"] == "new")
    let waiting = try bench.mirror.outbox.unsettledChanges()
    let refused = try #require(waiting.first)
    #expect(waiting.count == 1 && refused.state == .rejected && refused.members.map(\.name) == ["title"])
    #expect(refused.errorDocument?.contains("255 characters") == true && refused.apartOf == recorded.change)
    #expect(try bench.mirror.recording.refusedPart(of: #require(recorded.change))?.id == refused.id)
    try bench.patch(id, [("title", "Short")])
    #expect(try await bench.push().settled == 1)
    #expect(try bench.title(id) == "Short" && bench.shown(id) == bench.onSite(id))
    bench.bench.expectSound()
  }

  /// What its writer set again while it was on its way is no part of what is refused.
  @Test func whatWasSetAgainMeanwhileIsNotRefused() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("sticky", true), ("title", .string(String(repeating: "x", count: 300)))])
    let isFirst = Mutex(true)
    let transport = FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      watch: { method, _, act in
        if method == "PATCH",
          isFirst.withLock({ first in
            defer { first = false }
            return first
          })
        {
          _ = try? bench.patch(id, [("title", "Better")])
        }
        return act()
      })
    try await bench.push(transport)
    try await bench.push()
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(try bench.title(id) == "Better" && bench.onSite(id)?["attributes"]?["sticky"] == true)
    #expect(try bench.shown(id) == bench.onSite(id))
  }

  /// A site that refuses what it is given for some members of topics, or that they are not given.
  private static func choosy(
    _ bench: PushBench, _ refuses: @escaping @Sendable (JSON?) -> [String]
  ) -> FatefulTransport {
    let attributes = Mutex<JSON?>(nil)
    return FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      alter: { request in
        let body = try? JSON(parsing: request.body ?? [])
        attributes.withLock { $0 = body?["data"]?["attributes"] }
        return request
      },
      watch: { method, target, act in
        guard method == "POST", target.hasPrefix("/jsonapi/node/topic") else { return act() }
        let errors = refuses(attributes.withLock { $0 }).map { name -> JSON in
          [
            "status": "422", "detail": .string("\(name): no"),
            "source": ["pointer": .string("/data/attributes/\(name)")],
          ]
        }
        if errors.isEmpty { return act() }
        return PlainAnswer(
          status: 422, fields: [("Content-Type", "application/vnd.api+json")],
          body: JSON.object(JSONObject([("errors", .array(errors))])).encoded(.site), isCut: false)
      })
  }

  /// A bad member that was patched into a creation that waits is refused alone; the resource is made, and the member corrected.
  @Test(arguments: [false, true]) func aBadMemberHoldsNoCreationBack(isCorrectedFirst: Bool) async throws {
    let bench = try await PushBench()
    let id = Self.id(1)
    let made = try bench.record(.create(bench.object([("title", "New")])), id)
    #expect(try bench.patch(id, [("body", ["value": "bad", "format": "basic_html"])]).change == made.change)
    let transport = Self.choosy(bench) { $0?["body"]?["value"] == "bad" ? ["body"] : [] }
    let report = try await bench.push(transport)
    #expect(report.settled == 1 && report.rejected == 1)
    #expect(try bench.title(id) == "New" && bench.shown(id)?["attributes"]?["body"]?["value"] == "bad")
    let refused = try #require(try bench.mirror.outbox.unsettledChanges().first)
    #expect(refused.kind == .update && refused.state == .rejected && refused.members.map(\.name) == ["body"])
    #expect(refused.apartOf == made.change && refused.errorDocument?.contains("body: no") == true)
    if isCorrectedFirst {
      bench.site.clockOffset += 10
      try bench.patch(id, [("body", ["value": "good", "format": "basic_html"])])
      #expect(try await bench.push(transport).settled == 1)
      #expect(try bench.onSite(id)?["attributes"]?["body"]?["value"] == "good")
    } else {
      // Given up, the site's own value is shown.
      _ = try bench.mirror.outbox.drop(refused.id, at: bench.site.now)
    }
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(try bench.shown(id) == bench.onSite(id))
    bench.bench.expectSound()
  }

  /// Where it is refused without the member, too, it is one refused creation again, with the first words; corrected, it goes.
  @Test func whatCannotBeWithoutItIsRefusedAsAWhole() async throws {
    let bench = try await PushBench()
    let id = Self.id(2)
    let made = try bench.record(
      .create(bench.object([("title", "New"), ("body", ["value": "bad", "format": "basic_html"])])), id)
    let transport = Self.choosy(bench) { ["bad", nil].contains($0?["body"]?["value"]?.string) ? ["body"] : [] }
    let report = try await bench.push(transport)
    #expect(report.settled == 0 && report.rejected == 1)
    let waiting = try bench.mirror.outbox.unsettledChanges()
    #expect(waiting.count == 1 && waiting.first?.id == made.change && waiting.first?.state == .rejected)
    #expect(Set(waiting.first?.members.map(\.name) ?? []) == ["title", "body"])
    #expect(waiting.first?.errorDocument?.contains("body: no") == true)
    try bench.patch(id, [("body", ["value": "good", "format": "basic_html"])])
    #expect(try await bench.push(transport).settled == 1)
    #expect(try bench.onSite(id)?["attributes"]?["body"]?["value"] == "good")
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty && bench.shown(id) == bench.onSite(id))
  }

  /// What says who it is and who sees it is never left out.
  @Test(
    arguments: [
      ("body", ChangedMember.Group.attributes, true), ("field_date", .attributes, true), ("title", .attributes, false),
      ("field_content_visibility", .attributes, false), ("status", .attributes, false), ("uid", .relationships, false),
      ("groups", .relationships, false),
    ] as [(String, ChangedMember.Group, Bool)])
  func onlyDispensableMembersAreLeftOut(name: String, group: ChangedMember.Group, isDispensable: Bool) {
    #expect(PushDecision.isDispensable(ChangedMember(group, name, base: nil, local: "x")) == isDispensable)
  }

  /// A change that cannot be read holds up what came after it of its own resource, and nothing else.
  @Test func whatCannotBeReadHoldsUpItselfAlone() async throws {
    let bench = try await PushBench()
    let (one, two) = (try bench.topic("One"), try bench.topic("Two"))
    bench.site.clockOffset += 10
    let bad = try #require(try bench.patch(one, [("title", "Bad")]).change)
    try bench.mirror.database.write {
      try $0.run(sql: "UPDATE outbox SET members = '{' WHERE id = ?", arguments: [bad])
    }
    try bench.patch(one, [("sticky", true)])
    try bench.patch(two, [("title", "Mine")])
    #expect(try await bench.push().settled == 1)
    #expect(try bench.title(two) == "Mine" && bench.title(one) == "One")
    #expect(try bench.mirror.reading.oddities().map(\.subject) == ["change \(bad)"])
    _ = try bench.mirror.outbox.drop(bad, at: bench.site.now)
    #expect(try await bench.push().settled == 1)
    #expect(try bench.onSite(one)?["attributes"]?["sticky"] == true && bench.title(one) == "One")
    #expect(try bench.mirror.reading.oddities().isEmpty && bench.mirror.outbox.unsettledChanges().isEmpty)
  }

  /// Which members an error document names.
  @Test(
    arguments: [
      (["/data/attributes/title/value"], ["title"]), (["/data/attributes/uid/target_id"], ["uid"]),
      (["/data/relationships/uid", "/data/attributes/title"], ["uid", "title"]),
      (["/data"], nil), (["/data/attributes/other"], nil), (["/data/attributes/title", "/data"], nil), ([], nil),
      (["/data/attributes/title", "/data/attributes/body", "/data/attributes/uid"], nil), (["title"], nil),
    ] as [([String], [String]?)])
  func pointersNameMembers(pointers: [String], names: [String]?) {
    let errors = pointers.map { #"{"status":"422","source":{"pointer":"\#($0)"}}"# }.joined(separator: ",")
    let error = SiteError(.unprocessable, status: 422, document: Array(#"{"errors":[\#(errors)]}"#.utf8))
    let members = ["title", "body"].map { ChangedMember(.attributes, $0, base: nil, local: "x") }
    let refused = error.refused(of: members + [ChangedMember(.relationships, "uid", base: nil, local: .null)])
    #expect(refused.map { Set($0.map(\.name)) } == names.map { Set($0) })
  }

  /// The site's own code fails on every creation of a type: it is learned, said, and forgotten.
  @Test(arguments: ["success", "retry", "time"]) func whatIsNeverCreatedIsLearned(_ end: String) async throws {
    let bench = try await PushBench()
    bench.site.failingCreations = ["node"]
    func known() throws -> RefusedCreations? {
      try bench.mirror.recording.refusedCreations(of: "node--topic", .create, at: bench.site.now)
    }
    for number in 0..<3 { try bench.record(.create(bench.object([("title", "New")])), Self.id(number)) }
    for attempt in 0..<6 {
      #expect(try known() == nil, "after \(attempt) attempts")
      let before = bench.site.time
      #expect(try await bench.push(isByHand: true).settled == 0)
      #expect(bench.site.time == before)
      bench.site.clockOffset += 1
    }
    #expect(try bench.mirror.outbox.unsettledChanges().allSatisfy { $0.state == .rejected })
    let learned = try #require(try known())
    #expect(learned.refusal.status == 500 && learned.refusal.detail.contains("getGroupType()"))
    #expect(learned.changes.count == 3)
    #expect(try bench.mirror.reading.setAside().contains { $0.kind == .change && $0.type == "node--topic" })
    bench.site.failingCreations = []
    switch end {
    case "success":
      try bench.patch(Self.id(0), [("title", "Newer")])
      #expect(try await bench.push().settled == 1)
    case "retry": try bench.mirror.outbox.retry(#require(learned.changes.last))
    default: bench.site.clockOffset += 90_000
    }
    #expect(try known() == nil)
    if end != "time" { #expect(try bench.mirror.reading.oddities().isEmpty) }
  }

  /// One that fails for its values says nothing of the others.
  @Test func oneBadCreationIsNotItsType() async throws {
    let bench = try await PushBench()
    for number in 0..<3 {
      try bench.record(.create(bench.object([("title", .string(String(repeating: "x", count: 300)))])), Self.id(number))
    }
    #expect(try await bench.push().rejected == 3)
    #expect(try bench.mirror.recording.refusedCreations(of: "node--topic", .create, at: bench.site.now) == nil)
  }

  /// A site that is not there is not asked for every change.
  @Test func aSiteThatIsAwayEndsThePush() async throws {
    let bench = try await PushBench()
    for number in 0..<20 { try bench.patch(bench.topic("Topic \(number)"), [("title", "Mine")]) }
    bench.site.clockOffset += 10
    let away = FatefulTransport(bench.site, decide: { _, target in target == "/jsonapi" ? .arrives : .unavailable })
    let report = try await bench.push(away, isByHand: true)
    #expect(report.requests == 4 && report.postponed == 3)
    #expect(report.next ?? 0 > bench.site.now)
    bench.site.clockOffset += 100
    #expect(try await bench.push().settled == 20)
  }
}
