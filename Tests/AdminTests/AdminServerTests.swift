import Coding
import Foundation
import HTTPTypes
import Measures
import Reports
import Store
import Support
import Testing

@testable import Admin

/// What the admin port answers.
@Suite struct AdminServerTests {
  private static func server(
    _ made: CrawledMirror, readySeconds: Int = 900, routes: [any AdminRoutes] = [],
    measures: DaemonMeasures = DaemonMeasures(), now: Int64 = 10_000
  ) -> AdminServer {
    AdminServer(
      settings: AdminSettings(host: "127.0.0.1", port: 0, readySeconds: readySeconds), mirror: made.mirror,
      routes: routes, logger: silentLog, measures: measures, now: { now })
  }

  private static func text(_ answer: AdminAnswer) -> String { String(decoding: answer.body, as: UTF8.self) }

  @Test func aProcessThatAnswersIsHealthy() async throws {
    let made = try CrawledMirror()
    let answer = await Self.server(made).answer(AdminRequest(method: .get, path: "/healthz", isLocal: false))
    #expect(answer.status == 200 && Self.text(answer) == "ok\n")
  }

  /// A round counts by its end; one that was stopped before anything was read does not.
  @Test func readyIsWhatHadAGoodRoundLately() async throws {
    let made = try CrawledMirror()
    let probe = AdminRequest(method: .get, path: "/readyz", isLocal: false)
    #expect(await Self.server(made).answer(probe).status == 503)
    let run = try made.mirror.pulling.beginRun("pull", at: 9_000)
    try made.mirror.pulling.endRun(run, .complete, parts: [], message: nil, at: 9_100)
    _ = try made.mirror.pulling.noteAttempt(.failed, message: "away", started: 9_900, at: 9_950)
    let ready = await Self.server(made).answer(probe)
    #expect(ready.status == 200 && Self.text(ready) == "ready: the newest good round ended 900 s ago\n")
    let stale = await Self.server(made, now: 10_001).answer(probe)
    #expect(stale.status == 503 && Self.text(stale).contains("admin.readySeconds (900)"))
    #expect(!Self.text(stale).contains("away"))
  }

