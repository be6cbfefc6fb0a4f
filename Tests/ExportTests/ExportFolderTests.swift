import Foundation
import JSONAPI
import Store
import Support
import Testing

@testable import Export

/// Where an export may stand, and what is left of one that did not become any.
@Suite struct ExportFolderTests {
  private func community() throws -> CrawledMirror {
    let made = try CrawledMirror()
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    return made
  }

  /// What is beside the mirror, but the mirror.
  private func beside(_ made: CrawledMirror) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: made.folder.path).filter { !$0.hasPrefix("mirror.sqlite") })
  }

  private func refusal(_ made: CrawledMirror, _ name: String) -> String {
    do {
      _ = try Exported(of: made, .csv, into: name)
      return "none"
    } catch let fault as ExportFault { return (fault.isUsage ? "usage: " : "") + fault.description } catch {
      return "\(error)"
    }
  }

  @Test func nothingOfOthersIsTouched() throws {
    let made = try community()
    let folder = made.folder.path
    try FileManager.default.createDirectory(atPath: folder + "/theirs", withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(filePath: folder + "/theirs/notes.txt"))
    try Data("{\"kind\": \"theirs\"}".utf8).write(to: URL(filePath: folder + "/theirs/manifest.json"))
    try Data("x".utf8).write(to: URL(filePath: folder + "/file"))
    try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/theirs")
    #expect(refusal(made, "theirs").hasPrefix("usage: ") && refusal(made, "theirs").contains("no earlier export"))
    #expect(refusal(made, "file").contains("is no folder"))
    #expect(refusal(made, "link").contains("symbolic link"))
    #expect(refusal(made, "nowhere/out").contains("No such file or directory"))
    #expect(refusal(made, "theirs/..").hasPrefix("usage: "))
    #expect(try beside(made) == ["theirs", "file", "link"])
    #expect(FileManager.default.fileExists(atPath: folder + "/theirs/notes.txt"))
  }

  @Test func anEarlierExportIsReplaced() throws {
    let made = try community()
    let first = try Exported(of: made, .jsonl, into: "out")
    let stale = try first.names
    let second = try Exported(of: made, .sqlite, into: "out")
    try second.proveFiles()
    #expect(try second.names == ["snapshot.sqlite"] && stale != ["snapshot.sqlite"])
    #expect(try beside(made) == ["out"] && second.report.remains == nil)
    // One to which somebody has added something is not.
    try Data("x".utf8).write(to: URL(filePath: second.folder + "/chart.xlsx"))
    #expect(refusal(made, "out").contains("chart.xlsx"))
    #expect(FileManager.default.fileExists(atPath: second.folder + "/snapshot.sqlite"))
  }

  /// What a process that was killed has left is removed by the next; what another one is writing is not.
  @Test func whatIsLeftIsRemoved() throws {
    let made = try community()
    let place = try ExportPlace(made.folder.path + "/out")
    let left = made.folder.path + "/.out.1.2.unfinished"
    try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(filePath: left + "/node_event.csv"))
    let other = try DraftFolder(for: place)
    #expect(!FileManager.default.fileExists(atPath: left) && FileManager.default.fileExists(atPath: other.path))
    let exported = try Exported(of: made, .csv, into: "out")
    #expect(FileManager.default.fileExists(atPath: other.path))
    try exported.proveFiles()
    let names = try exported.names.union(["manifest.json"])
    #expect(try place.look() == .export(files: names))
    withExtendedLifetime(other) {}
  }

  /// An export that was moved away to be replaced, by a process that was killed then, is put back.
  @Test func anExportThatWasMovedAwayIsPutBack() throws {
    let made = try community()
    let exported = try Exported(of: made, .csv, into: "out")
    try FileManager.default.moveItem(atPath: exported.folder, toPath: made.folder.path + "/.out.1.2.replaced")
    DraftFolder.clean(try ExportPlace(exported.folder))
    try exported.proveFiles()
    #expect(try beside(made) == ["out"])
  }

  @Test func aDraftThatIsGivenUpLeavesNothing() throws {
    let made = try community()
    do {
      let draft = try DraftFolder(for: try ExportPlace(made.folder.path + "/out"))
      let file = try DraftFile("a.csv", in: draft)
      try file.add { $0 += [1, 2, 3] }
      #expect(try file.finish().bytes == 3)
      #expect(throws: ExportFault.self) { try DraftFile("a.csv", in: draft) }
    }
    #expect(try beside(made).isEmpty)
  }

  /// Root may write everywhere.
  @Test(.enabled(if: geteuid() != 0)) func aFolderThatMayNotBeWrittenIsNamed() throws {
    let made = try community()
    let locked = made.folder.path + "/locked"
    try FileManager.default.createDirectory(atPath: locked, withIntermediateDirectories: true)
    chmod(locked, 0o555)
    defer { chmod(locked, 0o755) }
    #expect(refusal(made, "locked/out").contains("Permission denied"))
  }

  /// `/dev/full` stands for a disk without room.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func aFullDiskIsNamed() throws {
    let fault = ExportFault.system("write", "/x", ENOSPC)
    #expect(fault.isFull && StorageFault.isFull(fault) && fault.description.contains("make room"))
    #expect(!ExportFault.system("write", "/x", EACCES).isFull)
  }

  @Test(arguments: ["", ".", "..", "/", "a/.", "a/..", "a\0b"]) func whatIsNoName(text: String) {
    #expect(throws: ExportFault.self) { try ExportPlace(text) }
  }
}
