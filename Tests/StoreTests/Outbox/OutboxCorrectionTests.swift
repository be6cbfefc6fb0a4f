import JSONAPI
import Store
import Testing

/// Changes that are decided about as they were shown, and refused ones that get other values.
@Suite struct OutboxCorrectionTests {
  /// An update of the title that the site refused.
  private func refused() throws -> (bench: OutboxBench, change: OutboxChange) {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    try bench.mirror.outbox.reject(bench.send(), error: "refused", document: nil, at: OutboxBench.now)
    return (bench, try bench.only())
  }

  private func attributes(_ attributes: JSON) -> JSON { .object(JSONObject([("attributes", attributes)])) }

  @Test func otherValuesAreTriedAtOnce() throws {
    let (bench, change) = try refused()
    try bench.mirror.outbox.correct(
      change.id, to: attributes(["title": "Three"]), of: change.version, at: OutboxBench.now + 5)
    let edited = try bench.only()
    #expect(edited.state == .queued && edited.sends == 0 && edited.error == nil && edited.author == change.author)
    #expect(edited.members == [ChangedMember(.attributes, "title", base: "One", local: "Three")])
    #expect(try bench.title() == "Three")
  }

  /// Its own document says the same again.
  @Test func whatItSetsComesBackAsItIs() throws {
    let (bench, change) = try refused()
    try bench.mirror.outbox.correct(change.id, to: change.document, of: change.version, at: OutboxBench.now)
    #expect(try bench.only().members == change.members)
  }

  @Test(
    arguments: [
      ["title": "One"], [:], ["status": true], ["title": "Three", "pass": "x"],
    ] as [JSON])
  func whatIsNoCorrectionChangesNothing(_ given: JSON) throws {
    let (bench, change) = try refused()
    #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.correct(change.id, to: attributes(given), of: change.version, at: OutboxBench.now)
    }
    #expect(try bench.only() == change)
  }

  @Test(
    arguments: [
      ["type": "node--event", "attributes": ["title": "Three"]], ["id": "x", "attributes": ["title": "Three"]],
      ["attributes": []], ["relationships": ["uid": ["links": [:]]]], [],
    ] as [JSON])
  func anotherDocumentChangesNothing(_ document: JSON) throws {
    let (bench, change) = try refused()
    #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.correct(change.id, to: document, of: change.version, at: OutboxBench.now)
    }
    #expect(try bench.only() == change)
  }

  @Test func whatIsNotRefusedIsNotEdited() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    let change = try bench.only()
    #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.correct(change.id, to: change.document, at: OutboxBench.now)
    }
  }

  /// What waits for a refused creation goes once it is corrected.
  @Test func aCorrectedCreationLetsOthersGo() throws {
    let bench = try OutboxBench()
    let new = try #require(ResourceID("11111111-2222-4333-8444-666666666666"))
    try bench.record(.create(bench.object(["title": "New"])), new)
    try bench.mirror.outbox.reject(bench.send(), error: "refused", document: nil, at: OutboxBench.now)
    let change = try bench.only()
    try bench.mirror.outbox.correct(
      change.id, to: attributes(["title": "Newer"]), of: change.version, at: OutboxBench.now)
    #expect(try bench.only().state == .queued && bench.only().kind == .create)
    #expect(try bench.title(new) == "Newer")
  }

  /// Who decides about another version than there is, decides nothing.
  @Test func anotherVersionIsLeftAsItIs() throws {
    let (bench, change) = try refused()
    #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.correct(change.id, to: change.document, of: change.version - 1, at: OutboxBench.now)
    }
    #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.drop(change.id, of: change.version - 1, at: OutboxBench.now)
    }
    try bench.mirror.outbox.retry(change.id)
    let queued = try bench.only()
    try bench.mirror.outbox.note(
      .fields, of: queued, site: bench.site(Topic.usual(title: "Theirs")),
      fields: [ConflictField(.attributes, "title", base: "One", site: "Theirs", local: "Two")], at: OutboxBench.now)
    let (conflict, waiting) = (try #require(try bench.mirror.outbox.conflicts().first), try bench.only())
    #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.resolve(conflict.id, .site, of: waiting.version - 1, at: OutboxBench.now)
    }
    #expect(try bench.only() == waiting && bench.mirror.outbox.conflicts().map(\.id) == [conflict.id])
    try bench.mirror.outbox.resolve(conflict.id, .site, of: waiting.version, at: OutboxBench.now)
    #expect(try bench.title() == "Theirs")
  }
}
