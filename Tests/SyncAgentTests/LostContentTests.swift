import Foundation
import Support
import Testing

@testable import Store
@testable import SyncAgent

/// Contents that vanished from the disk, or are not what they were there.
extension FileFetchTests {
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
      let sound = try bench.made.mirror.files.check(contentsIn: bench.folder, isDeep: true)
      #expect(sound.violations == 0, "\(sound)")
      let hash = try #require(try bench.made.mirror.files.storedContents().first).hash
      let place = bench.folder.location(of: hash)
      switch harm {
      case .folderRemoved: try FileManager.default.removeItem(atPath: bench.folder.path)
      case .removed: try FileManager.default.removeItem(atPath: place)
      case .cut: try Data("01".utf8).write(to: URL(filePath: place))
      case .changed: try Data(Self.new.utf8).write(to: URL(filePath: place))
      }
      let broken = try bench.made.mirror.files.check(contentsIn: bench.folder, isDeep: true)
      #expect(broken.violations == 1 && broken.example?.contains("public://1.bin: it") == true, "\(broken)")
      let shallow = try bench.made.mirror.files.check(contentsIn: bench.folder, isDeep: false)
      #expect(shallow.violations == (harm == .changed ? 0 : 1))
      let report = try await bench.round(
        server, at: 1_900_000_200, comparing: compares ? .after(seconds: 100, limit: nil) : .never, looking: looking)
      #expect(report.fetched == (isSeen ? 1 : 0) && report.failed == 0 && report.replaced == 0)
      #expect(report.vanished == (isSeen && !compares ? 1 : 0))
      guard isSeen else { return }
      #expect(try bench.content(1) == Self.old)
      #expect(try bench.made.mirror.files.check(contentsIn: bench.folder, isDeep: true).violations == 0)
      #expect(try await bench.round(server, at: 1_900_000_300, looking: .bytes).isIdle)
    }
  }

  /// What cannot be looked at is not taken for gone.
  @Test func whatCannotBeLookedAtStays() async throws {
    let bench = try FileBench(sizes: [10])
    try await withFiles({ _ in [.answer(200, [], Self.old)] }) { server async throws in
      #expect(try await bench.round(server).fetched == 1)
      let hash = try #require(try bench.made.mirror.files.storedContents().first).hash
      let place = bench.folder.location(of: hash)
      // A way that goes round in circles, for whoever looks.
      try FileManager.default.removeItem(atPath: place)
      try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: place)
      let broken = try bench.made.mirror.files.check(contentsIn: bench.folder, isDeep: false)
      #expect(broken.violations == 1 && broken.example?.contains("it cannot be read") == true, "\(broken)")
      let report = try await bench.round(server, at: 1_900_000_200)
      #expect(report.fetched == 0 && report.vanished == 0 && report.unreadable?.contains("public://1.bin") == true)
      #expect(try bench.made.mirror.files.storedContents().map(\.hash) == [hash])
    }
  }
}
