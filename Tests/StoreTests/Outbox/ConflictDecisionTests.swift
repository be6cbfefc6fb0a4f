import JSONAPI
import Store
import Testing

/// Which documents decide a conflict.
@Suite struct ConflictDecisionTests {
  private func conflict() throws -> (bench: OutboxBench, id: Int64) {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    try bench.mirror.outbox.note(.deletedOnSite, of: bench.only(), site: nil, fields: [], at: OutboxBench.now)
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    return (bench, conflict.id)
  }

  private func document(_ members: JSON) -> JSON {
    var object = members.object ?? JSONObject()
    object["attributes"] = ["title": "Ours"]
    return ["data": .object(object)]
  }

  @Test(
    arguments: [
      (["type": "node--event", "id": .string(Topic.id)], "node--event \(Topic.id)"),
      (["type": "node--topic", "id": "00000000-0000-4000-8000-00000000ffff"], "00000000-0000-4000-8000-00000000ffff"),
      (["type": "node--event"], "node--event"), (["type": 7], "7"), (["id": 7], "7"), (["id": "none"], "none"),
      (["type": nil], "null"),
    ] as [(JSON, String)])
  func oneOfAnotherResourceDecidesNothing(members: JSON, named: String) throws {
    let (bench, id) = try conflict()
    let refusal = #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.resolve(id, .document(document(members)), at: OutboxBench.now)
    }
    for word in [named, "node--topic \(Topic.id)", "conflict \(id)"] {
      #expect(refusal?.description.contains(word) == true, "\(refusal?.description ?? "")")
    }
    #expect(try bench.mirror.outbox.conflicts().map(\.id) == [id])
    #expect(try bench.only().state == .conflict)
  }

  @Test(arguments: [[:], ["type": "node--topic"], ["id": .string(Topic.id)]] as [JSON])
  func oneThatDoesNotSayWhoseItIsDecidesNothing(members: JSON) throws {
    let (bench, id) = try conflict()
    let refusal = #expect(throws: OutboxRefusal.self) {
      try bench.mirror.outbox.resolve(id, .document(document(members)), at: OutboxBench.now)
    }
    for word in ["does not say whose", "node--topic \(Topic.id)", "`type` and `id`"] {
      #expect(refusal?.description.contains(word) == true, "\(refusal?.description ?? "")")
    }
    #expect(try bench.only().state == .conflict)
  }

  /// No document shows a secret: that it has none says nothing of the one that waits.
  @Test(arguments: [true, false]) func aSecretThatWaitsIsKept(isGone: Bool) throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two", "pass": "a-password"])
    let site = try isGone ? nil : bench.site(Topic.usual(title: "Theirs"))
    try bench.mirror.outbox.note(
      isGone ? .deletedOnSite : .fields, of: bench.only(), site: site, fields: [], at: OutboxBench.now)
    let id = try #require(try bench.mirror.outbox.conflicts().first?.id)
    let members: JSON = ["type": "node--topic", "id": .string(Topic.id)]
    try bench.mirror.outbox.resolve(id, .document(document(members)), at: OutboxBench.now)
    let sent = try bench.send()
    #expect(sent.members.first { $0.name == "pass" }?.local == "a-password")
    #expect(sent.members.first { $0.name == "title" }?.local == "Ours")
  }

  @Test func oneOfTheResourceDecides() throws {
    let (bench, id) = try conflict()
    let members: JSON = ["type": "node--topic", "id": .string(Topic.id)]
    try bench.mirror.outbox.resolve(id, .document(document(members)), at: OutboxBench.now)
    #expect(try bench.mirror.outbox.conflicts().isEmpty)
    #expect(try bench.only().state == .queued)
    #expect(try bench.title() == "Ours")
  }
}
