import Foundation
import GRDB
import JSONAPI
import Support
import Synchronization
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// A mirror of some files, and rounds over their contents against a scripted site behind a socket.
private final class FileBench: Sendable {
  let made: CrawledMirror
  let folder: BinaryFolder

  /// - Parameter sizes: what the resources say of the files `/sites/default/files/1.bin`, `2.bin` and so on.
  init(sizes: [Int]) throws {
    made = try CrawledMirror()
    folder = BinaryFolder(path: made.folder.appending(path: "files").path)
    let paths = ["file--file": "/jsonapi/file/file"]
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    let objects = sizes.enumerated().map { FileBench.resource($0.offset + 1, size: $0.element) }
    let page = try scanner.page(Array(#"{"data":[\#(objects.joined(separator: ","))]}"#.utf8))
    _ = try made.apply([("file--file", page)], paths: paths)
  }

  private static func resource(_ number: Int, size: Int) -> String {
    let id = "00000000-0000-4000-8000-00000000000\(number)"
    let link = #"https:\/\/community.example.org\/jsonapi\/file\/file\/\#(id)"#
    let uri = #"{"value":"public:\/\/\#(number).bin","url":"\/sites\/default\/files\/\#(number).bin"}"#
    return #"{"type":"file--file","id":"\#(id)","links":{"self":{"href":"\#(link)"}},"attributes":{"#
      + #""drupal_internal__fid":\#(number),"filename":"\#(number).bin","uri":\#(uri),"#
      + #""filemime":"application\/octet-stream","filesize":\#(size),"changed":"2024-01-01T00:00:00+00:00"},"#
      + #""relationships":{}}"#
  }

  /// A round in which every file is asked for once, one after the other.
  func round(
    _ server: ScriptedServer, elsewhere: ScriptedServer? = nil, budget: Int64? = nil, at now: Int64 = 1_900_000_000,
    comparing: FileRound.Settings.Comparing = .never, looking: FileRound.Looking = .size
  ) async throws -> FileRound.Report {
    let url = try BaseURL(server.origin)
    try made.mirror.note(.siteBaseURL, server.origin)
    var settings = TransportSettings(origin: url.origin)
    settings.timeoutSeconds = 20
    let transport = try CurlTransport(settings, logger: silentLog)
    defer { transport.shutdown() }
    let session = try OAuthSession(
      tokenURL: url.url(path: "/oauth/token"),
      credentials: Credentials(grant: .password(username: "u", password: "p"), clientID: "c", clientSecret: "s"),
      transport: transport, vault: MemoryTokenVault(), now: { now }, logger: silentLog)
    var other = settings
    other.origin = try WebOrigin(of: elsewhere?.origin ?? server.origin)
    let foreign = try CurlTransport(other, logger: silentLog)
    defer { foreign.shutdown() }
    var retries = RetryTable()
    retries.attempts = 1
    let site = Site(
      base: url, session: session, pacer: RequestPacer(requestsPerSecond: 0), retries: retries, wait: { _ in })
    var round = FileRound.Settings(policy: .all, budgetBytes: budget, concurrency: 1)
    round.comparing = comparing
    return try await FileRound(
      site: site, mirror: made.mirror, folder: folder, settings: round, logger: silentLog,
      foreign: { origin in
        guard let elsewhere, elsewhere.origin == origin.description else {
          throw TransportError(.unreachable, "there is nothing at \(origin)", url: origin.description)
        }
        return foreign
      }, now: { now }
    ).run(looking: looking)
  }

  /// The content that the mirror has of a file; nil when it has none.
  func content(_ number: Int) throws -> String? {
    guard let hash = try made.mirror.fileContent(path: "/sites/default/files/\(number).bin")?.hash else { return nil }
    return String(decoding: try Data(contentsOf: URL(filePath: folder.location(of: hash))), as: UTF8.self)
  }

  /// Why files could not be fetched.
  func errors() throws -> [String] {
    try made.mirror.read { db in
      try String.fetchAll(db, sql: "SELECT error FROM file_content WHERE error IS NOT NULL")
    }
  }
}

/// A server that signs everybody in and answers for files as a script says.
private func withFiles<Value>(
  _ script: @escaping ScriptedServer.Script, _ body: (ScriptedServer) async throws -> Value
) async throws -> Value {
  let server = try ScriptedServer { request in
    guard request.target == "/oauth/token" else { return script(request) }
    let token = #"{"token_type":"Bearer","expires_in":300,"access_token":"token\#(request.number)"}"#
    return [.answer(200, ["Content-Type: application/json"], token)]
  }
  defer { server.stop() }
  return try await body(server)
}

private func tokens(_ server: ScriptedServer) -> Int { server.requests.count { $0.target == "/oauth/token" } }

/// One file and all that may come in its place, over real sockets.
@Suite struct FileFetchTests {
  fileprivate static let old = "0123456789"
  fileprivate static let new = "abcdefghij"
  private static let cut = [
    ScriptedServer.Step.text("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n01234"), .close,
  ]

  @Test func theRestOfACutFileIsFetchedAlone() async throws {
    let bench = try FileBench(sizes: [10])
    let script: ScriptedServer.Script = { request in
      request["Range"] == nil
        ? Self.cut : [.answer(206, ["ETag: \"a\"", "Content-Range: bytes 5-9/10"], String(Self.old.suffix(5)))]
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).failed == 1)
      #expect(try bench.content(1) == nil)
      let report = try await bench.round(server, at: 1_900_000_100)
      #expect(report.fetched == 1 && report.bytes == 5)
      #expect(try bench.content(1) == Self.old)
      let last = try #require(server.requests.last)
      #expect(last["Range"] == "bytes=5-" && last["If-Range"] == "\"a\"")
      #expect(bench.folder.incomingBytes().isEmpty)
    }
  }

