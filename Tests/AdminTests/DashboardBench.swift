import Coding
import Control
import Foundation
import HTTPTypes
import Store
import Support
import Synchronization
import Testing
import TokenIssuer

@testable import Admin

/// A dashboard over a mirror, without a socket, and what it asks of the daemon.
struct DashboardBench {
  static let now: Int64 = 1_795_400_030

  let made: CrawledMirror
  let server: AdminServer
  let daemon = NotedWishes()
  let log = KeptLog()

  /// - Parameters:
  ///   - accounts: those that there are, all with the password `right`.
  ///   - parts: beside the overview.
  init(_ accounts: [Account] = [], parts: [any DashboardPart] = []) throws {
    made = try CrawledMirror.full()
    let now: @Sendable () -> Int64 = { DashboardBench.now }
    let state = KnownState(made.mirror, now: now, completing: { _ in })
    let overview = OverviewPart(
      mirror: made.mirror, state: state, daemon: daemon, readySeconds: 900, sections: parts, logger: log.logger,
      now: now)
    let routes = DashboardRoutes(
      name: "community.example.org", signIn: DashboardBench.signIn(accounts), parts: [overview] + parts,
      logger: log.logger, now: now)
    server = AdminServer(
      settings: AdminSettings(host: "127.0.0.1", port: 0, readySeconds: 900), mirror: made.mirror, routes: [routes],
      logger: silentLog, state: state, now: now)
  }

  private static func signIn(_ accounts: [Account]) -> DashboardSignIn {
    let checks = SecretChecks(sleep: { _ in })
    return DashboardSignIn(
      check: { name, password, address in
        let account = accounts.first { $0.name == name }
        let attempt = SignInTry(.account, name, from: address)
        return try await checks.isRight(password, account?.passwordHash, of: attempt) ? account : nil
      }, account: { id in accounts.first { $0.id == id } }, now: { Double(DashboardBench.now) })
  }

  /// An account; an administrator's unless told otherwise.
  static func account(
    _ id: Int64, _ name: String, scopes: [String] = ["*"], sight: String? = nil, isFromSite: Bool = false
  ) throws -> Account {
    Account(
      id: id, name: name, passwordHash: try SecretHash.make("right", cost: .init(logarithm: 1)), scopes: scopes,
      sight: sight, isFromSite: isFromSite)
  }

  /// A browser on this machine, or elsewhere.
  func browser(isLocal: Bool) -> DashboardBrowser { DashboardBrowser(self, isLocal: isLocal) }
}

/// What a daemon was asked for.
final class NotedWishes: DaemonActions {
  private let noted = Mutex<[RoundWish]>([])
  private let answer = Mutex<RoundReply>(.begun)

  var wishes: [RoundWish] { noted.withLock { $0 } }

  /// What it answers from now on.
  func reply(_ reply: RoundReply) { answer.withLock { $0 = reply } }

  func ask(_ wish: RoundWish) async -> RoundReply {
    noted.withLock { $0.append(wish) }
    return answer.withLock { $0 }
  }

  var course: RoundCourse {
    get async { RoundCourse(.idle(since: DashboardBench.now - 60), nextDueAt: DashboardBench.now + 240) }
  }
}

/// A browser, which keeps its cookie and sends forms as it was shown them.
final class DashboardBrowser {
  /// Its mirror lives as long as the browser.
  private let bench: DashboardBench
  private let isLocal: Bool
  private(set) var cookie: String?
  /// The page that was shown last.
  private(set) var page = ""

  init(_ bench: DashboardBench, isLocal: Bool) {
    self.bench = bench
    self.isLocal = isLocal
  }

  /// Takes the cookie of another one.
  func take(cookieOf other: DashboardBrowser) { cookie = other.cookie }

  @discardableResult
  func get(_ path: String, _ fields: HTTPFields = [:]) async -> AdminAnswer {
    await send(AdminRequest(method: .get, path: path, fields: fields))
  }

  /// Sends the form that was shown for a path.
  /// - Parameters:
  ///   - seal: in place of the one that was shown.
  @discardableResult
  func post(
    _ path: String, _ pairs: [(String, String)] = [], seal: String? = nil, fields: HTTPFields? = nil
  ) async -> AdminAnswer {
    let sealed = seal ?? self.seal(for: path) ?? ""
    var all = fields ?? ownFields
    all[.contentType] = AdminRequest.formType
    return await send(
      AdminRequest(method: .post, path: path, fields: all, body: FormCoding.bytes([("seal", sealed)] + pairs)))
  }

  /// What browsers send with a form of the same origin.
  var ownFields: HTTPFields {
    var fields: HTTPFields = [.origin: "http://mirror.example:8481"]
    if let name = HTTPField.Name("Sec-Fetch-Site") { fields[name] = "same-origin" }
    return fields
  }

  /// The seal of the form for a path on the page that was shown last.
  func seal(for path: String) -> String? {
    guard let form = page.range(of: "action=\"\(path)\""),
      let start = page.range(of: "name=\"seal\" value=\"", range: form.upperBound..<page.endIndex)
    else { return nil }
    return String(page[start.upperBound...].prefix { $0 != "\"" })
  }

  private func send(_ request: AdminRequest) async -> AdminAnswer {
    var request = request
    (request.isLocal, request.authority, request.address) = (isLocal, "mirror.example:8481", "192.0.2.7")
    if let cookie { request.fields[.cookie] = cookie }
    let answer = await bench.server.answer(request)
    if let set = answer.fields[.setCookie] { cookie = String(set.prefix { $0 != ";" }) }
    if !answer.body.isEmpty { page = String(decoding: answer.body, as: UTF8.self) }
    return answer
  }
}
