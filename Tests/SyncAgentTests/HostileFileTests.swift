import Foundation
import JSONAPI
import Support
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// What a site may say of files that wants to do harm, or has gone mad: each costs itself, and says so.
@Suite struct HostileFileTests {
  private static let content = "0123456789"
  private static let script: ScriptedServer.Script = { _ in [.answer(200, ["ETag: \"a\""], content)] }

  /// A size that no file has is taken as not known, and the file fetched as any other.
  @Test(arguments: [Int.max, 1 << 50 + 1]) func aSizeThatNoFileHas(size: Int) async throws {
    let bench = try FileBench(sizes: [10, size, 10])
    try await withFiles(Self.script) { server async throws in
      let report = try await bench.round(server)
      #expect(report.fetched == 3 && report.failed == 0 && report.stopped == nil && !report.isDiskFull)
      for number in 1...3 { #expect(try bench.content(number) == Self.content) }
    }
    let aside = try bench.made.mirror.reading.setAside()
    #expect(
      aside.map(\.reason) == ["its filesize is \(size) bytes, more than any file has: taken as not known"], "\(aside)")
  }

  /// One that is more than the whole disk is no full disk: the others are fetched, and what is said is about that file.
  @Test func aSizeBeyondTheDisk() async throws {
    let bench = try FileBench(sizes: [1 << 50, 10])
    try await withFiles(Self.script) { server async throws in
      let report = try await bench.round(server)
      #expect(report.fetched == 1 && report.failed == 0 && !report.isDiskFull)
      #expect(try bench.content(2) == Self.content)
      let words = "the site names 1125899906842624 bytes for public://1.bin, and the disk of mirror.filesPath has"
      #expect(report.stopped?.hasPrefix(words) == true, "\(report.stopped ?? "")")
      #expect(report.stopped?.hasSuffix("files that wait for room: 1") == true)
    }
  }

  /// A content without an end stops while there is room for resources.
  @Test func theReserveIsKept() {
    var reserve = DiskReserve()
    var looks = 0
    func takes(_ bytes: Int, leaving free: Int64?) -> Bool {
      reserve.holds(bytes) {
        looks += 1
        return free
      }
    }
    for _ in 0..<15 { #expect(takes(1 << 20, leaving: 0)) }
    #expect(looks == 0)
    #expect(takes(1 << 20, leaving: FileRound.reserveBytes))
    #expect(takes(16 << 20, leaving: nil))
    #expect(!takes(16 << 20, leaving: FileRound.reserveBytes - 1))
    #expect(looks == 3)
    let words = DiskReserve.objection(arrived: 5)
    #expect(words.hasPrefix("after 5 bytes of it the disk of mirror.filesPath has less than 268435456 left"))
  }

  /// What arrives has a name of letters and digits, whatever the resource's id is.
  @Test(arguments: ["../../etc/passwd", "/etc/passwd", "..", "a/b", "a\\b", "\u{202E}gpj.exe", "%2e%2e%2f"])
  func idsThatClimbAreNoPaths(id: String) throws {
    let name = try #require(ResourceID(id)).fileName
    #expect(name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
    #expect(name.hasPrefix("id-") && name.utf8.count < 200)
  }

  /// Addresses that climb stay with the site: they are asked there, and name no place on this machine.
  @Test(arguments: [
    "/sites/default/files/../../../../etc/passwd", "../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
    "sites/..%2f..%2fetc", "\\\\host\\share", "/\u{0}x",
  ])
  func addressesThatClimbStayOnTheSite(url: String) throws {
    let found = try #require(FileReference(url, base: "https://h.example/community"))
    #expect(try WebOrigin(of: found.url).host == "h.example", "\(found.url)")
    #expect(!found.url.utf8.contains { $0 <= 0x20 || $0 == 0x7F })
  }

  /// What is none is named and not asked for.
  @Test(arguments: [
    "file:///etc/passwd", "data:text/plain,x", "javascript:alert(1)", "https://u:p@h.example/a", " ", "//",
  ])
  func whatIsNoAddress(url: String) {
    #expect(FileReference(url, base: "https://h.example") == nil)
  }
}