  /// The site keeps its files on another server and sends there. That one gets no token, and what has come from it is
  /// continued.
  @Test func aRedirectElsewhereIsFollowedWithoutTheToken() async throws {
    let bench = try FileBench(sizes: [10])
    let elsewhere = try ScriptedServer { request in
      request["Range"] == nil
        ? Self.cut : [.answer(206, ["ETag: \"a\"", "Content-Range: bytes 5-9/10"], String(Self.old.suffix(5)))]
    }
    defer { elsewhere.stop() }
    let location = elsewhere.origin + "/bucket/1.bin?signature=s"
    try await withFiles({ _ in [.answer(302, ["Location: \(location)"])] }) { server async throws in
      #expect(try await bench.round(server, elsewhere: elsewhere).failed == 1)
      let report = try await bench.round(server, elsewhere: elsewhere, at: 1_900_000_100)
      #expect(report.fetched == 1 && report.bytes == 5)
      #expect(try bench.content(1) == Self.old)
      #expect(elsewhere.requests.map(\.target) == ["/bucket/1.bin?signature=s", "/bucket/1.bin?signature=s"])
      #expect(elsewhere.requests.allSatisfy { $0["Authorization"] == nil })
      #expect(elsewhere.requests.last?["If-Range"] == "\"a\"")
      #expect(try bench.errors() == [])
    }
  }

  /// Two servers that send to each other for ever; the reason is told without the query, which may be a signature.
  @Test func redirectsToAndFroEnd() async throws {
    let bench = try FileBench(sizes: [10])
    let way = Mutex("")
    let elsewhere = try ScriptedServer { _ in [.answer(307, ["Location: \(way.withLock { $0 })/back?signature=s"])] }
    defer { elsewhere.stop() }
    let location = elsewhere.origin + "/forth?signature=s"
    try await withFiles({ _ in [.answer(302, ["Location: \(location)"])] }) { server async throws in
      way.withLock { $0 = server.origin }
      #expect(try await bench.round(server, elsewhere: elsewhere).failed == 1)
      let error = try #require(try bench.errors().first)
      #expect(error.contains("redirected more than 5 times") && !error.contains("signature"), "\(error)")
      #expect(elsewhere.requests.allSatisfy { $0["Authorization"] == nil })
    }
  }

