import Foundation
import GRDB
import JSONAPI
import SampleSite
import Support
import SyncAgent
import Testing

@testable import Store

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

extension Bench {
  /// Records a local change to a topic.
  fileprivate func record(_ action: LocalChange.Action, _ id: String) throws {
    let uuid = try #require(ResourceID(id))
    _ = try mirror.recording.record(
      LocalChange(type: "node--topic", uuid: uuid, action: action, author: ChangeAuthor(consumer: "crm")), at: site.now)
  }

  fileprivate func title(_ id: String) throws -> String? {
    try mirrored()["node--topic/\(id)"]?["attributes"]?["title"]?.string
  }
}

private func topic(_ title: String) throws -> ResourceObject {
  try ResourceObject(["type": "node--topic", "attributes": ["title": .string(title)]])
}

/// A sweep on a mirror with local changes.
@Suite struct SweepAndLocalChangesTests {
  @Test(arguments: [HiddenPolicy.drop, .keep]) func aSweepLeavesWhatIsOnItsWayAlone(onHidden: HiddenPolicy) async throws
  {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    let new = "0b0b0b0b-0000-4000-8000-00000000000b"
    for id in [ids[3], ids[5], ids[7], ids[8]] { try bench.record(.update(topic("Local")), id) }
    try bench.record(.delete, ids[4])
    try bench.record(.create(topic("New here")), new)
    try bench.site.withCommunity { community in
      try community.editSilently(ids[3], attributes: [("sticky", true)])
      try community.editSilently(ids[4], attributes: [("title", "Edited where it is deleted here")])
      try community.delete(ids[5])
      try community.conceal(ids[7], .vanished)
      try community.conceal(ids[8], .omitted)
    }
    for turn in 1...2 {
      let outcome = try await bench.round(configure: { settings in
        sweepNow(&settings)
        settings.onHidden = onHidden
      })
      #expect(outcome.report.removed == 0, "turn \(turn)")
      for id in [ids[3], ids[5], ids[7], ids[8]] { #expect(try bench.title(id) == "Local", "turn \(turn): \(id)") }
      #expect(try bench.title(ids[4]) == nil, "turn \(turn)")
      #expect(try bench.title(new) == "New here", "turn \(turn)")
      #expect(try bench.mirror.outbox.unsettledChanges().count == 6, "turn \(turn)")
      #expect(try bench.mirror.reading.tombstones(of: "node--topic").isEmpty, "turn \(turn)")
    }
    // What the site says meanwhile arrives, beside what was changed here.
    let sticky = try bench.mirrored()["node--topic/\(ids[3])"]?["attributes"]?["sticky"]
    #expect(sticky == true)
  }

  /// What the site lost with a backup stays while a local change waits in it, beside who has its serial number now.
  @Test func whatIsOnItsWayMayShareItsNumber() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let backup = bench.site.community
    bench.site.clockOffset += 1000
    let now = bench.site.now
    let lost = try bench.site.withCommunity { try $0.create("node--topic", at: now, attributes: [("title", "Lost")]) }
    try await bench.round()
    try bench.record(.update(topic("Local")), lost)
    bench.site.clockOffset += 1000
    let later = bench.site.now
    bench.site.withCommunity { $0 = backup }
    let new = try bench.site.withCommunity { try $0.create("node--topic", at: later, attributes: [("title", "New")]) }
    // Each round ends with a check of the mirror.
    for _ in 1...2 { #expect(try await bench.round(configure: sweepNow).report.removed == 0) }
    #expect(try bench.title(lost) == "Local" && bench.title(new) == "New")
  }

  /// A removed resource leaves nothing of what was changed in it, either.
  @Test func whatWasRemovedLeavesNoHistoryOfChanges() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    let sentence = "A sentence that was written here and must go"
    try bench.record(.update(topic(sentence)), ids[3])
    try bench.record(.update(topic("\(sentence), in another place")), ids[4])
    // Both arrived, one of them after a conflict that is decided.
    try bench.mirror.database.write { db in
      try db.execute(
        sql: """
          INSERT INTO conflict (change, resource, kind, noticed, base, site, local, fields, decision, decided)
          SELECT id, resource, 'fields', 1, members, members, members, '[]', 'local', 2 FROM outbox;
          UPDATE outbox SET state = 'settled', finished = 2;
          DELETE FROM outbox_copy;
          """)
    }
    try bench.site.withCommunity { community in
      try community.delete(ids[3])
      try community.conceal(ids[4], .vanished)
    }
    #expect(try bench.filesThatHold(sentence) != [])
    #expect(try await bench.round(configure: sweepNow).report.removed == 2)
    #expect(try bench.filesThatHold(sentence) == [])
    #expect(try bench.mirror.outbox.conflicts(open: false).isEmpty)
  }
}

extension Bench {
  /// Names of the mirror's files, below its folder, in which a text stands.
  func filesThatHold(_ text: String) throws -> [String] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return try names.filter { name in
      var isFolder: ObjCBool = false
      let path = folder + "/" + name
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
        return false
      }
      return try Data(contentsOf: URL(filePath: path)).range(of: Data(text.utf8)) != nil
    }.sorted()
  }
}
