import Foundation
import JSONAPI
import LocalAPI
import OpenSocial
import SampleSite
import Store
import Support
import Testing

/// The sample site and the local API over a mirror of it are two programs with one task: whatever is asked, they must answer
/// alike, byte for byte. Asked are requests that nobody recorded, of a community that nobody recorded.
@Suite struct DifferentialTests {
  /// What differs by intent, and is not asked: places in lists (the sample site does not know them), fields that the site's
  /// database does not have, configuration behind relationships.
  @Test(arguments: [0, 1_900]) func anythingIsAnsweredAlike(resources: Int) async throws {
    try await compare(resources: resources, as: Renaming())
  }

  /// Another community: its types and fields have names that nobody recorded, and its JSON:API is of another version.
  @Test func anotherCommunityIsAnsweredAlike() async throws { try await compare(resources: 0, as: .another) }

  private func compare(resources: Int, as renaming: Renaming) async throws {
    let settings = ProcessInfo.processInfo.environment
    let seed = settings["DIFFERENTIAL_SEED"].flatMap { UInt64($0) } ?? 20_261_125
    let count = settings["DIFFERENTIAL_CASES"].flatMap { Int($0) } ?? 700
    let pair = try await Pair(resources: resources, renaming)
    let grid = RequestGrid(pair.types)
    var random = SplitMix(state: seed)
    var requests = grid.routes
    for _ in 0..<count { requests.append(("GET", grid.target(&random))) }
    var different = 0
    for (method, target) in requests where different < 10 {
      guard let difference = try await pair.difference(method, target) else { continue }
      different += 1
      Issue.record(
        "seed \(seed), \(resources) resources: \(method) \(target.removingPercentEncoding ?? target)\n\(difference)")
    }
    print("differential: seed \(seed), \(resources) resources: \(requests.count) asked of both, \(different) different")
    #expect(requests.count > 1_000)
  }
}

/// Other names for what a community calls its own, of which none is part of another.
private struct Renaming: Sendable {
  var names: [(String, String)] = []
  var jsonapiVersion: String?

  /// The order of the types is that of their names, and stays as it is.
  static let another = Renaming(
    names: [
      ("node--topic", "node--tract"), ("/node/topic", "/node/tract"), ("/NODE/TOPIC", "/NODE/TRACT"),
      (#"\/NODE\/TOPIC"#, #"\/NODE\/TRACT"#),
      (#"\/node\/topic"#, #"\/node\/tract"#),
      ("field_topic_", "field_tract_"), ("social_tagging", "social_tidings"), ("SOCIAL_TAGGING", "SOCIAL_TIDINGS"),
      ("field_event_", "field_evening_"),
      (#"{"jsonapi":{"version":"1.0""#, #"{"jsonapi":{"version":"1.1""#),
      (#"jsonapi.org\/format\/1.0\/"#, #"jsonapi.org\/format\/1.1\/"#),
    ], jsonapiVersion: "1.1")

  func callAsFunction(_ text: String) -> String {
    names.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }
  func callAsFunction(_ body: [UInt8]) -> [UInt8] {
    names.isEmpty ? body : Array(self(String(decoding: body, as: UTF8.self)).utf8)
  }
}

/// A sample site and the local API over a mirror of it.
private struct Pair {
  let site: SampleSite
  let api: InProcessLocalAPI
  let token: String
  let renaming: Renaming
  /// The paths of the types and what the site shows of them.
  let types: [String: (path: String, resources: [JSON])]

  init(resources: Int, _ renaming: Renaming) async throws {
    self.renaming = renaming
    var settings = SampleSiteSettings()
    settings.resources = resources
    settings.clock = { 1_795_000_000 }
    site = try SampleSite(settings)
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let answer = site.respond(
      to: SiteRequest(
        "POST", "/oauth/token", headers: ["content-type": "application/x-www-form-urlencoded"], body: Array(form.utf8)))
    token = try #require(try JSON(parsing: answer.body)["access_token"]?.string)
    let made = try CrawledMirror()
    let paths = try CrawledMirror.paths()
    let renamed = Dictionary(uniqueKeysWithValues: paths.map { (renaming($0.key), renaming($0.value)) })
    if let version = renaming.jsonapiVersion { try made.mirror.discovery.note(.jsonapiVersion, version) }
    var scanner = PageScanner(base: DocumentBase(Exchange.base), paths: renamed)
    var types: [String: (path: String, resources: [JSON])] = [:]
    for (type, path) in try CrawledMirror.paths().sorted(by: { $0.key < $1.key }) {
      var found: [JSON] = []
      var next: String? = path
      while let target = next {
        let body = site.respond(
          to: SiteRequest("GET", target, headers: ["authorization": "Bearer \(token)"], base: Exchange.base)
        ).body
        _ = try made.apply([(renaming(type), scanner.page(renaming(body)))], cursor: true, paths: renamed)
        let page = try JSON(parsing: body)
        found += page["data"]?.array ?? []
        next = page["links"]?["next"]?["href"]?.string.map { String($0.dropFirst(Exchange.base.count)) }
      }
      types[type] = (path, found)
    }
    self.types = types
    try made.mirror.discovery.note(.siteAccount, CrawledMirror.account)
    try made.describe { renaming($0) }
    api = try await InProcessLocalAPI(made, host: String(Exchange.base.dropFirst("http://".count)))
  }

  /// Where the two answers differ; nil where they do not.
  func difference(_ method: String, _ target: String) async throws -> String? {
    let wanted = site.respond(
      to: SiteRequest(method, target, headers: ["authorization": "Bearer \(token)"], base: Exchange.base))
    let got = await api.answer(method, renaming(target))
    // The site's own faults are not to be repeated.
    if wanted.status == 500 { return [200, 400].contains(got.status) ? nil : "fault: \(got.status)" }
    guard wanted.status == got.status else {
      return
        "status \(got.status) instead of \(wanted.status): \(Pair.text(got.body)) instead of \(Pair.text(wanted.body))"
    }
    for name in ["content-type", "allow", "link", "location"]
    where wanted.header(name).map({ renaming($0) }) != got.fields[name] {
      return "\(name): \(got.fields[name] ?? "–") instead of \(wanted.header(name) ?? "–")"
    }
    // What the site hides from the account is not in the mirror, and the theme of pages is the site's.
    if method == "HEAD" || wanted.header("content-type")?.hasPrefix("text/html") == true { return nil }
    let (one, other) = (Pair.unsigned(got.body), Pair.unsigned(renaming(wanted.body)))
    guard one != other, other.firstRange(of: Array(#""omitted":"#.utf8)) == nil else { return nil }
    let at = max(0, zip(one, other).prefix(while: { $0 == $1 }).count - 40)
    return "\(Pair.text(one[at...])) instead of \(Pair.text(other[at...]))"
  }

  private static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes.prefix(240), as: UTF8.self)
  }

  /// Without the signatures in URLs of files, which are made anew for each read.
  private static func unsigned(_ body: [UInt8]) -> [UInt8] {
    let (start, middle) = (Array(#""value":"secret:"#.utf8), Array(#""url":""#.utf8))
    var rest = body[...]
    var result: [UInt8] = []
    while let mark = rest.firstRange(of: start), let url = rest[mark.upperBound...].firstRange(of: middle),
      let end = rest[url.upperBound...].firstIndex(of: UInt8(ascii: "\""))
    {
      result += rest[..<url.upperBound]
      rest = rest[end...]
    }
    return result + rest
  }
}
