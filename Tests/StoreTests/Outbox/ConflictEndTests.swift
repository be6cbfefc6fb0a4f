import GRDB
import JSONAPI
import Store
import Testing

/// Whatever ends a change ends the conflict in which it stands: nobody could decide that any more.
@Suite struct ConflictEndTests {
  private func expectEnded(_ conflict: OutboxConflict, _ bench: OutboxBench) throws {
    #expect(try bench.mirror.outbox.conflicts().isEmpty)
    let ended = try #require(try bench.mirror.outbox.conflict(conflict.id))
    #expect(ended.decision == "dropped" && ended.decided == OutboxBench.now)
    #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.resolve(conflict.id, .site, at: OutboxBench.now)
    }
    let broken = try bench.mirror.reporting.check().filter { $0.violations > 0 }
    #expect(broken.isEmpty, "\(broken)")
  }

  @Test func aChangeThatCannotBeReadIsGivenUpWithItsConflict() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    let change = try bench.only()
    try bench.mirror.outbox.note(
      .fields, of: change, site: bench.site(Topic.usual(title: "Theirs")),
      fields: [ConflictField(.attributes, "title", base: "One", site: "Theirs", local: "Two")], at: OutboxBench.now)
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    let queue = try DatabaseQueue(path: bench.mirror.path)
    try queue.write { try $0.execute(sql: "UPDATE outbox SET members = 'no json'") }
    try queue.close()
    #expect(try bench.mirror.outbox.drop(change.id, at: OutboxBench.now).isEmpty)
    try expectEnded(conflict, bench)
    #expect(try bench.title() == "Theirs")
  }

  /// A deletion that does not get through is looked at again and again, and its policy decides the same.
  @Test func whatAPolicyDecidesIsNotedOnce() throws {
    let bench = try OutboxBench()
    try bench.record(.delete)
    func note(_ title: String, _ policy: String) throws {
      try bench.mirror.outbox.note(
        .changedOnSite, of: bench.only(), site: bench.site(Topic.usual(title: title)), fields: [], policy: policy,
        at: OutboxBench.now)
    }
    for _ in 0..<3 { try note("Theirs", "local") }
    #expect(try bench.mirror.outbox.conflicts(open: false).count == 1)
    for _ in 0..<3 { try note("Theirs again", "local") }
    for _ in 0..<3 { try note("Theirs again", "site") }
    let noted = try bench.mirror.outbox.conflicts(open: false)
    #expect(noted.map(\.decision) == ["policy site", "policy local", "policy local"])
    #expect(noted.map { $0.site?["attributes"]?["title"] } == ["Theirs again", "Theirs again", "Theirs"])
  }

  /// A deletion that stands against an edit waits behind an update; the update finds that the resource is gone.
  @Test func whatIsGoneOnTheSiteLeavesNoConflict() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    let update = try bench.send()
    try bench.record(.delete)
    let deletion = try #require(try bench.mirror.outbox.deletion(behind: update))
    try bench.mirror.outbox.note(
      .changedOnSite, of: deletion, site: bench.site(Topic.usual(title: "Theirs")), fields: [], at: OutboxBench.now)
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    #expect(try bench.mirror.outbox.settle(update, as: .gone, at: OutboxBench.now))
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    try expectEnded(conflict, bench)
  }
}