  /// One type that cannot be read is no reason to take all the others from their readers.
  @Test func aRoundIsGoodWhereATypeWasReadToItsEnd() async throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(CrawledMirror.paths())
    let bad = try made.mirror.pulling.beginRun("pull", at: 9_000)
    try made.mirror.pulling.endRun(
      bad, .failed, parts: [(type: "node--topic", requests: 1, outcome: .failed)], message: "x", at: 9_100)
    #expect(try made.mirror.reporting.roundTimes().lastGood == nil)
    let good = try made.mirror.pulling.beginRun("pull", at: 9_200)
    let parts: [(type: String, requests: Int, outcome: RunOutcome)] = [
      (type: "node--topic", requests: 1, outcome: .failed), (type: "node--event", requests: 1, outcome: .complete),
    ]
    try made.mirror.pulling.endRun(good, .failed, parts: parts, message: "x", at: 9_300)
    let times = try made.mirror.reporting.roundTimes()
    #expect(times.lastGood == 9_300 && times.lastComplete == nil && times.message == "x")
    #expect(times.age(at: 9_400) == 100 && times.age(at: 9_000) == 0)
  }

  @Test func theStatusIsForThisMachineAndWhoHasSignedIn() async throws {
    struct Door: AdminRoutes {
      func answer(_ request: AdminRequest) async -> AdminAnswer? { nil }
      func admits(_ request: AdminRequest) async -> Bool { request.cookies("session") == ["right"] }
    }
    let made = try CrawledMirror.full()
    let server = Self.server(made, routes: [Door()])
    var request = AdminRequest(method: .get, path: "/status.json", isLocal: false)
    #expect(await server.answer(request).status == 403)
    request.fields[.cookie] = "session=right"
    #expect(await server.answer(request).status == 200)
    let local = await server.answer(AdminRequest(method: .get, path: "/status.json"))
    #expect(local.status == 200 && local.contentType == "application/json")
    let told = try JSON(parsing: local.body)
    #expect(told["types"]?.array?.isEmpty == false)
    let shown = try StatusReport(of: made.mirror, withIndexes: true, at: 1).json
    #expect(told.object?.names == shown.object?.names)
  }

  @Test func pathsHaveTheirMethodsAndGuards() async throws {
    struct Page: AdminRoutes {
      func answer(_ request: AdminRequest) async -> AdminAnswer? {
        request.path == "/" ? AdminAnswer(html: "<p>", fields: [.contentSecurityPolicy: "default-src 'self'"]) : nil
      }
    }
    let server = Self.server(try CrawledMirror(), routes: [Page()])
    for path in ["/healthz", "/readyz", "/metrics", "/status.json"] {
      let answer = await server.answer(AdminRequest(method: .post, path: path))
      #expect(answer.status == 405 && answer.fields[.allow] == "GET, HEAD", "\(path)")
    }
    let page = await server.answer(AdminRequest(method: .get, path: "/"))
    #expect(page.status == 200 && page.fields[.contentSecurityPolicy] == "default-src 'self'")
    let nothing = await server.answer(AdminRequest(method: .get, path: "/nowhere"))
    #expect(nothing.status == 404 && nothing.fields[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
    for answer in [page, nothing] {
      #expect(answer.fields[.xContentTypeOptions] == "nosniff" && answer.fields[.cacheControl] == "no-store")
    }
  }

  /// Over loopback: what a request may be, and what becomes of one that is too much.
  @Test(.timeLimit(.minutes(5))) func overLoopback() async throws {
    struct Echo: AdminRoutes {
      func answer(_ request: AdminRequest) async -> AdminAnswer? {
        guard request.path == "/echo" else { return nil }
        return AdminAnswer(text: "\(request.isLocal) \(request.body.count) \(request.form?.first?.value ?? "-")")
      }
    }
    let crawled = try CrawledMirror()
    let server = Self.server(crawled, routes: [Echo()])
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run { listening.yield($0) } }
      defer { group.cancelAll() }
      let first = await ports.first(where: { _ in true })
      let port = try #require(first)
      func ask(_ request: String) async throws -> String {
        try await onThread {
          let connection = try RawConnection(port: port)
          connection.send(request)
          return connection.read(within: 60).text
        }
      }
      let closing = "Host: localhost:\(port)\r\nConnection: close\r\n"
      let health = try await ask("GET /healthz HTTP/1.1\r\n\(closing)\r\n")
      #expect(health.hasPrefix("HTTP/1.1 200") && health.hasSuffix("\r\n\r\nok\n"), "\(health)")
      let head = try await ask("HEAD /healthz HTTP/1.1\r\n\(closing)\r\n")
      #expect(head.hasPrefix("HTTP/1.1 200") && head.hasSuffix("\r\n\r\n"), "\(head)")
      let form = "Content-Type: application/x-www-form-urlencoded\r\n"
      let posted = try await ask("POST /echo HTTP/1.1\r\n\(closing)\(form)Content-Length: 5\r\n\r\na=b+c")
      #expect(posted.hasSuffix("true 5 b c\n"), "\(posted)")
      let bound = try await ask("GET /echo HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
      #expect(bound.hasSuffix("false 0 -\n"), "\(bound)")
      let tooLong = try await ask("POST /echo HTTP/1.1\r\n\(closing)Content-Length: 65537\r\n\r\n")
      #expect(tooLong.hasPrefix("HTTP/1.1 413"), "\(tooLong)")
      let two = try await ask("GET /echo HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
      #expect(two.hasPrefix("HTTP/1.1 400"), "\(two)")
    }
    withExtendedLifetime(crawled) {}
  }

  /// Who says nothing, sends a head by the byte, or takes no answer, does not keep its place.
  @Test(.timeLimit(.minutes(5))) func whoKeepsAPlaceForNothingLosesIt() async throws {
    struct Long: AdminRoutes {
      func answer(_ request: AdminRequest) async -> AdminAnswer? {
        AdminAnswer(text: String(repeating: "a", count: 32 << 20))
      }
    }
    var settings = AdminSettings(host: "127.0.0.1", port: 0, readySeconds: 900)
    (settings.silence, settings.timeLimit) = (.seconds(1), .seconds(1))
    let made = try CrawledMirror()
    let server = AdminServer(settings: settings, mirror: made.mirror, routes: [Long()], logger: silentLog)
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run { listening.yield($0) } }
      defer { group.cancelAll() }
      let first = await ports.first(where: { _ in true })
      let port = try #require(first)
      for start in ["", "GET /heal", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: "] {
        let read = try await onThread {
          let connection = try RawConnection(port: port)
          if !start.isEmpty { connection.send(start) }
          return connection.read(within: 20)
        }
        #expect(read.isClosed && read.text == "", "\(start)")
      }
      let untaken = try await onThread {
        let connection = try RawConnection(port: port)
        connection.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        // Its beginning, however long that takes; then nothing for longer than the server waits.
        let head = connection.read(until: "\r\n\r\n")
        Thread.sleep(forTimeInterval: 8)
        let rest = connection.read()
        return RawConnection.Read(text: head.text + rest.text, isClosed: rest.isClosed)
      }
      #expect(untaken.isClosed && untaken.text.utf8.count < 32 << 20)
    }
  }
}
