import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// Contents of files that somebody took from the disk, on the built program.
@Suite struct ContentsCommandTests {
  /// The contents in a workplace, by path.
  private func contents(_ place: Workplace) -> [String] {
    let folder = place.folder + "/data/files"
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.count == 65 }.sorted().map { "\(folder)/\($0)" }
  }

  @Test func checkSaysWhatIsNotOnDiskAndFullFetchesIt() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.entityTypes": ["file"]])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let all = contents(place)
      #expect(all.count > 3)
      let sound = try await place.run(["check"])
      #expect(sound.code == 0, "\(sound.all)")
      #expect(sound.out.contains("ok        every content of a file is on disk, in its size"), "\(sound.out)")

      // The whole folder.
      try FileManager.default.removeItem(atPath: place.folder + "/data/files")
      let without = try await place.run(["check"])
      #expect(without.code == 1, "\(without.all)")
      #expect(without.out.contains("VIOLATED  every content of a file is on disk, in its size  (\(all.count), such as"))
      #expect(without.out.contains("next: social-mirror sync --full"), "\(without.out)")
      let full = try await place.run(["sync", "--full"])
      #expect(full.code == 0, "\(full.all)")
      #expect(full.out.contains("\(all.count) contents were missing on disk or damaged"), "\(full.all)")
      #expect(contents(place) == all)
      #expect(try await place.run(["check", "--deep"]).code == 0)

      // One whose size is what it was.
      let damaged = try #require(all.first)
      var bytes = try Data(contentsOf: URL(filePath: damaged))
      try #require(!bytes.isEmpty)
      bytes[bytes.startIndex] ^= 0xFF
      try bytes.write(to: URL(filePath: damaged))
      #expect(try await place.run(["check"]).code == 0)
      let deep = try await place.run(["check", "--deep"])
      #expect(deep.code == 1 && deep.out.contains("its bytes are not those that were fetched"), "\(deep.all)")
      #expect(try await place.run(["sync", "--full", "-q"]).code == 0)
      #expect(try await place.run(["check", "--deep", "-q"]).all == "")
    }
  }
}
