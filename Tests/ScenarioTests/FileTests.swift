import Foundation
import JSONAPI
import SampleSite
import Support
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// Contents of files over real sockets: what is on disk is what the site serves, whatever happened on the way.
@Suite struct FileTests {
  /// A bench, its site behind a socket, and rounds over files.
  fileprivate struct FileBench: Sendable {
    let bench: Bench
    let base: String
    let folder: BinaryFolder

    func round(
      _ policy: FilePolicy = .all, budget: Int64? = nil, at now: Int64 = 1_900_000_000
    ) async throws -> FileRound.Report {
      let url = try BaseURL(base)
      let transport = try CurlTransport(TransportSettings(origin: url.origin), logger: silentLog)
      defer { transport.shutdown() }
      let session = try OAuthSession(
        tokenURL: url.url(path: "/oauth/token"),
        credentials: Credentials(
          grant: .password(username: "demo", password: "demo-password"), clientID: "demo-client",
          clientSecret: "demo-secret"),
        transport: transport, vault: MemoryTokenVault(), now: { now }, logger: silentLog)
      var retries = RetryTable()
      retries.attempts = 3
      let site = Site(
        base: url, session: session, pacer: RequestPacer(requestsPerSecond: 0), retries: retries, wait: { _ in })
      return try await FileRound(
        site: site, mirror: bench.mirror, folder: folder,
        settings: .init(policy: policy, budgetBytes: budget, concurrency: 3), logger: silentLog,
        foreign: { throw TransportError(.unreachable, "there is nothing at \($0)", url: $0.description) }, now: { now }
      ).run()
    }

    /// The content that the mirror has of a path.
    func content(_ path: String) throws -> [UInt8] {
      let hash = try #require(try bench.mirror.reading.fileContent(path: path)?.hash)
      return Array(try Data(contentsOf: URL(filePath: folder.location(of: hash))))
    }

    /// The content that the site serves.
    func truth(_ path: String) throws -> [UInt8] {
      let form =
        "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
      let type = ["content-type": "application/x-www-form-urlencoded"]
      let answer = bench.site.answer("POST", "/oauth/token", headers: type, body: Array(form.utf8))
      let token = try #require(try JSON(parsing: answer.body)["access_token"]?.string)
      return bench.site.answer("GET", path, headers: ["authorization": "Bearer \(token)"], body: []).body
    }

    var stored: [String] {
      FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }.filter {
        !$0.contains(".") && $0.count > 40
      }
        ?? []
    }
  }

  private static let image = "/sites/default/files/homepage-block.jpg"
  private static let minutes = "/system/files/seed/minutes-0.txt"

  private func withBench(_ body: @escaping @Sendable (FileBench) async throws -> Void) async throws {
    try await SampleSite.withRunningSite { site, base in
      let bench = try Bench(site, entityTypes: ["file"])
      try await bench.round(base: base)
      try await body(FileBench(bench: bench, base: base, folder: BinaryFolder(path: bench.folder + "/files")))
    }
  }

  @Test func everyFileIsFetchedOnceAndIsTheSites() async throws {
    try await withBench { files in
      let first = try await files.round()
      #expect(first.failed == 0 && first.stopped == nil && first.fetched == 42)
      for path in [Self.image, Self.minutes] { #expect(try files.content(path) == files.truth(path)) }
      #expect(try await files.round().isIdle)
      #expect(try files.bench.mirror.files.fileTotals().files == 42)
    }
  }

  @Test func privateFilesAreLeftOutByPolicyAndForgottenWhenItChanges() async throws {
    try await withBench { files in
      _ = try await files.round(.public)
      #expect(try files.bench.mirror.reading.fileContent(path: Self.minutes) == nil)
      _ = try await files.round(.all)
      #expect(try files.bench.mirror.reading.fileContent(path: Self.minutes) != nil)
      let before = files.stored.count
      _ = try await files.round(.public)
      #expect(try files.bench.mirror.reading.fileContent(path: Self.minutes) == nil)
      #expect(files.stored.count < before)
      _ = try await files.round(.none)
      #expect(files.stored.isEmpty)
    }
  }

  @Test func aCutContentIsContinuedWhereItBrokeOff() async throws {
    try await withBench { files in
      files.bench.site.faults.inject(.truncatedBody, times: 3, below: Self.image)
      let cut = try await files.round()
      #expect(cut.fetched + cut.failed == 42)
      let later = try await files.round(at: 1_900_000_000 + 90_000)
      #expect(cut.failed == later.fetched)
      #expect(try files.content(Self.image) == files.truth(Self.image))
      // Less came over the network than cutting it off and beginning again would have cost.
      let size = Int64(try files.truth(Self.image).count)
      #expect(later.bytes < size)
    }
  }

  @Test(arguments: [Fault.pageInsteadOfDocument, .status(500), .unavailable(retryAfter: 0), .reset])
  func whatIsNoFileTakesNoFilesPlace(fault: Fault) async throws {
    try await withBench { files in
      _ = try await files.round()
      let before = try files.content(Self.minutes)
      let id = try #require(try await files.id(of: Self.minutes))
      try files.bench.site.withCommunity { community throws(CommunityError) in
        try community.edit(id, at: files.bench.site.now + 1, attributes: [("filename", .string("renamed.txt"))])
      }
      try await files.bench.round(base: files.base)
      files.bench.site.faults.inject(fault, times: 9, below: Self.minutes)
      let failed = try await files.round()
      #expect(failed.failed == 1 && failed.fetched == 0)
      #expect(try files.content(Self.minutes) == before)
      files.bench.site.faults.clear()
      let again = try await files.round(at: 1_900_000_000 + 90_000)
      #expect(again.failed == 0)
      #expect(try files.content(Self.minutes) == files.truth(Self.minutes))
    }
  }

  @Test func aBudgetStopsFilesAndNothingElse() async throws {
    try await withBench { files in
      let report = try await files.round(budget: 1000)
      #expect(report.stopped?.contains("mirror.filesBudgetBytes (1000)") == true)
      #expect(try files.bench.mirror.files.fileTotals().bytes <= 1000 + 3 * 250_000)
      try await files.bench.round(base: files.base)
      #expect(try await files.round().stopped == nil)
    }
  }

  /// A crash left a content without a row, and parts of files that are gone.
  @Test func whatBelongsToNoFileLeavesTheDisk() async throws {
    try await withBench { files in
      _ = try await files.round()
      let before = files.stored.sorted()
      let orphan = String(repeating: "ab", count: 32)
      for (path, text) in [
        (files.folder.location(of: orphan), "left over"),
        ("\(files.folder.path)/incoming/\(String(repeating: "0", count: 32)).part", "half of it"),
      ] {
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
      }
      #expect(files.stored.count == before.count + 1)
      _ = try await files.round()
      #expect(files.stored.sorted() == before)
      #expect(files.folder.incomingBytes().isEmpty)
    }
  }

  /// The site names a small size and sends a large content: the budget holds all the same.
  @Test func aFileThatIsLargerThanItsResourceSaysStaysWithinTheBudget() async throws {
    try await withBench { files in
      let id = try #require(try await files.id(of: Self.image))
      let uuid = id.replacing("-", with: "")
      let size = try files.truth(Self.image).count
      let source = FileSource(
        resource: 1, uuid: uuid, sequence: 1, uri: "public://x", url: Self.image, size: 10, mediaType: nil,
        changed: nil, known: nil)
      var space = DiskBudget(bytes: 1000, parts: [:])
      #expect(size > 1000 && space.holds(source, used: 0))
      let part = try files.folder.incoming(uuid, atMost: space.begin(source, used: 0))
      let bytes = try files.truth(Self.image)
      let isTaken = bytes.withUnsafeBytes { part.append($0) }
      #expect(!isTaken && part.fault?.isFull == true && part.count == 0)
    }
  }

  @Test func theContentOfADeletedFileLeavesTheDisk() async throws {
    try await withBench { files in
      _ = try await files.round()
      let hash = try #require(try files.bench.mirror.reading.fileContent(path: Self.image)?.hash)
      let id = try #require(try await files.id(of: Self.image))
      try files.bench.site.withCommunity { community throws(CommunityError) in try community.delete(id) }
      try await files.bench.round(base: files.base, configure: { $0.sweep = .now })
      _ = try await files.round()
      #expect(!FileManager.default.fileExists(atPath: files.folder.location(of: hash)))
      #expect(try files.bench.mirror.reading.fileContent(path: Self.image) == nil)
    }
  }
}

extension FileTests.FileBench {
  /// The UUID of the file that the site serves under a path.
  fileprivate func id(of path: String) async throws -> String? {
    try bench.mirrored().first { $0.value["attributes"]?["uri"]?["url"]?.string == path }?.value["id"]?.string
  }
}
