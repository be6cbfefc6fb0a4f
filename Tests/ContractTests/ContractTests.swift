import JSONAPI
import SampleSite
import Support
import Testing

/// One recorded exchange of the real site; the README beside the fixture explains the form.
struct Exchange: Sendable {
  var id: String
  var group: String
  var method: String
  var url: String
  var isAnonymous: Bool
  var status: Int
  var type: String?
  var allow: String?
  var document: JSON?

  init(_ line: JSON, _ crawled: [String: JSON]) {
    id = line["id"]?.string ?? ""
    group = line["group"]?.string ?? ""
    let request = line["request"]
    method = request?["method"]?.string ?? ""
    url = request?["url"]?.string ?? ""
    isAnonymous = request?["anonymous"]?.bool ?? false
    let response = line["response"]
    status = Int(response?["status"]?.integer ?? 0)
    type = response?["headers"]?["content-type"]?.string
    allow = response?["headers"]?["allow"]?.string
    document = response?["document"].map { Exchange.expanded($0, crawled) }
  }

  /// `{"$crawled": "type/id"}` stands for the resource as crawled.
  private static func expanded(_ value: JSON, _ crawled: [String: JSON]) -> JSON {
    switch value {
    case .array(let elements): return .array(elements.map { expanded($0, crawled) })
    case .object(let object):
      if let name = object["$crawled"]?.string { return crawled[name] ?? value }
      return .object(JSONObject(object.members.map { ($0.name, expanded($0.value, crawled)) }))
    default: return value
    }
  }

  /// What is different in an answer; nil when it is the recorded one.
  func difference(status: Int, type: String?, allow: String?, body: [UInt8], base: String) throws -> String? {
    if status != self.status {
      return "status \(status) instead of \(self.status): \(String(decoding: body.prefix(300), as: UTF8.self))"
    }
    if type?.lowercased() != self.type?.lowercased() {
      return "content type \(type ?? "–") instead of \(self.type ?? "–")"
    }
    if allow != self.allow { return "Allow \(allow ?? "–") instead of \(self.allow ?? "–")" }
    guard let document else { return nil }
    let text = String(decoding: body, as: UTF8.self).replacing(base.replacing("/", with: #"\/"#), with: "{{BASE}}")
    guard let got = try? JSON(parsing: text) else { return "no JSON: \(text.prefix(200))" }
    return Exchange.first(got, document, "")
  }

  private static func first(_ got: JSON, _ expected: JSON, _ path: String) -> String? {
    if got == expected { return nil }
    switch (got, expected) {
    case (.object(let one), .object(let other)) where one.names == other.names:
      for name in one.names {
        if let found = first(one[name] ?? .null, other[name] ?? .null, "\(path).\(name)") { return found }
      }
    case (.object(let one), .object(let other)): return "\(path): members \(one.names) instead of \(other.names)"
    case (.array(let one), .array(let other)) where one.count == other.count:
      for index in one.indices {
        if let found = first(one[index], other[index], "\(path)[\(index)]") { return found }
      }
    case (.array(let one), .array(let other)): return "\(path): \(one.count) elements instead of \(other.count)"
    default: break
    }
    return "\(path): \(got.text().prefix(300)) instead of \(expected.text().prefix(300))"
  }
}

/// The sample site and the local API over a mirror of the recorded crawl give the recorded answers of the real site.
@Suite struct ContractTests {
  static let exchanges = Result {
    let crawled = try RecordedCrawl.resources()
    return try RecordedCrawl.lines(of: "Contract/reads.jsonl.gz").map { Exchange($0, crawled) }
      .filter { $0.status < 500 }
  }

  @Test func thereAreExchangesOfAllKinds() throws {
    let exchanges = try Self.exchanges.get()
    #expect(exchanges.count == 143 && Set(exchanges.map(\.group)).count == 29 && Set(exchanges.map(\.id)).count == 143)
    let ids = Set(exchanges.map(\.id))
    #expect(KnownDifferences.localAPI.keys.allSatisfy(ids.contains))
    #expect(KnownDifferences.sampleSite.keys.allSatisfy(ids.contains))
  }

  @Test func sampleSite() throws {
    let site = try SampleSite()
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let type = ["content-type": "application/x-www-form-urlencoded"]
    let answer = site.respond(to: SiteRequest("POST", "/oauth/token", headers: type, body: Array(form.utf8)))
    let token = try #require(try JSON(parsing: answer.body)["access_token"]?.string)
    for exchange in try Self.exchanges.get() {
      let fields = exchange.isAnonymous ? [:] : ["authorization": "Bearer \(token)"]
      let request = SiteRequest(exchange.method, exchange.url, headers: fields)
      let answer = site.respond(to: request)
      let difference = try exchange.difference(
        status: answer.status, type: answer.header("content-type"), allow: answer.header("allow"), body: answer.body,
        base: request.base)
      judge(exchange, difference, known: KnownDifferences.sampleSite)
    }
  }

  @Test func localAPI() async throws {
    let made = try CrawledMirror.full()
    try await RunningLocalAPI.serving(made) { api in
      let signedIn = try await api.signedIn()
      for exchange in try Self.exchanges.get() {
        let answer = try await api.send(exchange.method, exchange.url, exchange.isAnonymous ? [:] : signedIn)
        let difference = try exchange.difference(
          status: answer.status, type: answer.fields["content-type"], allow: answer.fields["allow"], body: answer.body,
          base: api.base)
        judge(exchange, difference, known: KnownDifferences.localAPI)
      }
    }
  }

  /// A difference must be known, and a known one must still be there.
  private func judge(_ exchange: Exchange, _ difference: String?, known: [String: String]) {
    let what = "\(exchange.id) \(exchange.group): \(exchange.method) \(exchange.url)"
    switch (difference, known[exchange.id]) {
    case (let difference?, nil): Issue.record("\(what)\n\(difference)")
    case (nil, let reason?): Issue.record("\(what): no longer different (\(reason)); take it out of KnownDifferences")
    case (nil, nil), (_?, _?): break
    }
  }
}
