import Foundation
import JSONAPI
import SampleSite
import Store
import Support
import Testing

/// The commands around local changes, on the built program.
@Suite struct OutboxCommandTests {
  private static let now = Int64(Date().timeIntervalSince1970)

  /// A mirror with a new title of the site's first topic. What else `body` does is done in this process, too.
  private func changed(
    _ place: Workplace, _ id: String, _ body: (Mirror, OutboxChange) throws -> Void = { _, _ in }
  ) throws {
    let mirror = try Mirror(path: place.mirrorPath)
    let object: JSON = ["type": "node--topic", "attributes": ["title": "Mine"]]
    let recorded = try record(.update(ResourceObject(object)), "node--topic", id, mirror)
    let number = try #require(recorded.change)
    try body(mirror, try #require(try mirror.outbox.change(number)))
    try mirror.close()
  }

  @discardableResult
  private func record(
    _ action: LocalChange.Action, _ type: String, _ id: String, _ mirror: Mirror
  ) throws -> RecordedChange {
    let uuid = try #require(ResourceID(id))
    let change = LocalChange(type: type, uuid: uuid, action: action, author: ChangeAuthor(consumer: "crm"))
    return try mirror.recording.record(change, at: Self.now)
  }

  @Test func whatIsNotToBeSentIsNoFailure() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["node"]])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let id = site.community.ids(of: "node--topic")[0]
      try changed(place, id)
      let kept = try await place.run(["sync", "--no-push"])
      #expect(kept.code == 0, "\(kept.all)")
      #expect(kept.out.contains("local changes: 1 not over"), "\(kept.out)")
      #expect(!kept.err.contains("local changes"), "\(kept.err)")
      #expect(try await place.run(["queue", "list"]).out.contains("queued  update  node--topic \(id)"))
      // What waits for a person waits all the same, and is said.
      let mirror = try Mirror(path: place.mirrorPath)
      let change = try #require(try mirror.outbox.unsettledChanges().first)
      try mirror.outbox.note(.deletedOnSite, of: change, site: nil, fields: [], at: Self.now)
      try mirror.close()
      let waits = try await place.run(["sync", "--no-push", "-q"])
      #expect(waits.code == 5, "\(waits.all)")
      #expect(waits.err.contains("conflicts list"), "\(waits.err)")
    }
  }

  /// A file that was made for another conflict decides nothing.
  @Test func aDocumentOfAnotherResourceIsRefused() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["node"]])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let ids = site.community.ids(of: "node--topic")
      try changed(place, ids[0]) { mirror, change in
        try mirror.outbox.note(.deletedOnSite, of: change, site: nil, fields: [], at: Self.now)
      }
      let resolve = ["conflicts", "resolve", "1", "--take", "take.json"]
      func take(_ id: String) throws {
        let document: JSON = ["data": ["type": "node--topic", "id": .string(id), "attributes": ["title": "Ours"]]]
        try Data(document.encoded(.plain)).write(to: URL(filePath: place.folder + "/take.json"))
      }
      try take(ids[1])
      let refused = try await place.run(resolve)
      #expect(refused.code == 2, "\(refused.all)")
      for id in ids.prefix(2) { #expect(refused.err.contains("node--topic \(id)"), "\(refused.err)") }
      #expect(try await place.run(["conflicts", "list"]).out.contains(ids[0]))
      try take(ids[0].uppercased())
      let taken = try await place.run(resolve)
      #expect(taken.code == 0, "\(taken.all)")
      #expect(try await place.run(["conflicts", "list"]).out.contains("no conflicts"))
    }
  }

  /// Whose password it is may be known, but not the password.
  @Test func theQueueShowsUploadsAndHidesPasswords() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["node"]], damagedBy: "a file that was never staged")
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let mirror = try Mirror(path: place.mirrorPath)
      let user: JSON = ["type": "user--user", "attributes": ["name": "New here", "pass": "tell-nobody"]]
      try record(.create(ResourceObject(user)), "user--user", "a0000000-0000-4000-8000-0000000000f1", mirror)
      let file = StagedFile(filename: "plan.png", bytes: 3, sha256: String(repeating: "0", count: 64))
      try record(
        .upload(file, hostType: "node--topic", field: "field_topic_image"), "file--file",
        "a0000000-0000-4000-8000-0000000000f2", mirror)
      try mirror.close()
      let listed = try await place.run(["queue", "list", "--json"], secrets: Workplace.secrets + ["tell-nobody"])
      let changes = try JSON(parsing: Array(listed.out.utf8)).array ?? []
      let creation = try #require(changes.first { $0["kind"] == "create" })
      let members = creation["members"]?.array ?? []
      let hidden: JSON = ["in": "attributes", "name": "pass", "hidden": true]
      let shown: JSON = ["in": "attributes", "name": "name", "local": "New here"]
      #expect(members.contains(hidden) && members.contains(shown) && members.count == 2, "\(members)")
      #expect(creation["upload"]?.isNull == true)
      let upload = try #require(changes.first { $0["kind"] == "upload" })
      #expect(upload["upload"]?["filename"] == "plan.png" && upload["upload"]?["bytes"] == 3)
      #expect(upload["upload"]?["type"] == "node--topic" && upload["upload"]?["field"] == "field_topic_image")
    }
  }
}