  /// The server does not know `If-Range`, and the file is another by now; or it sends another piece than it says.
  @Test(
    arguments: [
      (["ETag: \"b\"", "Content-Range: bytes 5-9/10"], "fghij"),
      (["Last-Modified: Wed, 01 Jan 2025 00:00:00 GMT", "Content-Range: bytes 5-9/10"], "fghij"),
      (["ETag: \"a\"", "Content-Range: bytes 5-9/20"], "fghij"),
      (["ETag: \"a\"", "Content-Range: bytes 4-9/10"], "efghij"),
      (["ETag: \"a\""], "fghij"),
    ] as [([String], String)])
  func theRestOfAnotherFileIsNeverJoined(fields: [String], rest: String) async throws {
    let bench = try FileBench(sizes: [10])
    let isReplaced = Mutex(false)
    let script: ScriptedServer.Script = { request in
      isReplaced.withLock { isReplaced in
        if request["Range"] != nil {
          isReplaced = true
          return [.answer(206, fields, rest)]
        }
        return isReplaced ? [.answer(200, ["ETag: \"b\""], Self.new)] : Self.cut
      }
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).failed == 1)
      #expect(bench.folder.incomingBytes().values.reduce(0, +) == 5)
      #expect(try await bench.round(server, at: 1_900_000_100).failed == 1)
      #expect(bench.folder.incomingBytes().isEmpty)
      #expect(try bench.content(1) == nil)
      #expect(try await bench.round(server, at: 1_900_010_000).fetched == 1)
      #expect(server.requests.last?["Range"] == nil)
      #expect(try bench.content(1) == Self.new)
    }
  }

  @Test func aContentThatOnlyTheConnectionEndedMayBeCut() async throws {
    let bench = try FileBench(sizes: [10])
    let isWhole = Mutex(false)
    let script: ScriptedServer.Script = { _ in
      let content = isWhole.withLock { isWhole in
        defer { isWhole = true }
        return isWhole ? Self.old : String(Self.old.prefix(5))
      }
      return [.text("HTTP/1.0 200 OK\r\n\r\n" + content), .close]
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).failed == 1)
      #expect(try bench.errors().first?.contains("5 of 10 bytes arrived") == true)
      #expect(try await bench.round(server, at: 1_900_000_100).fetched == 1)
      #expect(try bench.content(1) == Self.old)
    }
  }

  /// An optimiser made the file smaller; its end is certain.
  @Test func theSizeOfTheResourceIsNoProof() async throws {
    let bench = try FileBench(sizes: [10])
    try await withFiles({ _ in [.answer(200, [], "0123")] }) { server async throws in
      #expect(try await bench.round(server).fetched == 1)
      #expect(try bench.content(1) == "0123")
    }
  }

  @Test(arguments: [("Basic realm=\"folder\"", 1), ("Bearer realm=\"OAuth\"", 2)])
  func aFileThatTakesNoTokenFailsAlone(challenge: String, tokenRequests: Int) async throws {
    let bench = try FileBench(sizes: [10, 10])
    let script: ScriptedServer.Script = { request in
      request.target.hasSuffix("/1.bin")
        ? [.answer(401, ["WWW-Authenticate: \(challenge)"])] : [.answer(200, [], Self.old)]
    }
    try await withFiles(script) { server async throws in
      let report = try await bench.round(server)
      #expect(report.failed == 1 && report.fetched == 1)
      #expect(tokens(server) == tokenRequests)
      #expect(try bench.content(1) == nil)
      #expect(try bench.content(2) == Self.old)
      #expect(try bench.errors().first?.contains("401") == true)
      // Not asked again before its time.
      let asked = server.requests.count
      #expect(try await bench.round(server, at: 1_900_000_030).isIdle)
      #expect(server.requests.count == asked)
    }
  }

  @Test func aRefusedSignInIsStillAnError() async throws {
    let bench = try FileBench(sizes: [10])
    let server = try ScriptedServer { _ in
      [.answer(401, ["Content-Type: application/json"], #"{"error":"invalid_client"}"#)]
    }
    defer { server.stop() }
    await #expect(throws: SignInError.self) { try await bench.round(server) }
    #expect(try bench.errors().isEmpty)
  }

  @Test func aFileThatDoesNotFitHoldsNoOtherBack() async throws {
    let bench = try FileBench(sizes: [5000, 10, 6000, 10])
    try await withFiles({ _ in [.answer(200, [], Self.old)] }) { server async throws in
      let report = try await bench.round(server, budget: 1000)
      #expect(report.fetched == 2 && report.failed == 0)
      #expect(report.stopped?.contains("mirror.filesBudgetBytes (1000)") == true)
      #expect(report.stopped?.hasSuffix(": 2") == true)
      let files = server.requests.map(\.target).filter { $0.hasSuffix(".bin") }
      #expect(files == ["/sites/default/files/2.bin", "/sites/default/files/4.bin"])
      #expect(try await bench.round(server).fetched == 2)
    }
  }

  /// It says ten bytes and sends two thousand: that is its own failure.
  @Test func aFileThatOutgrowsTheBudgetHoldsNoOtherBack() async throws {
    let bench = try FileBench(sizes: [10, 10])
    let script: ScriptedServer.Script = { request in
      [.answer(200, [], request.target.hasSuffix("/1.bin") ? String(repeating: "x", count: 2000) : Self.old)]
    }
    try await withFiles(script) { server async throws in
      let report = try await bench.round(server, budget: 1000)
      #expect(report.fetched == 1 && report.failed == 1)
      #expect(try bench.content(2) == Self.old)
      #expect(bench.folder.incomingBytes().isEmpty)
    }
  }

  /// The sweep takes the resource of the second file away while its content arrives; the first may have the same
  /// content.
  @Test(arguments: [old, new])
  func whatIsRemovedWhileItArrivesLeavesNothing(content: String) async throws {
    let bench = try FileBench(sizes: [10, 10])
    let script: ScriptedServer.Script = { request in
      guard request.target.hasSuffix("/2.bin") else { return [.answer(200, [], Self.old)] }
      let remove = ScriptedServer.Step.run {
        try? bench.made.mirror.write { db in try db.execute(sql: "DELETE FROM resource WHERE internal_id = 2") }
      }
      return [remove, .answer(200, [], content)]
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).failed == 0)
      #expect(try bench.content(1) == Self.old)
      #expect(try bench.content(2) == nil)
      #expect(bench.folder.hashes().count == 1)
      #expect(bench.folder.incomingBytes().isEmpty)
    }
  }
}

