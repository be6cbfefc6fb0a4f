import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Synchronization
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// A mirror of some files, and rounds over their contents against a scripted site behind a socket.
final class FileBench: Sendable {
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
    comparing: FileRound.Settings.Comparing = .never, looking: FileRound.Looking = .size, attempts: Int = 1,
    pacer: RequestPacer = RequestPacer(requestsPerSecond: 0)
  ) async throws -> FileRound.Report {
    let url = try BaseURL(server.origin)
    try made.mirror.discovery.note(.siteBaseURL, server.origin)
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
    retries.attempts = attempts
    let site = Site(
      base: url, session: session, pacer: pacer, retries: retries, wait: { _ in })
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
    guard let hash = try made.mirror.reading.fileContent(path: "/sites/default/files/\(number).bin")?.hash else {
      return nil
    }
    return String(decoding: try Data(contentsOf: URL(filePath: folder.location(of: hash))), as: UTF8.self)
  }

  /// Why files could not be fetched.
  func errors() throws -> [String] {
    try made.mirror.database.read { db in
      try String.fetchAll(db, sql: "SELECT error FROM file_content WHERE error IS NOT NULL")
    }
  }
}

/// A server that signs everybody in and answers for files as a script says.
func withFiles<Value>(
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

func tokens(_ server: ScriptedServer) -> Int { server.requests.count { $0.target == "/oauth/token" } }
