import Foundation
import GRDB
import JSONAPI
import Support
import Synchronization
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// What is lost, and what changes without a word.
extension FileFetchTests {
  /// The site has lost the file: said, left alone for longer and longer, and taken back when it is there again.
  @Test(arguments: [404, 410]) func aLostFileIsNamedUntilItIsBack(status: Int) async throws {
    let bench = try FileBench(sizes: [10])
    let isBack = Mutex(false)
    let script: ScriptedServer.Script = { _ in isBack.withLock { $0 } ? [.answer(200, [], Self.old)] : [.answer(status)]
    }
    func states() throws -> [String] {
      try bench.made.mirror.database.read { try String.fetchAll($0, sql: "SELECT state FROM files") }
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
      #expect(try bench.made.mirror.reading.setAside().count == 1)
      isBack.withLock { $0 = true }
      #expect(try await bench.round(server, at: time).fetched == 1)
      #expect(try states() == ["present"])
      #expect(try bench.made.mirror.reading.setAside().isEmpty)
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
}