/// What comes otherwise than it was asked for, and what changes without a word.
extension FileFetchTests {
  private static let gzip: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 51, 48, 52, 50, 54, 49, 53, 51, 183, 176, 4, 0, 198, 199, 132, 166, 10, 0, 0, 0,
  ]
  private static let deflate: [UInt8] = [120, 156, 51, 48, 52, 50, 54, 49, 53, 51, 183, 176, 4, 0, 10, 255, 2, 14]

  private static func coded(_ coding: String, _ bytes: [UInt8]) -> ScriptedServer.Step {
    .answer(200, ["Content-Encoding: \(coding)", "ETag: \"c\""], bytes: bytes)
  }

  @Test(arguments: [("gzip", gzip), ("x-gzip", gzip), ("deflate", deflate), ("identity", Array(old.utf8))])
  func contentThatComesPackedIsUnpacked(coding: String, bytes: [UInt8]) async throws {
    let bench = try FileBench(sizes: [10])
    try await withFiles({ _ in [Self.coded(coding, bytes)] }) { server async throws in
      #expect(try await bench.round(server).fetched == 1)
      #expect(try bench.content(1) == Self.old)
      #expect(server.requests.last?["Accept-Encoding"] == "identity")
    }
  }

  /// A coding that nobody knows, one that is none, one that ends too early: never content, and nothing is joined to it.
  @Test(arguments: [
    ("rot13", Array(old.utf8)), ("gzip", Array(old.utf8)), ("gzip", Array(gzip.prefix(18))),
    ("gzip", Array(gzip.prefix(3))),
  ])
  func whatCannotBeUnpackedIsNoContent(coding: String, bytes: [UInt8]) async throws {
    let bench = try FileBench(sizes: [10])
    let isMended = Mutex(false)
    let script: ScriptedServer.Script = { _ in
      isMended.withLock { $0 } ? [.answer(200, ["ETag: \"c\""], Self.old)] : [Self.coded(coding, bytes)]
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).failed == 1)
      #expect(try bench.content(1) == nil)
      #expect(try bench.errors().count == 1)
      isMended.withLock { $0 = true }
      #expect(try await bench.round(server, at: 1_900_000_100).fetched == 1)
      #expect(server.requests.last?["Range"] == nil)
      #expect(try bench.content(1) == Self.old)
    }
  }

  @Test func nothingIsNoContentOfAFileThatHasSome() async throws {
    let bench = try FileBench(sizes: [10, 0])
    try await withFiles({ _ in [.answer(200, [], "")] }) { server async throws in
      let report = try await bench.round(server)
      #expect(report.failed == 1 && report.fetched == 1 && report.lost == 0)
      #expect(try bench.content(1) == nil && bench.content(2) == "")
      #expect(try bench.errors().first?.contains("nothing for a file of 10 bytes") == true)
      let aside = try bench.made.mirror.setAside()
      #expect(aside.map(\.kind) == [.file] && aside.first?.subject == "00000000-0000-4000-8000-000000000001")
    }
  }

  /// The site has lost the file: said, left alone for longer and longer, and taken back when it is there again.
  @Test(arguments: [404, 410]) func aLostFileIsNamedUntilItIsBack(status: Int) async throws {
    let bench = try FileBench(sizes: [10])
    let isBack = Mutex(false)
    let script: ScriptedServer.Script = { _ in isBack.withLock { $0 } ? [.answer(200, [], Self.old)] : [.answer(status)]
    }
    func states() throws -> [String] {
      try bench.made.mirror.read { try String.fetchAll($0, sql: "SELECT state FROM files") }
    }
    try await withFiles(script) { server async throws in
      #expect(try states() == ["waiting"])
      var time: Int64 = 1_900_000_000
      for pause in [3_600, 7_200, 14_400, 28_800, 57_600, 115_200, 230_400, 460_800, 604_800, 604_800] as [Int64] {
        let report = try await bench.round(server, at: time)
        #expect(report.lost == 1 && report.failed == 1 && report.away == 0)
        #expect(try await bench.round(server, at: time + pause - 1).isIdle)
        time += pause
      }
      #expect(try states() == ["lost"])
      #expect(try bench.made.mirror.setAside().count == 1)
      isBack.withLock { $0 = true }
      #expect(try await bench.round(server, at: time).fetched == 1)
      #expect(try states() == ["present"])
      #expect(try bench.made.mirror.setAside().isEmpty)
    }
  }

  enum Marks: CaseIterable { case tag, weakTag, time, lengthAlone, noHead }

  /// A content that is replaced without a save: seen at the next comparison, whatever the server says of its
  /// contents, and not before. While nothing changes, no content is sent again.
  @Test(arguments: Marks.allCases) func aContentThatIsReplacedWithoutASaveIsFound(marks: Marks) async throws {
    let bench = try FileBench(sizes: [10])
    let version = Mutex(1)
    let sent = Mutex(0)
    let script: ScriptedServer.Script = { request in
      let version = version.withLock { $0 }
      let body = version == 1 ? Self.old : Self.new + (marks == .lengthAlone ? "k" : "")
      let time = "Wed, 0\(version) Jan 2025 00:00:00 GMT"
      let (fields, isKnown): ([String], Bool) =
        switch marks {
        case .tag: (["ETag: \"\(version)\""], request["If-None-Match"] == "\"\(version)\"")
        case .weakTag: (["ETag: W/\"\(version)\""], request["If-None-Match"] == "W/\"\(version)\"")
        case .time, .noHead: (["Last-Modified: \(time)"], request["If-Modified-Since"] == time)
        case .lengthAlone: ([], false)
        }
      if request.method == "HEAD" {
        guard marks != .noHead else { return [.text("HTTP/1.1 501 No\r\nContent-Length: 0\r\n\r\n")] }
        let head = ["HTTP/1.1 200 OK"] + fields + ["Content-Length: \(body.utf8.count)"]
        return [.text(head.joined(separator: "\r\n") + "\r\n\r\n")]
      }
      if isKnown { return [.answer(304, fields)] }
      sent.withLock { $0 += 1 }
      return [.answer(200, fields, body)]
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).fetched == 1)
      version.withLock { $0 = 2 }
      // Before its time nothing is asked.
      let asked = server.requests.count
      #expect(try await bench.round(server, at: 1_900_000_050, comparing: .after(seconds: 100, limit: nil)).isIdle)
      #expect(try await bench.round(server, at: 1_900_000_200).isIdle && server.requests.count == asked)
      let report = try await bench.round(server, at: 1_900_000_200, comparing: .after(seconds: 100, limit: 5))
      #expect(report.replaced == 1 && report.fetched == 1)
      #expect(try bench.content(1)?.hasPrefix(Self.new) == true)
      let sentUntilThen = sent.withLock { $0 }
      let again = try await bench.round(server, at: 1_900_000_400, comparing: .after(seconds: 100, limit: nil))
      #expect(again.kept == 1 && again.isIdle)
      #expect(sent.withLock { $0 } == sentUntilThen)
    }
  }

  /// A resource that moves on, and a failure at a comparison, take nothing away.
  @Test func aComparisonThatFailsTakesNothingAway() async throws {
    let bench = try FileBench(sizes: [10])
    let isBroken = Mutex(false)
    let script: ScriptedServer.Script = { request in
      isBroken.withLock { $0 } ? [.answer(404)] : [.answer(200, ["ETag: \"a\""], Self.old)]
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).fetched == 1)
      isBroken.withLock { $0 = true }
      let report = try await bench.round(server, at: 1_900_000_200, comparing: .after(seconds: 100, limit: nil))
      #expect(report.lost == 1)
      #expect(try bench.content(1) == Self.old)
      // What was lost is asked for again when it is due, not taken for kept.
      #expect(try await bench.round(server, at: 1_900_000_200 + 3_600).lost == 1)
      isBroken.withLock { $0 = false }
      #expect(try await bench.round(server, at: 1_900_000_200 + 3_600 + 7_200).failed == 0)
      #expect(try bench.errors().isEmpty)
    }
  }

  /// How a content is taken from the disk.
  enum Harm: CaseIterable, Sendable {
    case folderRemoved, removed, cut, changed
  }

  /// What looks for it: a round, how the daemon begins one, or the comparison with the site. The site is asked for all of it: it
  /// would say that nothing has changed.
  @Test(
    arguments: [
      (.folderRemoved, .folder, false, true), (.folderRemoved, .size, false, true), (.removed, .size, false, true),
      (.cut, .size, false, true), (.changed, .bytes, false, true), (.changed, .folder, true, true),
      (.removed, .folder, true, true),
      // What looks at less does not see it.
      (.changed, .size, false, false), (.removed, .folder, false, false),
    ] as [(Harm, FileRound.Looking, Bool, Bool)])
  func whatIsNotOnDiskAnyMoreIsFetchedAgain(
    harm: Harm, looking: FileRound.Looking, compares: Bool, isSeen: Bool
  ) async throws {
    let bench = try FileBench(sizes: [10])
    let script: ScriptedServer.Script = { request in
      request["If-None-Match"] == nil
        ? [.answer(200, ["ETag: \"a\""], Self.old)] : [.answer(304, ["ETag: \"a\""])]
    }
    try await withFiles(script) { server async throws in
      #expect(try await bench.round(server).fetched == 1)
      let sound = try bench.made.mirror.check(contentsIn: bench.folder, isDeep: true)
      #expect(sound.violations == 0, "\(sound)")
      let hash = try #require(try bench.made.mirror.storedContents().first).hash
      let place = bench.folder.location(of: hash)
      switch harm {
      case .folderRemoved: try FileManager.default.removeItem(atPath: bench.folder.path)
      case .removed: try FileManager.default.removeItem(atPath: place)
      case .cut: try Data("01".utf8).write(to: URL(filePath: place))
      case .changed: try Data(Self.new.utf8).write(to: URL(filePath: place))
      }
      let broken = try bench.made.mirror.check(contentsIn: bench.folder, isDeep: true)
      #expect(broken.violations == 1 && broken.example?.contains("public://1.bin: it") == true, "\(broken)")
      let shallow = try bench.made.mirror.check(contentsIn: bench.folder, isDeep: false)
      #expect(shallow.violations == (harm == .changed ? 0 : 1))
      let report = try await bench.round(
        server, at: 1_900_000_200, comparing: compares ? .after(seconds: 100, limit: nil) : .never, looking: looking)
      #expect(report.fetched == (isSeen ? 1 : 0) && report.failed == 0 && report.replaced == 0)
      #expect(report.vanished == (isSeen && !compares ? 1 : 0))
      guard isSeen else { return }
      #expect(try bench.content(1) == Self.old)
      #expect(try bench.made.mirror.check(contentsIn: bench.folder, isDeep: true).violations == 0)
      #expect(try await bench.round(server, at: 1_900_000_300, looking: .bytes).isIdle)
    }
  }

  /// What cannot be looked at is not taken for gone.
  @Test func whatCannotBeLookedAtStays() async throws {
    let bench = try FileBench(sizes: [10])
    try await withFiles({ _ in [.answer(200, [], Self.old)] }) { server async throws in
      #expect(try await bench.round(server).fetched == 1)
      let hash = try #require(try bench.made.mirror.storedContents().first).hash
      let place = bench.folder.location(of: hash)
      // A way that goes round in circles, for whoever looks.
      try FileManager.default.removeItem(atPath: place)
      try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: place)
      let broken = try bench.made.mirror.check(contentsIn: bench.folder, isDeep: false)
      #expect(broken.violations == 1 && broken.example?.contains("it cannot be read") == true, "\(broken)")
      let report = try await bench.round(server, at: 1_900_000_200)
      #expect(report.fetched == 0 && report.vanished == 0 && report.unreadable?.contains("public://1.bin") == true)
      #expect(try bench.made.mirror.storedContents().map(\.hash) == [hash])
    }
  }

  @Test(arguments: ["data:text/plain,x", "ftp://x/y", "https://u:p@x/y"])
  func whatIsNoAddressIsNamedAndNotAsked(url: String) async throws {
    let bench = try FileBench(sizes: [10])
    try bench.made.mirror.write { db in
      try db.execute(
        sql: "UPDATE file_source SET url = ?", arguments: [url])
    }
    try await withFiles({ _ in [.answer(200, [], Self.old)] }) { server async throws in
      try bench.made.mirror.note(.siteBaseURL, server.origin)
      let report = try await bench.round(server)
      #expect(report.failed == 1 && report.lost == 0)
      #expect(server.requests.filter { $0.target != "/oauth/token" }.isEmpty)
      #expect(try bench.errors().first?.contains("its address") == true)
    }
  }
}
