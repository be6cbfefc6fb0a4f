import Foundation
import JSONAPI
import OpenSocial
import SampleSite
import Support
import SyncAgent
import Testing
import Upstream

@testable import Store

/// What happens to one request.
enum RequestFate: CaseIterable, Sendable {
  case arrives
  /// The site does it; nobody hears of it.
  case answerLost
  case requestLost
  /// 503, and nothing was done.
  case unavailable
  /// 500, although it was done.
  case failsAfterwards
  case crashBefore
  case crashAfter
}

/// Hands requests to a sample site; what becomes of each, the test decides.
final class FatefulTransport: Transport {
  typealias Decide = @Sendable (_ method: String, _ target: String) -> RequestFate

  let site: SampleSite
  let decide: Decide
  /// Sees what arrives, before and after.
  let watch: @Sendable (_ method: String, _ target: String, _ act: () -> PlainAnswer) -> PlainAnswer
  let alter: @Sendable (OutboundRequest) -> OutboundRequest

  init(
    _ site: SampleSite, decide: @escaping Decide,
    alter: @escaping @Sendable (OutboundRequest) -> OutboundRequest = { $0 },
    watch: @escaping @Sendable (_ method: String, _ target: String, _ act: () -> PlainAnswer) -> PlainAnswer = {
      $2()
    }
  ) {
    self.site = site
    self.decide = decide
    self.alter = alter
    self.watch = watch
  }

  func send(_ original: OutboundRequest) async throws -> InboundResponse {
    let request = alter(original)
    let target = String(request.url.dropFirst(siteBase.count))
    let headers = Dictionary(request.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
    func deliver() -> PlainAnswer {
      watch(request.method, target) {
        site.answer(request.method, target, headers: headers, body: request.body ?? [])
      }
    }
    let fate = target.hasPrefix("/oauth") ? .arrives : decide(request.method, target)
    switch fate {
    case .crashBefore: throw CancellationError()
    case .requestLost: throw TransportError(.timeout, "lost", url: request.url)
    case .unavailable: return InboundResponse(status: 503, fields: [HTTPField("Content-Type", "text/html")])
    default: break
    }
    let answer = deliver()
    switch fate {
    case .crashAfter: throw CancellationError()
    case .answerLost: throw TransportError(.timeout, "lost", url: request.url)
    case .failsAfterwards:
      return InboundResponse(status: 500, fields: [HTTPField("Content-Type", "text/html")])
    default:
      return InboundResponse(
        status: answer.status, fields: answer.fields.map { HTTPField($0.name, $0.value) }, body: answer.body)
    }
  }
}

/// A sample site, a mirror of its topics, and local and remote writers.
final class PushBench: Sendable {
  let bench: Bench
  var site: SampleSite { bench.site }
  var mirror: Mirror { bench.mirror }
  private let token: String
  private let vault = MemoryTokenVault()
  private let scanner: PageScanner
  private let run: Int64

  /// - Parameter change: how the site is set up.
  init(_ change: (inout SampleSiteSettings) -> Void = { _ in }) async throws {
    let site = try quietSite {
      $0.accessTokenSeconds = 1 << 40
      change(&$0)
    }
    bench = try Bench(site, entityTypes: ["node"])
    try await bench.round()
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let signIn = site.answer(
      "POST", "/oauth/token", headers: ["content-type": "application/x-www-form-urlencoded"], body: Array(form.utf8))
    token = try JSON(parsing: signIn.body)["access_token"]?.string ?? ""
    let paths = Dictionary(try bench.mirror.reading.types().map { ($0.name, $0.path ?? "") }) { first, _ in first }
    scanner = PageScanner(base: DocumentBase(siteBase), paths: paths)
    run = try bench.mirror.pulling.beginRun("test", at: site.now)
  }

