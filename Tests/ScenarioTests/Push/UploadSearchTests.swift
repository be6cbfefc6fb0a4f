import Upstream
import JSONAPI
import SampleSite
import Support
import Testing

@testable import Store
@testable import SyncAgent

/// How a file is found again that an upload may have made.
@Suite struct UploadSearchTests {
  /// A hundred newer files are hidden from the account when it goes, and others put sixty there before anybody looks.
  @Test func aFileIsFoundAmongManyWithFewQuestions() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    let uploads = SiteUploads(bench, first: .answerLost)
    for number in 0..<120 {
      let hidden = try uploads.file("hidden-\(number).png")
      try bench.site.withCommunity { try $0.conceal(hidden, .omitted) }
    }
    let file = try bench.mirror.recording.stage(Array("picture".utf8), filename: "a b.png", sha256: "0123abcd")
    let local = try bench.uuid("e0000000-0000-4000-8000-000000000001")
    _ = try bench.mirror.recording.record(
      [
        LocalChange(
          type: "file--file", uuid: local, action: .upload(file, hostType: "node--topic", field: "field_topic_image"),
          author: ChangeAuthor(account: "ann")),
        LocalChange(
          type: "node--topic", uuid: bench.uuid(id),
          action: .replace("field_topic_image", .one(ResourceIdentifier(type: "file--file", id: local.description))),
          author: ChangeAuthor(account: "ann")),
      ], at: bench.site.now)
    try await bench.push(uploads.transport)
    #expect(try bench.mirror.outbox.unsettledChanges().first?.state == .uncertain)
    #expect(uploads.files.count == 1)
    // One for the newest, then pages of fifty.
    #expect(uploads.lookups.count == 4)
    for number in 0..<60 { try uploads.file("theirs-\(number).png") }
    bench.site.clockOffset += 100
    try await bench.push(uploads.transport, waits: true)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(uploads.files.count == 1)
    #expect(try bench.mirror.recording.siteUUID(ofUpload: local)?.description == uploads.files.first)
  }

  /// Files are asked for by the name that their serial number has on this site.
  @Test func theSerialNumberMayHaveAnotherName() {
    let search = UploadSearch(path: "/jsonapi/file/file", serial: "file_number")
    #expect(search.newest().query == "sort=-file_number&page%5Blimit%5D=1")
    let query = search.page(at: UploadSearch.Place(after: 10)).query ?? ""
    #expect(query.contains("%5Bpath%5D=file_number&") && query.contains("&sort=file_number&"))
  }

  @Test(
    arguments: [
      // After the last that was seen, whatever has come and gone.
      (after: 10, offset: 0, [11, 12, 60], hasNext: true, next: UploadSearch.Place(after: 60)),
      (10, 50, [11, 60], true, UploadSearch.Place(after: 60)),
      // All of a page is hidden.
      (10, 0, [], true, UploadSearch.Place(after: 10, offset: 50)),
      (10, 50, [], true, UploadSearch.Place(after: 10, offset: 100)),
      (10, 0, [11], false, nil), (10, 0, [], false, nil),
    ] as [(after: Int64, offset: Int, serials: [Int64], hasNext: Bool, next: UploadSearch.Place?)])
  func theSearchGoesOn(after: Int64, offset: Int, serials: [Int64], hasNext: Bool, next: UploadSearch.Place?) {
    let place = UploadSearch.Place(after: after, offset: offset)
    #expect(UploadSearch.place(after: place, serials, hasNext: hasNext) == next)
  }

  @Test(
    arguments: [
      ("a.png", "public://2026-11/a.png", 7, true),
      // The site numbers a name that is taken.
      ("a_0.png", "public://a_0.png", 7, true), ("a.png", "public://a_12.png", 7, true),
      ("a_b.png", "public://a_b.png", 7, false), ("b.png", "public://b.png", 7, false),
      ("a.jpg", "public://a.jpg", 7, false), ("a.png", "public://a.png", 8, false),
    ] as [(String, String, Int64, Bool)])
  func sizeAndNameTellIt(name: String, uri: String, size: Int64, isPossible: Bool) {
    let file = StagedFile(filename: "a.png", bytes: 7, sha256: "00")
    let upload = Upload(hostType: "node--topic", hostPath: nil, field: "field_topic_image", file: file)
    let resource: JSON = [
      "attributes": ["filename": .string(name), "filesize": .integer(size), "uri": ["value": .string(uri)]]
    ]
    #expect(UploadSearch.isPossible(resource, for: upload) == isPossible)
  }
}
