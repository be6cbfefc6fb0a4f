import Foundation
import GRDB
import JSONAPI
import Support
import Synchronization
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// What comes otherwise than it was asked for.
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
      let aside = try bench.made.mirror.reading.setAside()
      #expect(aside.map(\.kind) == [.file] && aside.first?.subject == "00000000-0000-4000-8000-000000000001")
    }
  }

  @Test(arguments: ["data:text/plain,x", "ftp://x/y", "https://u:p@x/y"])
  func whatIsNoAddressIsNamedAndNotAsked(url: String) async throws {
    let bench = try FileBench(sizes: [10])
    try bench.made.mirror.database.write { db in
      try db.execute(
        sql: "UPDATE file_source SET url = ?", arguments: [url])
    }
    try await withFiles({ _ in [.answer(200, [], Self.old)] }) { server async throws in
      try bench.made.mirror.discovery.note(.siteBaseURL, server.origin)
      let report = try await bench.round(server)
      #expect(report.failed == 1 && report.lost == 0)
      #expect(server.requests.filter { $0.target != "/oauth/token" }.isEmpty)
      #expect(try bench.errors().first?.contains("its address") == true)
    }
  }
}
