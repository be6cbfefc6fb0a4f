import LocalAPI
import Store
import Support
import Testing

@Suite struct SiteFactTests {
  @Test func answersHaveTheMarksOfTheSite() async throws {
    let made = try CrawledMirror.full()
    try made.mirror.discovery.note(.jsonapiVersion, "1.1")
    try made.mirror.discovery.note(.contentLanguage, "de")
    let api = try await InProcessLocalAPI(made)
    let head =
      #"{"jsonapi":{"version":"1.1","meta":{"links":{"self":{"href":"http:\/\/jsonapi.org\/format\/1.1\/"}}}},""#
    for target in [
      "/jsonapi", "/jsonapi/node/topic?page%5Blimit%5D=1", "/jsonapi/node/topic/x", "/jsonapi/node/topic?foo=1",
    ] {
      let answer = await api.answer("GET", target)
      #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix(head), "\(target)")
      #expect(answer.fields["content-language"] == "de", "\(target)")
    }
    let page = await api.answer("GET", "/nothing")
    #expect(page.status == 404 && page.fields["content-language"] == "de")
  }
}
