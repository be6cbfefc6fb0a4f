import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// What is asked for a file, and what may be joined to what has arrived of it.
@Suite struct FileStepTests {
  private func file(uri: String = "public://a.png", size: Int64 = 100, validator: String?) -> FileSource {
    FileSource(
      resource: 1, uuid: "0", sequence: 1, uri: uri, url: "/sites/default/files/a.png", size: size,
      mediaType: "image/png",
      changed: 7,
      known: FileContent(
        source: "public://a.png 100 6", hash: "00", bytes: 100, mediaType: "image/png", validator: validator,
        lastModified: nil, isPublic: true))
  }

  @Test(
    arguments: [
      // The same size: the date may tell that it is the same.
      ("public://a.png", 100, "Wed, 01 Jan 2025 00:00:00 GMT", true),
      // Another content with an older date would be taken for the old one.
      ("public://a.png", 99, "Wed, 01 Jan 2025 00:00:00 GMT", false),
      ("public://a.png", 99, "\"tag\"", true),
      // Of another address neither says anything.
      ("public://b.png", 100, "\"tag\"", false),
      ("public://b.png", 100, "Wed, 01 Jan 2025 00:00:00 GMT", false),
    ] as [(String, Int64, String, Bool)])
  func aConditionIsOnlyAskedWhereItTells(uri: String, size: Int64, validator: String, isSent: Bool) {
    let request = FileStep.request(
      file(uri: uri, size: size, validator: validator), arrived: 0, partValidator: nil)
    #expect((request.validator != nil) == isSent)
  }

  private func head(_ status: Int, range: String? = nil, tag: String? = nil, closes: Bool = false) -> InboundResponse {
    var fields: [HTTPField] = []
    if let range { fields.append(HTTPField("Content-Range", range)) }
    if let tag { fields.append(HTTPField("ETag", tag)) }
    var response = InboundResponse(status: status, fields: fields)
    response.endsByClosing = closes
    return response
  }

  @Test func theRestOfTheSameFileIsJoined() {
    let same = PartContinuation(
      head(206, range: "bytes 40-99/100", tag: "\"a\""), arrived: 40, partValidator: "\"a\"", size: 100)
    #expect(same == .continues(expected: 100))
  }

  @Test(
    arguments: [
      // The server ignores If-Range and sends the rest of what is there now.
      ("bytes 40-99/100", "\"b\""), ("bytes 40-99/100", nil), ("bytes 4-99/100", "\"a\""), ("bytes 41-99/100", "\"a\""),
      ("bytes 40-79/100", "\"a\""), ("bytes 40-", "\"a\""), ("bytes */100", "\"a\""), ("items 40-99/100", "\"a\""),
      (nil, "\"a\""),
    ] as [(String?, String?)])
  func nothingElseIsJoined(range: String?, tag: String?) {
    let other = PartContinuation(head(206, range: range, tag: tag), arrived: 40, partValidator: "\"a\"", size: 100)
    if case .refused = other { return }
    Issue.record("\(other)")
  }

  @Test func whereOnlyTheConnectionTellsTheEndTheSizeCounts() {
    #expect(PartContinuation(head(200), arrived: 0, partValidator: nil, size: 100) == .whole(expected: nil))
    #expect(
      PartContinuation(head(200, closes: true), arrived: 0, partValidator: nil, size: 100) == .whole(expected: 100))
  }

  @Test(
    arguments: [
      (.continues(expected: 100), 100, true), (.continues(expected: 100), 99, false),
      (.continues(expected: 100), 101, false), (.whole(expected: 100), 101, true), (.whole(expected: 100), 99, false),
      (.whole(expected: nil), 0, true),
    ] as [(PartContinuation, Int64, Bool)])
  func aRangeIsExactAndASizeTheLeast(continuation: PartContinuation, bytes: Int64, isAll: Bool) {
    #expect((continuation.lack(of: bytes) == nil) == isAll)
  }

  @Test(
    arguments: [
      ("bytes 0-0/1", 0, 0, 1), ("bytes 5-9/10", 5, 9, 10), ("bytes 5-9/*", 5, 9, nil), ("Bytes 5-9/10", 5, 9, 10),
    ] as [(String, Int64, Int64, Int64?)])
  func aRangeIsRead(text: String, first: Int64, last: Int64, total: Int64?) {
    let range = ContentRange(text)
    #expect(range?.first == first && range?.last == last && range?.total == total && range?.end == last + 1)
  }

  @Test(arguments: [
    "", "bytes", "bytes 5-9", "bytes 9-5/10", "bytes 5-10/10", "bytes +5-9/10", "bytes -9/10", "bytes 5-9/x",
    "bytes 0-9223372036854775807/*", "items 0-1/2", "bytes */10",
  ]) func whatIsNoRangeIsNotRead(text: String) { #expect(ContentRange(text) == nil) }

  @Test(arguments: [("public://a b.png", 5, 6), ("private://x", nil, nil)] as [(String, Int64?, Int64?)])
  func anIdentityIsReadAsItWasWritten(uri: String, size: Int64?, changed: Int64?) {
    let identity = FileIdentity(uri: uri, size: size, changed: changed)
    #expect(FileIdentity(identity.description) == identity)
    #expect(FileIdentity("nothing") == nil)
  }
}
