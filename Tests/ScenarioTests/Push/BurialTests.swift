import JSONAPI
import SampleSite
import SyncAgent
import Testing

@testable import Store

private let sentence = "A sentence that was written here and must go"

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

/// What is gone leaves nothing behind, also where local changes were about it.
@Suite struct BurialTests {
  @Test func whatWasDeletedHereLeavesNothing() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", .string(sentence))])
    #expect(try await bench.push().settled == 1)
    bench.site.clockOffset += 10
    let deletion = try bench.record(.delete, id)
    #expect(try bench.bench.filesThatHold(sentence) != [])
    #expect(try await bench.push().settled == 1)
    #expect(try bench.bench.filesThatHold(sentence) == [])
    let tombstone = try #require(try bench.mirror.reading.tombstones(of: "node--topic").first)
    #expect(tombstone.uuid.description == id && tombstone.kind == .deleted && tombstone.how.contains("deleted here"))
    // What became of the change can still be asked.
    #expect(try bench.mirror.outbox.change(#require(deletion.change))?.state == .settled)
    bench.bench.expectSound()
    try await bench.bench.round(configure: sweepNow)
    #expect(try bench.shown(id) == nil)
  }

  @Test func whatNeverArrivedLeavesNothing() async throws {
    let bench = try await PushBench()
    let id = "0c0c0c0c-0000-4000-8000-00000000000c"
    try bench.record(.create(bench.object([("title", .string(sentence))])), id)
    try bench.record(.delete, id)
    #expect(try await bench.push().requests == 0)
    #expect(try bench.bench.filesThatHold(sentence) == [])
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").isEmpty)
    bench.bench.expectSound()
  }

  /// Gone on the site, changed here; a person lets the site have its way.
  @Test func whatIsGivenUpLeavesNothing() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", .string(sentence))])
    try bench.site.withCommunity { try $0.delete(id) }
    #expect(try await bench.push().conflicts == 1)
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    #expect(conflict.kind == .deletedOnSite)
    try bench.mirror.outbox.resolve(conflict.id, .site, at: bench.site.now)
    try await bench.push()
    #expect(try bench.bench.filesThatHold(sentence) == [])
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").map(\.uuid.description) == [id])
    #expect(try bench.mirror.outbox.conflict(conflict.id)?.decision == "site")
    bench.bench.expectSound()
  }

  /// Somebody deletes here what a sweep is about to judge, or what was kept although it is closed.
  @Test func aSweepUnderWayDoesNotMind() async throws {
    let bench = try await PushBench()
    let (kept, candidate) = (try bench.topic("Kept"), try bench.topic("Candidate"))
    bench.site.clockOffset += 1000
    try bench.site.withCommunity { try $0.conceal(kept, .vanished) }
    try await bench.bench.round(configure: { settings in
      sweepNow(&settings)
      settings.onHidden = .keep
    })
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").first?.isKept == true)
    try bench.site.withCommunity { try $0.conceal(candidate, .vanished) }
    // The listing's last page is the last that it can afford.
    var allowed = 1
    while try bench.mirror.sweeping.candidates(of: "node--topic").isEmpty, allowed < 60 {
      try await bench.bench.round(configure: { settings in
        settings.sweep = allowed == 1 ? .now : .whenDue
        settings.sweepRequests = 1
        settings.onHidden = .keep
      })
      allowed += 1
    }
    try #require(try !bench.mirror.sweeping.candidates(of: "node--topic").isEmpty)
    try bench.record(.delete, kept)
    try bench.record(.delete, candidate)
    bench.bench.expectSound()
  }

  /// An import, or a backup that was played back: older than what the push made, and yet news.
  @Test func whatIsOlderThanOurOwnEditAndYetNewArrives() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 1000
    try bench.patch(id, [("title", "Mine")])
    #expect(try await bench.push().settled == 1)
    bench.site.clockOffset += 10
    try bench.site.withCommunity { [then = bench.site.now - 5000] community in
      try community.edit(id, at: then, attributes: [("title", "As it was")])
    }
    try await bench.bench.round(configure: sweepNow)
    #expect(try bench.shown(id)?["attributes"]?["title"] == "As it was")
  }
}
