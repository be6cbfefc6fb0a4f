import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Testing
import Upstream

@testable import Store

/// What the site deletes along with a resource leaves the mirror right after it.
@Suite struct DeletedAlongTests {
  private static func push(_ bench: Bench) async throws -> PushReport {
    let (site, mirror) = (bench.site, bench.mirror)
    let transport = FatefulTransport(site, decide: { _, _ in .arrives })
    return try await PushRound(
      site: site.connection(transport, MemoryTokenVault()), mirror: mirror, policies: ConflictPolicies(),
      logger: silentLog, now: { site.now }
    ).run()
  }

  private static func dependents(_ bench: Bench, of id: String) throws -> [String] {
    try bench.mirrored().filter { entry in
      ["entity_id", "gid", "field_event"].contains { name in
        entry.value["relationships"]?[name]?["data"]?["id"]?.string == id
      }
    }.map(\.key).sorted()
  }

  /// The most loved resource of a type, with what depends on it.
  private static func host(_ bench: Bench, _ type: String) throws -> (id: String, dependents: [String]) {
    let all = try bench.site.community.ids(of: type).map { ($0, try dependents(bench, of: $0)) }
    return try #require(all.max { $0.1.count < $1.1.count })
  }

  @Test(arguments: ["node--topic", "node--event", "group--open_group", "post--post"])
  func goesAtOnce(_ type: String) async throws {
    let bench = try Bench(try quietSite { $0.accessTokenSeconds = 1 << 40 })
    try await bench.round()
    let (id, before) = try Self.host(bench, type)
    try #require(!before.isEmpty)
    bench.site.clockOffset += 10
    let uuid = try #require(ResourceID(id))
    _ = try bench.mirror.recording.record(
      LocalChange(type: type, uuid: uuid, action: .delete, author: ChangeAuthor()), at: bench.site.now)
    let report = try await Self.push(bench)
    #expect(report.settled == 1)
    let truth = try bench.site.truth(bench.types)
    let here = try bench.mirrored()
    for key in before { #expect((here[key] != nil) == (truth[key] != nil), "\(key)") }
    let gone = before.filter { truth[$0] == nil }
    #expect(!gone.isEmpty && report.goneAlong >= min(gone.count, 200))
    // Entry point, look, deletion, and one for each.
    #expect(report.requests <= 3 + report.goneAlong + before.count)
    let first = try #require(gone.first).split(separator: "/").map(String.init)
    let tombstone = try bench.mirror.reading.tombstones(of: first[0]).first { $0.uuid.description == first[1] }
    #expect(tombstone?.kind == .deleted)
    #expect(try bench.mirror.outbox.deletedAlong(limit: 10).isEmpty)
    bench.expectSound()
  }

  /// An id may hold any character; a path may not.
  @Test func idsOfAnyFormAreAskedFor() async throws {
    let bench = try Bench(
      try quietSite {
        $0.accessTokenSeconds = 1 << 40
        $0.habits = [.oddIDs]
      })
    try await bench.round()
    let one = try #require(
      try bench.mirrored().first { entry in
        entry.key.hasPrefix("comment--") && entry.key.contains(" ")
          && entry.value["relationships"]?["entity_id"]?["data"]?["type"]?.string?.hasPrefix("node--") == true
      })
    let host = try ResourceIdentifier(#require(one.value["relationships"]?["entity_id"]?["data"]))
    bench.site.clockOffset += 10
    let uuid = try #require(ResourceID(host.id))
    _ = try bench.mirror.recording.record(
      LocalChange(type: host.type, uuid: uuid, action: .delete, author: ChangeAuthor()), at: bench.site.now)
    let (site, mirror) = (bench.site, bench.mirror)
    let asked = Mutex<[String]>([])
    let transport = FatefulTransport(
      site,
      decide: { _, target in
        asked.withLock { $0.append(target) }
        return .arrives
      })
    _ = try await PushRound(
      site: site.connection(transport, MemoryTokenVault()), mirror: mirror, policies: ConflictPolicies(),
      logger: silentLog, now: { site.now }
    ).run()
    #expect(try bench.mirrored()[one.key] == nil)
    let targets = asked.withLock { $0 }
    #expect(targets.contains { $0.contains("Demo%2050%25%20") })
    #expect(targets.allSatisfy { $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
  }

  /// Who deletes a group and content of it, or content that was taken out of a group, deletes what nobody else edited: the site
  /// derives from the group in which groups content is.
  @Test(arguments: [true, false]) func contentGoesAfterItsGroup(isGroupDeleted: Bool) async throws {
    let bench = try Bench(try quietSite { $0.accessTokenSeconds = 1 << 40 })
    let (site, mirror) = (bench.site, bench.mirror)
    let group = try #require(site.community.ids(of: "group--open_group").first)
    let topic = try #require(site.community.ids(of: "node--topic").first)
    try site.withCommunity { community in
      try community.editSilently(
        topic, relationships: [("groups", [["type": "group--open_group", "id": .string(group)]])])
    }
    try await bench.round()
    site.clockOffset += 10
    func delete(_ type: String, _ id: String) throws {
      let uuid = try #require(ResourceID(id))
      _ = try mirror.recording.record(
        LocalChange(type: type, uuid: uuid, action: .delete, author: ChangeAuthor()), at: site.now)
    }
    let target: JSON = ["type": "group--open_group", "id": .string(group)]
    #expect(try mirror.outbox.gone([target]).isEmpty)
    if isGroupDeleted { try delete("group--open_group", group) }
    #expect(try mirror.outbox.gone([target]).isEmpty != isGroupDeleted)
    try delete("node--topic", topic)
    @Sendable func empty() {
      try? site.withCommunity { try $0.editSilently(topic, relationships: [("groups", [])]) }
    }
    if !isGroupDeleted { empty() }
    let transport = FatefulTransport(
      site, decide: { _, _ in .arrives },
      watch: { method, target, act in
        let answer = act()
        if method == "DELETE", target.contains(group) { empty() }
        return answer
      })
    let report = try await PushRound(
      site: site.connection(transport, MemoryTokenVault()), mirror: mirror, policies: ConflictPolicies(),
      logger: silentLog, now: { site.now }
    ).run()
    #expect(report.settled == (isGroupDeleted ? 2 : 1) && report.conflicts == 0)
    #expect(try mirror.outbox.conflicts(open: false).isEmpty && mirror.outbox.unsettledChanges().isEmpty)
    #expect(try mirror.outbox.gone([target]).isEmpty != isGroupDeleted)
    #expect(try bench.mirrored()["node--topic/\(topic)"] == nil)
    bench.expectSound()
  }

  /// What the site still has stays, and what it does not say waits.
  @Test func onlyWhatIsGoneGoes() async throws {
    let bench = try Bench(try quietSite { $0.accessTokenSeconds = 1 << 40 })
    try await bench.round()
    let (id, before) = try Self.host(bench, "node--topic")
    let kept = try #require(before.first)
    let uuid = try #require(ResourceID(id))
    bench.site.clockOffset += 10
    _ = try bench.mirror.recording.record(
      LocalChange(type: "node--topic", uuid: uuid, action: .delete, author: ChangeAuthor()), at: bench.site.now)
    let path = "/jsonapi/" + kept.replacing("--", with: "/")
    bench.site.faults.inject(.unavailable(retryAfter: nil), times: 1, below: path)
    _ = try await Self.push(bench)
    #expect(try bench.mirrored()[kept] != nil)
    _ = try await Self.push(bench)
    #expect(try bench.mirrored()[kept] == nil)
    bench.expectSound()
  }
}
