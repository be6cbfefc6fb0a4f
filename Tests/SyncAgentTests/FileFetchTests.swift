import Foundation
import GRDB
import JSONAPI
import Support
import Synchronization
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// One file and all that may come in its place, over real sockets.
@Suite struct FileFetchTests {
  static let old = "0123456789"
  static let new = "abcdefghij"
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

  /// Who asks the site waits for it where it is busy, and not where another server is that some files lie on.
  @Test(arguments: [true, false]) func whoIsBusyHoldsItsOwnFiles(isSite: Bool) async throws {
    let bench = try FileBench(sizes: [10, 10])
    let busy = [ScriptedServer.Step.answer(503, ["Retry-After: 300"])]
    let elsewhere = try ScriptedServer { _ in busy }
    defer { elsewhere.stop() }
    let location = elsewhere.origin + "/bucket/1.bin"
    let slept = Mutex([Int64]())
    let pacer = RequestPacer(
      requestsPerSecond: 0, now: { 0 }, sleep: { time in slept.withLock { $0.append(time) } })
    try await withFiles({ _ in isSite ? busy : [.answer(302, ["Location: \(location)"])] }) { server async throws in
      #expect(try await bench.round(server, elsewhere: elsewhere, attempts: 3, pacer: pacer).fetched == 0)
      #expect(elsewhere.requests.count == (isSite ? 0 : 6))
      #expect(slept.withLock { $0.isEmpty } == !isSite, "\(slept.withLock { $0 })")
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
        try? bench.made.mirror.database.write { db in try db.execute(sql: "DELETE FROM resource WHERE internal_id = 2")
        }
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
