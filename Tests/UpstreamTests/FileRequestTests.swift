import Testing

@testable import Upstream

@Suite struct FileRequestTests {
  private func fields(_ request: FileRequest) throws -> [String] {
    try request.prepare(base: BaseURL("https://example.org/sub")).fields.dropFirst(3).map { "\($0.name): \($0.value)" }
  }

  @Test func aPartIsContinuedOnlyIfTheFileIsStillTheSame() throws {
    #expect(try fields(FileRequest(url: "/a")) == [])
    #expect(
      try fields(FileRequest(url: "/a", offset: 7, validator: "\"tag\"")) == ["Range: bytes=7-", "If-Range: \"tag\""])
    #expect(try fields(FileRequest(url: "/a", offset: 7)) == [])
    #expect(try fields(FileRequest(url: "/a", validator: "\"tag\"")) == ["If-None-Match: \"tag\""])
    let date = "Mon, 23 Nov 2026 20:26:25 GMT"
    #expect(try fields(FileRequest(url: "/a", validator: date)) == ["If-Modified-Since: \(date)"])
  }

  @Test func pathsBelongToTheOriginAndURLsToThemselves() throws {
    let base = try BaseURL("https://example.org/sub")
    #expect(FileRequest(url: "/sites/a.png").prepare(base: base).url == "https://example.org/sites/a.png")
    #expect(FileRequest(url: "https://cdn.example/a.png").prepare(base: base).url == "https://cdn.example/a.png")
  }

  @Test(
    arguments: [
      (403, .forbidden), (404, .notFound), (410, .notFound), (429, .throttled), (503, .unavailable),
      (500, .serverFault),
      (302, .malformed), (401, .unauthorized), (204, .malformed),
    ] as [(Int, SiteError.Kind)])
  func otherAnswersAreErrors(status: Int, kind: SiteError.Kind) throws {
    let error = #expect(throws: SiteError.self) { try FileAnswer.parse(InboundResponse(status: status)) }
    #expect(error?.kind == kind)
  }

  @Test func onlyAStrongTagOrADateMakesARangeSafe() {
    func validator(_ fields: [HTTPField]) -> String? {
      FileAnswer.validator(of: InboundResponse(status: 200, fields: fields))
    }
    #expect(validator([HTTPField("ETag", "\"a\""), HTTPField("Last-Modified", "d")]) == "\"a\"")
    #expect(validator([HTTPField("ETag", "W/\"a\""), HTTPField("Last-Modified", "d")]) == "d")
    #expect(validator([]) == nil)
  }
}
