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
    var judge = Judge(.managerOfSampleSite, exchanges, try RecordedCrawl.load(base: Exchange.base))
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
    let crawl = try RecordedCrawl.load(base: Exchange.base, as: run == .memberOfLocalAPI ? .member : .manager)
    var judge = Judge(run, exchanges, crawl)
    for exchange in exchanges {
      let answer = await api.answer(
        exchange.method, exchange.url, exchange.isAnonymous ? ["Authorization": nil] : [:])
      judge.see(exchange, Given(status: answer.status, fields: answer.fields, body: answer.body))
    }
    judge.finish()
  }
}

/// The suite notices: each byte of an answer counts.
@Suite struct BrokenAnswerTests {
  /// The recorded answers themselves, and the same with one byte changed, one missing, and one character written otherwise.
  @Test func oneByteIsNoticed() async throws {
    var raw = 0
    for exchange in try Exchange.all(.manager) where exchange.status != 500 && !exchange.hasOmitted {
      await Task.yield()
      guard let body = exchange.raw ?? exchange.bytes, body.count > 2 else { continue }
      let whole = Given(status: exchange.status, fields: exchange.fields, body: body)
      #expect(Comparison(exchange, whole).differences.isEmpty, "\(exchange.name)")
      raw += exchange.raw == nil ? 0 : 1
      for broken in Self.broken(body) {
        let given = Given(status: exchange.status, fields: exchange.fields, body: broken)
        #expect(!Comparison(exchange, given).differences.isEmpty, "\(exchange.name)")
      }
    }
    #expect(raw > 20)
  }

  @Test func theJudgeReportsIt() throws {
    let exchanges = try Exchange.all(.manager)
    let one = try #require(exchanges.first { $0.raw != nil && $0.status == 200 && !$0.isAnonymous && !$0.hasOmitted })
    let body = try #require(one.raw)
    let crawl = try RecordedCrawl.load(base: Exchange.base)
    for broken in Self.broken(body) {
      withKnownIssue {
        var judge = Judge(.managerOfLocalAPI, exchanges, crawl)
        judge.see(one, Given(status: one.status, fields: one.fields, body: broken))
      }
    }
  }

  private static func broken(_ body: [UInt8]) -> [[UInt8]] {
    var changed = body
    // In the values behind the head, which all documents share.
    let at = body.count * 3 / 4
    changed[at] = changed[at] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
    var all = [changed, Array(body.dropLast())]
    if let slash = body.lastRange(of: Array(#"\/"#.utf8)) {
      all.append(Array(body[..<slash.lowerBound] + body[(slash.lowerBound + 1)...]))
    }
    return all
  }
}

extension [UInt8] {
  /// The last place of some bytes.
  fileprivate func lastRange(of bytes: [UInt8]) -> Range<Int>? {
    guard count >= bytes.count else { return nil }
    return stride(from: count - bytes.count, through: 0, by: -1).first { self[$0...].starts(with: bytes) }
      .map { $0..<($0 + bytes.count) }
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
      Issue.record("\(run.rawValue): \(Judge.report(exchange, given, differences, reasons))")
    } else {
      explained += 1
      needed.formUnion(reasons.compactMap { $0 })
    }
  }

  /// The request, both answers, what nothing explains, and what explains the rest: the nearest excuses.
  private static func report(
    _ exchange: Exchange, _ given: Given, _ differences: [Difference], _ reasons: [String?]
  ) -> String {
    let unexplained = zip(differences, reasons).filter { $1 == nil }.prefix(5).map { "at \($0.0.place): \($0.0.text)" }
    let near = Set(reasons.compactMap(\.self)).sorted()
    let recorded = exchange.raw ?? exchange.bytes ?? Array((exchange.text ?? "").utf8)
    let words = { (bytes: [UInt8]) in String(decoding: bytes.prefix(400), as: UTF8.self) }
    return """
      \(exchange.name)
          recorded \(exchange.status) \(words(recorded))
          given    \(given.status) \(words(given.body))
          \(unexplained.joined(separator: "\n    "))
          nearly: \(near.isEmpty ? "none" : near.joined(separator: "; "))
      """
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
