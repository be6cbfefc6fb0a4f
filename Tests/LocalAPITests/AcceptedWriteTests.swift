import Foundation
import JSONAPI
import Store
import Support
import Testing

@testable import LocalAPI

/// Writes that are recorded and whose answer cannot be made: no failure, after which the client would send them again.
@Suite struct AcceptedWriteTests {
  private static let media = ["Content-Type": "application/vnd.api+json"]
  private static let line = "warning a write was recorded, and its answer could not be made"

  private func expectAccepted(_ answer: LocalAPIServer.Answered, _ id: String, _ log: KeptLog) throws {
    #expect(answer.status == 202 && answer.fields["content-type"] == "application/vnd.api+json")
    let document = try JSON(parsing: answer.body)
    #expect(document.object?.names == ["jsonapi", "meta"])
    #expect(document["meta"]?["type"] == "node--topic" && document["meta"]?["id"]?.string == id)
    #expect(log.lines == [Self.line])
  }

  /// What is to be included with a file is checked by its host's fields before, and by its own as it is shown.
  @Test func aFileWhoseAnswerIsRefusedIsAttached() async throws {
    let log = KeptLog()
    let api = try await InProcessLocalAPI(.full(), logger: log.logger)
    let id = try #require(try api.made.mirror.reading.identifiers(of: "node--topic").first).description
    let fields = ["Content-Type": "application/octet-stream", "Content-Disposition": "file; filename=\"a.png\""]
    let answer = await api.answer(
      "POST", "/jsonapi/node/topic/\(id)/field_topic_image?include=field_topic_image", fields,
      body: Array("picture".utf8))
    #expect(try api.made.mirror.outbox.unsettledChanges().map(\.kind) == [.upload, .update])
    try expectAccepted(answer, id, log)
    #expect(answer.fields["mirror-pending"] == "1")
  }

  /// The client waits for the site's word, and the mirror's file goes away. It learns the id that the mirror chose.
  @Test func aFileThatGoesAwayMeanwhileIsNoFailure() async throws {
    let log = KeptLog()
    let api = try await InProcessLocalAPI(.full(), logger: log.logger)
    let mirror = api.made.mirror
    let data: JSON = ["type": "node--topic", "attributes": ["title": "New"]]
    let changes = mirror.outbox.outboxChanges()
    async let answer = api.answer(
      "POST", "/jsonapi/node/topic", Self.media.merging(["Prefer": "wait=30"]) { $1 },
      body: JSON.object(JSONObject([("data", data)])).encoded(.plain))
    var recorded = try mirror.outbox.unsettledChanges().first
    var told = changes.makeAsyncIterator()
    while recorded == nil {
      _ = await told.next()
      recorded = try mirror.outbox.unsettledChanges().first
    }
    let id = try #require(recorded).uuid.description
    // Writes are recorded one after the other: this one is answered when the first is through.
    let newer: JSON = ["type": "node--topic", "id": .string(id), "attributes": ["title": "Newer"]]
    let second = await api.answer(
      "PATCH", "/jsonapi/node/topic/\(id)", Self.media,
      body: JSON.object(JSONObject([("data", newer)])).encoded(.plain))
    #expect(second.status == 200)
    try FileManager.default.moveItem(atPath: mirror.path, toPath: mirror.path + ".away")
    let got = await answer
    try FileManager.default.moveItem(atPath: mirror.path + ".away", toPath: mirror.path)
    try expectAccepted(got, id, log)
    // What cannot be told is not said.
    #expect(got.fields["mirror-pending"] == nil)
    #expect(await api.answer("GET", "/jsonapi/node/topic/\(id)").status == 200)
  }
}
