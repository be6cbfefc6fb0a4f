import Foundation
import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Testing
import Upstream

@testable import Store

/// Hands requests to a sample site in this process and remembers them. What happens before a request and what becomes of
/// its answer is up to the test.
final class InProcessTransport: Transport {
  typealias Before = @Sendable (_ number: Int, _ target: String) throws -> Void
  typealias After = @Sendable (_ target: String, InboundResponse) -> InboundResponse

  private let site: SampleSite
  private let log = Mutex<[String]>([])
  private let before: Before
  private let after: After

  init(_ site: SampleSite, before: @escaping Before, after: @escaping After) {
    self.site = site
    self.before = before
    self.after = after
  }

  /// Path and query of every request but for tokens, decoded.
  var targets: [String] { log.withLock { $0 } }

  func send(_ request: OutboundRequest) async throws -> InboundResponse {
    try Task.checkCancellation()
    let target = String(request.url.drop { $0 == "h" || $0 == "t" || $0 == "p" || $0 == "s" || $0 == ":" }.dropFirst(2))
    let path = String(target[(target.firstIndex(of: "/") ?? target.endIndex)...])
    if path != "/oauth/token" {
      let number = log.withLock { log in
        log.append(path.removingPercentEncoding ?? path)
        return log.count
      }
      try before(number, path)
    }
    let headers = Dictionary(request.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
    let answer = site.answer(request.method, path, headers: headers, body: request.body ?? [])
    if answer.isCut { throw TransportError(.truncated, "cut", url: request.url) }
    let response = InboundResponse(
      status: answer.status, fields: answer.fields.map { HTTPField($0.name, $0.value) }, body: answer.body)
    return path == "/oauth/token" ? response : after(path, response)
  }
}

/// A sample site and a mirror of it in a folder of its own, of which is proved at its end what is true of every mirror.
final class Bench: Sendable {
  let site: SampleSite
  private let proven: ProvenMirror
  var mirror: Mirror { proven.mirror }
  var folder: String { proven.folder.path }
  /// The entity types of the rounds.
  let entityTypes: [String]

  static let allEntityTypes = [
    "comment", "event_enrollment", "file", "group", "group_content", "node", "post", "profile", "taxonomy_term", "user",
  ]

  init(
    _ site: SampleSite, entityTypes: [String] = Bench.allEntityTypes, file: String = #fileID,
    filePath: String = #filePath, line: Int = #line
  ) throws {
    self.site = site
    self.entityTypes = entityTypes
    proven = try ProvenMirror(file: file, filePath: filePath, line: line)
  }

  /// Says that a test damages the mirror from here on: nothing is proved.
  func damaged(by damage: String) { proven.damaged(by: damage) }

  /// The resource types of the rounds.
  var types: [String] {
    site.community.types.map(\.name).filter { type in entityTypes.contains(String(type.prefix { $0 != "-" })) }
  }

  /// What a round did and asked.
  struct Outcome {
    var report: SyncReport
    var targets: [String]
  }

  /// One round. Waiting takes no time.
  @discardableResult
  func round(
    settleWindow: Int = 300, concurrency: Int = 3, base: String = siteBase, full: Bool = false,
    configure: (inout SyncSettings) -> Void = { _ in },
    before: @escaping InProcessTransport.Before = { _, _ in },
    after: @escaping InProcessTransport.After = { _, response in response }
  ) async throws -> Outcome {
    let transport = InProcessTransport(site, before: before, after: after)
    let url = try BaseURL(base)
    let clock = site.now
    let session = try OAuthSession(
      tokenURL: url.url(path: "/oauth/token"),
      credentials: Credentials(
        grant: .password(username: "demo", password: "demo-password"), clientID: "demo-client",
        clientSecret: "demo-secret"),
      transport: transport, vault: MemoryTokenVault(), now: { clock }, logger: silentLog)
    let site = Site(
      base: url, session: session, pacer: RequestPacer(requestsPerSecond: 0, now: { 0 }, sleep: { _ in }),
      clock: SharedSiteClock(uptime: { [sample = self.site] in Int64(sample.time * 1e9) }), wait: { _ in })
    var settings = SyncSettings(
      entityTypes: entityTypes, concurrency: concurrency, settleWindowSeconds: settleWindow)
    settings.full = full
    configure(&settings)
    let round = SyncRound(site: site, mirror: mirror, settings: settings, logger: silentLog, now: { clock })
    defer { expectSound() }
    return Outcome(report: try await round.run(), targets: transport.targets)
  }

  /// Expects all that is true of every mirror.
  func expectSound(sourceLocation: SourceLocation = #_sourceLocation) {
    do {
      for result in try mirror.reporting.check() {
        #expect(result.violations == 0, "\(result.name): \(result.example ?? "")", sourceLocation: sourceLocation)
      }
    } catch { Issue.record("not checked: \(error)", sourceLocation: sourceLocation) }
  }

  /// Everything in the mirror by `type/id`, as it would be served on a base.
  func mirrored(base: String = siteBase) throws -> [String: JSON] {
    let renderer = DocumentRenderer(base: DocumentBase(base))
    return try ResourceReader(mirror).snapshot(seeing: .everything) { snapshot in
      var found: [String: JSON] = [:]
      for type in try snapshot.types() {
        let query = CompiledQuery(
          sql: "SELECT \(ReadSnapshot.columns) FROM resource r WHERE r.type = ?", arguments: [.integer(type.id)])
        try snapshot.rows(query) { row in
          var bytes: [UInt8] = []
          renderer.append(row.stored, into: &bytes)
          let json = try JSON(parsing: bytes)
          found["\(type.name)/\(json["id"]?.string ?? "")"] = json
          return true
        }
      }
      return found
    }
  }

  /// Expects the mirror to be what the account sees under filters.
  func expectEqual(_ note: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws {
    expectSame(try mirrored(), try site.truth(types), note, sourceLocation: sourceLocation)
  }
}

/// Expects two communities to be the same and names the first resources that are not.
func expectSame(
  _ mirrored: [String: JSON], _ truth: [String: JSON], _ note: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let missing = truth.keys.filter { mirrored[$0] == nil }.sorted()
  let extra = mirrored.keys.filter { truth[$0] == nil }.sorted()
  let different = truth.keys.filter { mirrored[$0] != nil && mirrored[$0] != truth[$0] }.sorted()
  #expect(!truth.isEmpty, "\(note)", sourceLocation: sourceLocation)
  #expect(missing.isEmpty, "\(note) \(missing.count) missing: \(missing.prefix(3))", sourceLocation: sourceLocation)
  #expect(extra.isEmpty, "\(note) \(extra.count) too many: \(extra.prefix(3))", sourceLocation: sourceLocation)
  #expect(
    different.isEmpty, "\(note) \(different.count) different: \(different.prefix(3))", sourceLocation: sourceLocation)
}

extension Reading {
  /// What is set aside because it is odd: types that were not asked for are only said.
  func oddities() throws -> [SetAside] { try setAside().filter { $0.subject != "unread types" } }
}
