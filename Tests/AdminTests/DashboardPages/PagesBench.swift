import OpenSocial
import Coding
import Control
import HTTPTypes
import JSONAPI
import Logging
import Store
import Support
import Synchronization
import Testing
import TokenIssuer

@testable import Admin

/// A dashboard on a mirror with one topic, and a browser on the same machine.
struct PagesBench {
  static let now: Int64 = 1_800_000_000
  static let topic = "11111111-2222-4333-8444-555555555555"
  private static let authority = "localhost:8481"

  let made: CrawledMirror
  let log = EveryWord()
  let mirror: Mirror
  private let server: AdminServer

  init() throws {
    made = try CrawledMirror()
    let (mirror, log) = (made.mirror, self.log)
    self.mirror = mirror
    let signIn = DashboardSignIn(
      check: { _, _, _ in nil }, account: { _ in nil }, now: { Double(PagesBench.now) })
    let routes = DashboardRoutes(
      name: "test", signIn: signIn,
      parts: DashboardPages.parts(of: mirror, daemon: IdleDaemon(), sights: { ["shop", "press"] }, logger: log.logger),
      logger: log.logger, now: { PagesBench.now })
    server = AdminServer(
      settings: AdminSettings(host: "127.0.0.1", port: 0, readySeconds: 900), mirror: mirror, routes: [routes],
      logger: log.logger, now: { PagesBench.now })
    _ = try take(PagesBench.object())
    try mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
  }

  // MARK: The browser

  /// A page.
  func get(_ path: String, query: [AdminRequest.Pair] = []) async -> (status: Int, text: String) {
    let answer = await server.answer(
      AdminRequest(
        method: .get, path: path, query: query, fields: [.cookie: PagesBench.cookie], authority: PagesBench.authority))
    return (answer.status, String(decoding: answer.body, as: UTF8.self))
  }

  /// Whether a page has a form that is sent to a path.
  func offers(_ action: String, in page: String) -> Bool {
    page.contains("<form method=\"post\" action=\"\(action)\">")
  }

  /// The fields that people do not see of the form of a page that is sent to a path.
  func form(_ action: String, in page: String) throws -> [String: String] {
    let start = try #require(
      page.firstRange(of: "<form method=\"post\" action=\"\(action)\">"), "no form for \(action)")
    let end = try #require(page[start.upperBound...].firstRange(of: "</form>"))
    var fields: [String: String] = [:]
    let hidden = /<input type="hidden" name="([^"]*)" value="([^"]*)">/
    for match in page[start.upperBound..<end.lowerBound].matches(of: hidden) {
      fields[String(match.1)] = String(match.2)
    }
    return fields
  }

  /// Sends fields to a path.
  func post(_ action: String, _ fields: [String: String]) async -> (status: Int, location: String?, text: String) {
    let answer = await server.answer(
      AdminRequest(
        method: .post, path: action,
        fields: [
          .cookie: PagesBench.cookie, .contentType: AdminRequest.formType, .origin: "http://\(PagesBench.authority)",
        ], authority: PagesBench.authority, body: FormCoding.bytes(fields.map { ($0.key, $0.value) })))
    return (answer.status, answer.fields[.location], String(decoding: answer.body, as: UTF8.self))
  }

  /// Sends the form of a page as somebody fills it in.
  func send(_ action: String, from path: String, _ typed: [String: String] = [:]) async throws
    -> (status: Int, location: String?, text: String)
  {
    let fields = try form(action, in: await get(path).text)
    return await post(action, fields.merging(typed) { _, typed in typed })
  }

  private static let cookie = "social-mirror-admin-8481=\(String(repeating: "A", count: 43))"

  // MARK: The mirror

  /// A topic as the site writes it.
  static func object(title: String = "One") -> JSON {
    [
      "type": "node--topic", "id": .string(topic),
      "links": ["self": ["href": .string("\(CrawledMirror.site)/jsonapi/node/topic/\(topic)")]],
      "attributes": [
        "drupal_internal__nid": 9001, "title": .string(title), "changed": "2024-01-20T17:08:00+00:00",
      ],
    ]
  }

  private func take(_ object: JSON) throws -> ApplyOutcome {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: try CrawledMirror.paths())
    let page = try scanner.page(JSON.object(JSONObject([("data", [object])])).encoded())
    return try made.apply([("node--topic", page)])
  }

  /// The site's copy of a topic.
  func site(title: String) throws -> SiteCopy {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: try CrawledMirror.paths())
    let object = PagesBench.object(title: title)
    let page = try scanner.page(JSON.object(JSONObject([("data", object)])).encoded())
    let scanned = try #require(page.resources.first)
    return SiteCopy(scanned: scanned, text: try scanner.text(of: scanned))
  }

  /// Sets the title here.
  @discardableResult
  func patch(title: String) throws -> OutboxChange {
    let object: JSON = ["type": "node--topic", "attributes": ["title": .string(title)]]
    _ = try mirror.recording.record(
      LocalChange(
        type: "node--topic", uuid: try #require(ResourceID(PagesBench.topic)),
        action: .update(try ResourceObject(object)), author: ChangeAuthor(consumer: "crm")), at: PagesBench.now - 600)
    return try #require(try mirror.outbox.unsettledChanges().last)
  }

  /// A change of the title that the site refused.
  func refused(title: String, document: String) throws -> OutboxChange {
    let change = try patch(title: title)
    #expect(try mirror.outbox.begin([Departure(change, members: change.members, site: nil)]) == [true])
    let begun = try #require(try mirror.outbox.change(change.id))
    try mirror.outbox.reject(begun, error: "the site answered 422", document: Array(document.utf8), at: PagesBench.now)
    return try #require(try mirror.outbox.change(change.id))
  }

  /// A change of the title that stands against the site's.
  func conflict(site: String, local: String) throws -> OutboxConflict {
    let change = try patch(title: local)
    try mirror.outbox.note(
      .fields, of: change, site: self.site(title: site),
      fields: [ConflictField(.attributes, "title", base: "One", site: .string(site), local: .string(local))],
      at: PagesBench.now - 300)
    return try #require(try mirror.outbox.conflicts().first)
  }

  /// The title that the local API shows.
  func title() throws -> String? {
    let id = try #require(ResourceID(PagesBench.topic))
    return try mirror.reading.document(of: id, type: "node--topic")
      .flatMap { try JSON(parsing: $0)["attributes"]?["title"]?.string }
  }
}

/// A daemon that rests.
struct IdleDaemon: DaemonActions {
  func ask(_ wish: RoundWish) async -> RoundReply { .refused(reason: "this is a test") }
  var course: RoundCourse { get async { RoundCourse(.idle(since: nil), nextDueAt: PagesBench.now + 60) } }
}

/// A log of which everything is kept, metadata, too.
final class EveryWord: Sendable {
  private let kept = Mutex("")

  var text: String { kept.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { _ in Handler(words: self) } }

  private struct Handler: LogHandler {
    let words: EveryWord
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      words.kept.withLock { $0 += "\(event.level) \(event.message) \(event.metadata ?? [:])\n" }
    }
  }
}
