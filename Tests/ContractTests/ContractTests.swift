import JSONAPI
import LocalAPI
import SampleSite
import Support
import Testing

/// The sample site, and the local API over a mirror of the recorded crawl, give the recorded answers of the real site.
@Suite struct ContractTests {
  private static let manager = Result { try Exchange.all(.manager) }
  private static let member = Result { try Exchange.all(.member) }

  @Test func recordingsAreWhole() throws {
    let manager = try Self.manager.get()
    let member = try Self.member.get()
    #expect(manager.count == 2037 && Set(manager.map(\.id)).count == 2037 && Set(manager.map(\.group)).count == 31)
    #expect(member.count == 535 && Set(member.map(\.id)).count == 535)
    #expect(
      manager.allSatisfy {
        $0.bytes != nil || $0.raw != nil || $0.text != nil || ["HEAD", "OPTIONS"].contains($0.method)
      })
  }

  @Test func sampleSiteAsManager() throws {
    let site = try SampleSite()
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let type = ["content-type": "application/x-www-form-urlencoded"]
    let answer = site.respond(to: SiteRequest("POST", "/oauth/token", headers: type, body: Array(form.utf8)))
    let token = try #require(try JSON(parsing: answer.body)["access_token"]?.string)
    let exchanges = try Self.manager.get()
    var judge = Judge(.managerOfSampleSite, exchanges, try RecordedCrawl.load())
    // The site's own faults are its own: the sample site may have them or not.
    for exchange in exchanges where exchange.status != 500 {
      let fields = exchange.isAnonymous ? [:] : ["authorization": "Bearer \(token)"]
      let answer = site.respond(
        to: SiteRequest(exchange.method, exchange.url, headers: fields, base: Exchange.base))
      let isHead = exchange.method == "HEAD"
      judge.see(
        exchange,
        Given(
          status: answer.status,
          fields: Dictionary(answer.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
          body: isHead ? [] : answer.body))
    }
    judge.finish()
  }

  @Test func localAPIAsManager() async throws {
    try await localAPI(.managerOfLocalAPI, CrawledMirror.full(), Self.manager.get())
  }

  @Test func localAPIAsMember() async throws {
    try await localAPI(.memberOfLocalAPI, CrawledMirror.full(as: .member), Self.member.get())
  }

  private func localAPI(_ run: Run, _ made: CrawledMirror, _ exchanges: [Exchange]) async throws {
    let api = try await InProcessLocalAPI(made, host: String(Exchange.base.dropFirst("http://".count)))
    let crawl = try RecordedCrawl.load(as: run == .memberOfLocalAPI ? .member : .manager)
    var judge = Judge(run, exchanges, crawl)
    for exchange in exchanges {
      let answer = await api.answer(
        exchange.method, exchange.url, exchange.isAnonymous ? ["Authorization": nil] : [:])
      judge.see(exchange, Given(status: answer.status, fields: answer.fields, body: answer.body))
    }
    judge.finish()
  }
}

/// Counts what is identical, and what is different on purpose; reports the rest.
struct Judge {
  private let run: Run
  private let deliberate: [DeliberateDifference]
  private var needed: Set<String> = []
  private var identical = 0
  private var explained = 0
  private var others: [String: Int] = [:]

  init(_ run: Run, _ exchanges: [Exchange], _ crawl: [RecordedCrawl.Page]) {
    self.run = run
    deliberate = DeliberateDifference.all(AccountFacts(exchanges, crawl)).filter { $0.runs.contains(run) }
  }

  mutating func see(_ exchange: Exchange, _ given: Given) {
    let differences = Comparison(exchange, given).differences
    if differences.isEmpty {
      identical += 1
      return
    }
    let reasons = differences.map { difference in deliberate.first { $0.explains(exchange, given, difference) }?.name }
    if reasons.contains(nil) {
      others[exchange.group, default: 0] += 1
      let unexplained = zip(differences, reasons).filter { $1 == nil }.prefix(3).map { "\($0.0.place): \($0.0.text)" }
      Issue.record("\(run.rawValue): \(exchange.name)\n\(unexplained.joined(separator: "\n"))")
    } else {
      explained += 1
      needed.formUnion(reasons.compactMap { $0 })
    }
  }

  func finish() {
    let different = others.values.reduce(0, +)
    print(
      "contract: \(run.rawValue): \(identical + explained + different) compared, \(identical) identical, "
        + "\(explained) deliberately different, \(different) different "
        + others.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    for entry in deliberate where !needed.contains(entry.name) {
      Issue.record("\(run.rawValue): the difference \"\(entry.name)\" is no longer needed")
    }
  }
}
