import Foundation
import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// Rows of the outbox that cannot be read: each costs itself alone, by name, and nothing of it is lost.
@Suite struct UnreadableChangeTests {
  private func harm(_ bench: OutboxBench, _ sql: String) throws {
    let queue = try DatabaseQueue(path: bench.made.folder.appending(path: "mirror.sqlite").path)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  @Test(
    arguments: [
      "members = 'no json'", "members = '{}'", #"members = '[{"in":"attributes","name":"title"}]'"#,
      #"members = '[{"in":"links","name":"title","local":1}]'"#, "kind = 'guess'", "resource = 999999", "type = 999999",
    ])
  func costsItselfAlone(harm: String) throws {
    let bench = try OutboxBench()
    let mirror = bench.mirror
    let bad = try #require(try bench.patch(["title": "Two"]).change)
    let other = try #require(ResourceID("c0000000-0000-4000-8000-000000000009"))
    let good = try #require(try bench.record(.create(bench.object(["title": "New"])), other).change)
    try self.harm(bench, "UPDATE outbox SET \(harm) WHERE id = \(bad)")
    #expect(try mirror.outbox.unsettledChanges().map(\.id) == [good])
    let found = try mirror.outbox.waiting().unreadable
    #expect(found.map(\.id) == [bad])
    // Named once, without its values.
    let named = try mirror.outbox.setAsideUnreadable(found, at: 5)
    let sentence = try #require(named.first).sentence
    #expect(named.count == 1 && sentence.contains("change \(bad): ") && sentence.contains("queue drop \(bad)"))
    #expect(!sentence.contains("Two") && !sentence.contains("no json"))
    #expect(try mirror.outbox.setAsideUnreadable(found, at: 6).isEmpty && mirror.reading.setAside().count == 1)
    // What it does stays to be seen, and more can be changed.
    #expect(try bench.title() == "Two")
    let later = try #require(try bench.patch(["title": "Three"]).change)
    #expect(try bench.title() == "Three" && mirror.outbox.unsettledChanges().map(\.id) == [good, later])
    #expect(throws: OutboxRefusal.self) { try mirror.outbox.retry(bad) }
    let members: String? = try bench.value("SELECT members FROM outbox WHERE id = \(bad)")
    // Given up by a person: it is over, and its row is as it was.
    #expect(try mirror.outbox.drop(bad, at: 7).isEmpty)
    #expect(try mirror.outbox.waiting().unreadable.isEmpty)
    #expect(try mirror.outbox.setAsideUnreadable([], at: 8).isEmpty && mirror.reading.setAside().isEmpty)
    #expect(try bench.value("SELECT state FROM outbox WHERE id = \(bad)") == "dropped")
    #expect(try bench.value("SELECT members FROM outbox WHERE id = \(bad)") == members)
    #expect(try bench.title() == "Three")
  }

  /// The bytes of a file stay as long as its change waits, whatever else of that can be read.
  @Test func theFileOfOneStays() throws {
    let bench = try OutboxBench()
    let file = try bench.mirror.recording.stage(Array("picture".utf8), filename: "a.png", sha256: "0123abcd")
    let uuid = try #require(ResourceID("e0000000-0000-4000-8000-000000000001"))
    let upload = LocalChange.Action.upload(file, hostType: "node--topic", field: "field_topic_image")
    let change = try #require(try bench.record(upload, uuid, type: "file--file").change)
    bench.made.damaged(by: "a change whose members are no JSON")
    try harm(bench, "UPDATE outbox SET members = '' WHERE id = \(change)")
    let path = bench.mirror.outbox.uploadsPath + "/0123abcd"
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
    try bench.mirror.outbox.removeSettledFiles()
    #expect(try bench.mirror.outbox.bytes(of: file) == Array("picture".utf8))
  }

  @Test func anUnreadableConflictHidesNoOther() throws {
    let bench = try OutboxBench()
    let change = try bench.send(after: ["title": "Two"])
    for policy in ["site", "local"] {
      try bench.mirror.outbox.note(.fields, of: change, site: bench.site(), fields: [], policy: policy, at: 1)
    }
    let ids = try bench.mirror.outbox.conflicts(open: false).map(\.id)
    try #require(ids.count == 2)
    bench.made.damaged(by: "a conflict whose fields are no JSON")
    try harm(bench, "UPDATE conflict SET fields = '[', decision = NULL WHERE id = \(ids[0])")
    #expect(
      try bench.mirror.outbox.conflicts(open: false).map(\.id) == [ids[1]] && bench.mirror.outbox.conflicts().isEmpty)
    #expect(try bench.mirror.outbox.unreadableConflicts().map(\.subject) == ["conflict \(ids[0])"])
  }
}

extension OutboxBench {
  /// A change that is on its way.
  fileprivate func send(after attributes: JSONObject) throws -> OutboxChange {
    try patch(attributes)
    return try send()
  }
}
