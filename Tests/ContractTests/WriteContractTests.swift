import JSONAPI
import LocalAPI
import Support
import Synchronization
import Testing

/// Recorded writes, asked of a local API over a mirror of the recorded crawl in their order, while nothing reaches the site:
/// the site's errors member by member, and its documents but for what it alone can mint.
@Suite struct WriteContractTests {
  @Test func localAPIAsManager() async throws {
    var judge = Judge(.writesOfLocalAPI, [], try RecordedCrawl.load())
    var errors = 0
    for fixture in ["writes", "scenarios"] {
      let clock = Mutex<Int64>(0)
      let api = try await InProcessLocalAPI(
        CrawledMirror.full(), host: String(Exchange.base.dropFirst("http://".count)),
        now: { clock.withLock { $0 } })
      var ids = MintedIdentifiers(crawled: try RecordedCrawl.resources())
      for exchange in try WriteExchange.all(fixture) {
        clock.withLock { $0 = exchange.time }
        let asked = try exchange.renamed(ids)
        var fields = asked.fields.mapValues(Optional.some)
        if exchange.recorded.isAnonymous { fields["Authorization"] = .some(nil) }
        let answer = await api.answer(asked.recorded.method, asked.recorded.url, fields, body: asked.body)
        if let got = try? JSON(parsing: answer.body), let recorded = exchange.recorded.document {
          ids.learn(got, recorded)
        }
        if exchange.recorded.status >= 400 { errors += 1 }
        if answer.status == 204 { #expect(answer.body.isEmpty && answer.fields["content-type"] == nil) }
        judge.see(
          try exchange.renamed(ids).recorded, Given(status: answer.status, fields: answer.fields, body: answer.body))
      }
    }
    judge.finish()
    #expect(errors > 40)
  }
}
