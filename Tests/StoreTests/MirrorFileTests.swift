import Foundation
import GRDB
import Store
import Support
import Testing

@Suite struct MirrorFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "mirror-\(UUID().uuidString)")

  private func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no refusal"
    } catch let error as MirrorUnusable { return error.description } catch { return "another error: \(error)" }
  }

  @Test func oneWriterAtATime() throws {
    let made = try CrawledMirror()
    let path = made.folder.appending(path: "mirror.sqlite").path
    do {
      let first = try WriterLock(mirrorPath: path)
      let refused = refusal { _ = try WriterLock(mirrorPath: path) }
      #expect(refused.contains("another social-mirror (process \(getpid())) is already synchronising \(path)"))
      withExtendedLifetime(first) {}
    }
    #expect(refusal { _ = try WriterLock(mirrorPath: path) } == "no refusal")
    #expect(refusal { _ = try WriterLock(mirrorPath: "/dev/null/m") }.contains("cannot make /dev/null/m.lock"))
  }

  @Test func onlyOwnerAndGroupMayRead() throws {
    let made = try CrawledMirror()
    let path = made.folder.appending(path: "mirror.sqlite").path
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
    let parent = try FileManager.default.attributesOfItem(atPath: made.folder.path)
    #expect((parent[.posixPermissions] as? NSNumber)?.intValue == 0o750)
  }

  @Test func whatIsNoMirrorIsNamed() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "plain.txt").path
    try String(repeating: "This is no database. ", count: 100).write(toFile: file, atomically: true, encoding: .utf8)
    #expect(refusal { _ = try Mirror(path: file) }.contains("\(file) is not a mirror"))
    let inside = refusal { _ = try Mirror(path: file + "/mirror.sqlite") }
    #expect(inside.contains("\(file)/mirror.sqlite") && inside.contains("check mirror.path"))
    let isFolder = refusal { _ = try Mirror(path: folder.path) }
    #expect(isFolder.contains(folder.path) && isFolder.contains("mirror.path"))
  }

  @Test func newerMirrorsAreLeftAlone() throws {
    let path = folder.appending(path: "m.sqlite").path
    defer { try? FileManager.default.removeItem(at: folder) }
    try Mirror(path: path).close()
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 of the future')") }
    #expect(refusal { _ = try Mirror(path: path) }.contains("\(path) was made by a newer social-mirror"))
  }

  /// A report that reads for hours is no reason to fail: the log stays, and nothing in it is lost.
  @Test func aReaderDoesNotHinderTheEnd() throws {
    let made = try ProvenMirror()
    defer { withExtendedLifetime(made) {} }
    let (mirror, path) = (made.mirror, made.mirror.path)
    try mirror.discovery.note(.siteBaseURL, "https://a.example")
    let report = try DatabaseQueue(path: path)
    try report.inDatabase { db in
      try db.execute(sql: "BEGIN; SELECT * FROM setting;")
      try mirror.discovery.note(.siteBaseURL, "https://b.example")
      try mirror.close()
      try db.execute(sql: "COMMIT")
    }
    #expect(try Mirror(path: path).reading.fact(.siteBaseURL) == "https://b.example")
  }

  @Test func factsAreKept() throws {
    let made = try ProvenMirror()
    defer { withExtendedLifetime(made) {} }
    let (mirror, path) = (made.mirror, made.mirror.path)
    #expect(try mirror.reading.fact(.siteBaseURL) == nil)
    try mirror.discovery.note(.siteBaseURL, "https://a.example")
    try mirror.discovery.note(.siteBaseURL, "https://b.example")
    try mirror.close()
    #expect(try Mirror(path: path).reading.fact(.siteBaseURL) == "https://b.example")
  }
}