  /// One push with a transport of its own, as after a start of the program.
  @discardableResult
  func push(
    _ transport: FatefulTransport? = nil, policies: [String: ConflictPolicy] = [:], isByHand: Bool = false,
    waits: Bool = false
  ) async throws -> PushReport {
    let site = self.site
    let transport = transport ?? FatefulTransport(site, decide: { _, _ in .arrives })
    return try await PushRound(
      site: site.connection(transport, vault), mirror: mirror, policies: ConflictPolicies(policies), logger: silentLog,
      now: { site.now }
    ).run(isByHand: isByHand, waits: waits)
  }

  /// The site's document of a topic as bytes, past its caches; nil when it does not have it.
  func document(_ id: String, _ path: String = "node/topic") -> [UInt8]? {
    let look = "?mirrorTest=\(UInt64.random(in: 0 ... .max))"
    let answer = site.answer("GET", "/jsonapi/\(path)/\(id)\(look)", headers: ["authorization": "Bearer \(token)"])
    return answer.status == 200 ? answer.body : nil
  }

  /// Applies a document of the site as a pull would.
  func apply(_ document: [UInt8], madeAt: Int64? = nil) throws {
    var scanner = self.scanner
    let page = try scanner.page(document)
    _ = try mirror.pulling.apply([
      PageApplication(type: "node--topic", resources: page.resources, omitted: 0, cursor: nil, run: run, madeAt: madeAt)
    ])
  }

  /// Somebody on the site makes a topic, and a pull brings it.
  func topic(_ title: String) throws -> String {
    let id = try site.withCommunity { [now = site.now] community in
      try community.create(
        "node--topic", at: now,
        attributes: [
          ("title", .string(title)),
          ("body", ["value": "text", "format": "basic_html", "processed": "text\n", "summary": nil]),
        ])
    }
    try apply(#require(document(id)))
    return id
  }

  /// Somebody on the site edits a topic.
  func edit(_ id: String, _ attributes: [(String, JSON)]) throws {
    try site.withCommunity { [now = site.now] in try $0.edit(id, at: now, attributes: attributes) }
  }

  func uuid(_ id: String) throws -> ResourceID { try #require(ResourceID(id)) }

  @discardableResult
  func record(_ action: LocalChange.Action, _ id: String) throws -> RecordedChange {
    try mirror.recording.record(
      LocalChange(type: "node--topic", uuid: uuid(id), action: action, author: ChangeAuthor(consumer: "crm")),
      at: site.now)
  }

  @discardableResult
  func patch(_ id: String, _ attributes: [(String, JSON)]) throws -> RecordedChange {
    try record(.update(object(attributes)), id)
  }

  func object(_ attributes: [(String, JSON)]) throws -> ResourceObject {
    try ResourceObject(["type": "node--topic", "attributes": .object(JSONObject(attributes))])
  }

  /// A topic as the local API shows it.
  func shown(_ id: String) throws -> JSON? {
    let uuid = try uuid(id)
    return try ResourceReader(mirror).snapshot(seeing: .everything) { snapshot in
      try snapshot.resource(uuid, entityType: "node") { row in
        var bytes: [UInt8] = []
        DocumentRenderer(base: DocumentBase(siteBase)).append(row.stored, into: &bytes)
        return PushBench.withoutCounters(try JSON(parsing: bytes))
      }
    }
  }

  func onSite(_ id: String) throws -> JSON? {
    try document(id).flatMap { try JSON(parsing: $0)["data"] }.map(PushBench.withoutCounters)
  }

  /// The site counts comments after it has answered, without a new `changed` (reference 12): a sweep's business.
  private static func withoutCounters(_ resource: JSON) -> JSON {
    guard var members = resource.object, var attributes = members["attributes"]?.object else { return resource }
    attributes["field_topic_comments"] = nil
    members["attributes"] = .object(attributes)
    return .object(members)
  }

  func title(_ id: String) throws -> String? { try onSite(id)?["attributes"]?["title"]?.string }
}
