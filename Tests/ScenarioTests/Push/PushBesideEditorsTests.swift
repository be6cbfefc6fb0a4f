import Upstream
import JSONAPI
import SampleSite
import SyncAgent
import Synchronization
import Testing

@testable import Store

/// Pushes while somebody on the site edits the same resource, between two requests of one attempt or of two.
@Suite struct PushBesideEditorsTests {
  @Test func somebodyElseIsFaster() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    let times = Mutex(0)
    let transport = FatefulTransport(
      bench.site,
      decide: { method, _ in
        // Between the read and the write of the first attempt.
        guard method == "PATCH",
          times.withLock({
            $0 += 1; return $0
          }) == 1
        else { return .arrives }
        bench.site.clockOffset += 5
        try? bench.edit(id, [("sticky", true)])
        return .arrives
      })
    #expect(try await bench.push(transport).settled == 1)
    #expect(times.withLock { $0 } == 2)
    #expect(try bench.title(id) == "Mine" && bench.onSite(id)?["attributes"]?["sticky"] == true)
  }

  /// The topic became a page on the site: that is not what the change is about, and a person decides.
  @Test(arguments: [false, true]) func whatBecameOneOfAnotherTypeIsLeftAlone(deletes: Bool) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    if deletes { try bench.record(.delete, id) } else { try bench.patch(id, [("title", "Mine")]) }
    try bench.site.withCommunity { try $0.retype(id, as: "node--page") }
    let report = try await bench.push()
    #expect(report.conflicts == 1 && report.settled == 0)
    #expect(try bench.title(id) == "One")
    let kinds = try bench.mirror.outbox.conflicts().map(\.kind)
    #expect(kinds == [deletes ? .changedOnSite : .deletedOnSite])
  }

  /// The same where the site calls `changed` and the serial number otherwise: it compares by the names that it knows.
  @Test func whoIsFasterIsSeenUnderOtherNames() async throws {
    let bench = try await PushBench { $0.habits = [.renamedFields] }
    #expect(
      try bench.mirror.reading.attributeNames()["node--topic"] == AttributeNames(serial: "nid", changed: "edited_on"))
    let id = try #require(try bench.mirror.reading.identifiers(of: "node--topic").map(\.description).min())
    bench.site.clockOffset += 10
    // What the site alone sets is no part of the change.
    try bench.patch(id, [("title", "Mine"), ("edited_on", "2001-01-01T00:00:00+00:00"), ("nid", 5)])
    #expect(try bench.mirror.outbox.unsettledChanges().first?.members.map(\.name) == ["title"])
    #expect(try bench.shown(id)?["attributes"]?["edited_on"]?.string == RFC3339.text(unixSeconds: bench.site.now))
    let bodies = Mutex<[String]>([])
    let transport = FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      alter: { request in
        if request.method == "PATCH" {
          let isFirst = bodies.withLock { bodies in
            bodies.append(String(decoding: request.body ?? [], as: UTF8.self))
            return bodies.count == 1
          }
          if isFirst {
            bench.site.clockOffset += 5
            try? bench.edit(id, [("sticky", true)])
          }
        }
        return request
      })
    #expect(try await bench.push(transport).settled == 1)
    let sent = bodies.withLock { $0 }
    #expect(sent.count == 2 && sent.allSatisfy { $0.contains("\"edited_on\":") && !$0.contains("\"changed\":") })
    #expect(try bench.title(id) == "Mine" && bench.onSite(id)?["attributes"]?["sticky"] == true)
    // A deletion is compared by it, too.
    bench.site.clockOffset += 10
    try bench.record(.delete, id)
    try bench.edit(id, [("title", "Theirs")])
    #expect(try await bench.push().conflicts == 1)
    #expect(try bench.title(id) == "Theirs")
  }

  /// Two edits in one second have the same `changed`, so the site cannot tell the second one from the first.
  @Test func anEditInTheSecondOfTheOneThatWasReadIsNotWrittenOver() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    try bench.patch(id, [("title", "Mine")])
    let isFirst = Mutex(true)
    let transport = FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      watch: { method, target, act in
        let answer = act()
        // After the first read.
        guard method == "GET", target.contains(id), isFirst.withLock({ $0 }) else { return answer }
        isFirst.withLock { $0 = false }
        try? bench.edit(id, [("title", "Theirs")])
        return answer
      })
    #expect(try await bench.push(transport).conflicts == 1)
    #expect(try bench.title(id) == "Theirs" && bench.shown(id)?["attributes"]?["title"] == "Mine")
  }

  /// An update whose answer was lost is found on the site, and with it what somebody else wrote since: the update behind it
  /// was made by someone who had not seen that.
  @Test func whatOthersAddedSinceALostAnswerIsNotTakenForTheAnswer() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    let tags = try bench.site.withCommunity { [now = bench.site.now] community in
      try (0..<3).map {
        try community.create("taxonomy_term--social_tagging", at: now, attributes: [("name", .string("T\($0)"))])
      }
    }
    let tagged = { (numbers: [Int]) in
      LocalChange.Action.replace(
        "social_tagging",
        .many(numbers.map { ResourceIdentifier(type: "taxonomy_term--social_tagging", id: tags[$0]) }))
    }
    bench.site.clockOffset += 10
    try bench.record(tagged([0, 1]), id)
    let transport = FatefulTransport(bench.site, decide: { method, _ in method == "PATCH" ? .answerLost : .arrives })
    #expect(try await bench.push(transport).settled == 0)
    bench.site.clockOffset += 10
    try bench.site.withCommunity { [now = bench.site.now] community in
      let all = tags.map { tag -> JSON in ["type": "taxonomy_term--social_tagging", "id": .string(tag)] }
      try community.edit(id, at: now, relationships: [("social_tagging", .array(all))])
    }
    bench.site.clockOffset += 10
    try bench.record(tagged([0]), id)
    #expect(try await bench.push().settled == 2)
    let linked = try bench.onSite(id)?["relationships"]?["social_tagging"]?["data"]?.array?.map { $0["id"]?.string }
    #expect(linked == [tags[0], tags[2]])
    #expect(try bench.shown(id) == bench.onSite(id))
  }

  /// A title that the site refused stands here over the one that somebody gave it there: who deletes has not seen that one.
  @Test func whatARefusedValueCoversIsNotDeletedUnseen() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", .string(String(repeating: "x", count: 300)))])
    #expect(try await bench.push().rejected == 1)
    bench.site.clockOffset += 10
    try bench.edit(id, [("title", "Theirs")])
    try bench.apply(#require(bench.document(id)))
    bench.site.clockOffset += 10
    try bench.record(.delete, id)
    #expect(try await bench.push().conflicts == 1)
    #expect(try bench.title(id) == "Theirs" && bench.mirror.outbox.conflicts().first?.kind == .changedOnSite)
  }

  /// The same where another change of the resource was sent meanwhile: the copy that it was merged with, and the site's answer to
  /// it, show a title that the deleter never saw.
  @Test(arguments: [false, true]) func norWhenAnotherChangeOfItArrived(isTakenBack: Bool) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    let refused = try bench.patch(id, [("title", .string(String(repeating: "x", count: 300)))])
    #expect(try await bench.push().rejected == 1)
    bench.site.clockOffset += 10
    try bench.edit(id, [("title", "Theirs")])
    bench.site.clockOffset += 10
    try bench.patch(id, [("body", ["value": "Mine", "format": "basic_html", "summary": nil])])
    #expect(try await bench.push().settled == 1)
    bench.site.clockOffset += 10
    // Whoever took back what covered it has seen it.
    if isTakenBack { _ = try bench.mirror.outbox.drop(#require(refused.change), at: bench.site.now) }
    try bench.record(.delete, id)
    let report = try await bench.push()
    if isTakenBack {
      #expect(try report.settled == 1 && bench.onSite(id) == nil)
    } else {
      #expect(try report.conflicts == 1 && bench.title(id) == "Theirs")
      let conflict = try #require(try bench.mirror.outbox.conflicts().first)
      #expect(conflict.kind == .changedOnSite && conflict.base?["attributes"]?["title"] == "One")
      #expect(conflict.site?["attributes"]?["title"] == "Theirs")
    }
    bench.bench.expectSound()
  }
}
