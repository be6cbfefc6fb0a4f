import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// `export`, on the built program.
@Suite struct ExportCommandTests {
  private static let sights: JSON = [
    "reporting": ["types": ["taxonomy_term"]], "own": ["own": true],
  ]

  private func manifest(_ folder: String) throws -> JSON {
    try JSON(parsing: Array(Data(contentsOf: URL(filePath: folder + "/manifest.json"))))
  }

  @Test func aRoundIsExported() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(
        base, ["site.entityTypes": ["taxonomy_term", "event_enrollment"], "localAPI.sights": Self.sights])
      #expect(try await place.run(["export", "out"]).code == 1)
      #expect(try await place.run(["sync"]).code == 0)
      let done = try await place.run(["export", "out"])
      #expect(done.code == 0 && done.err.isEmpty, "\(done.all)")
      #expect(done.out.contains("/out: ") && done.out.contains("here it stays"))
      let manifest = try manifest(place.folder + "/out")
      #expect(manifest["round"]?["state"] == "finished" && manifest["asOf"]?.string != nil)
      #expect(manifest["mirror"]?["site"]?.string?.hasPrefix(base) == true)
      let narrow = try await place.run(["export", "out", "--format", "csv", "--sight", "reporting", "--json"])
      #expect(narrow.code == 0, "\(narrow.all)")
      let printed = try JSON(parsing: Array(narrow.out.utf8))
      #expect(printed["sight"] == "reporting" && printed["format"] == "csv")
      let types = Set(printed["tables"]?.array?.compactMap { $0["resourceType"]?.string } ?? [])
      #expect(!types.isEmpty && types.allSatisfy { $0.hasPrefix("taxonomy_term--") })
      for wrong in [
        ["--sight", "nobody"], ["--sight", "own"], ["--only", "nobody"], ["--format", "xlsx"], ["--wait", "-1"],
        ["--duckdb", "duckdb"],
      ] {
        let refused = try await place.run(["export", "other"] + wrong)
        #expect(refused.code == 2 && !refused.err.isEmpty, "\(wrong): \(refused.all)")
      }
      #expect(!FileManager.default.fileExists(atPath: place.folder + "/other"))
    }
  }

  /// Killed at whatever moment: there is the export of before or the new one, each whole, and the next one cleans up.
  @Test func aKillLeavesNoHalf() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.entityTypes": ["node", "user", "comment"]])
      #expect(try await place.run(["sync"]).code == 0)
      let out = place.folder + "/out"
      for step in 0..<8 {
        let run = try await place.run(["export", "out", "--format", step % 2 == 0 ? "jsonl" : "sqlite"]) { process in
          try await Task.sleep(for: .milliseconds(20 + 60 * step))
          kill(process, SIGKILL)
        }
        #expect(run.isKilled || run.code == 0, "\(run.all)")
        guard FileManager.default.fileExists(atPath: out) else { continue }
        let manifest = try manifest(out)
        let files = manifest["files"]?.array ?? []
        #expect(!files.isEmpty)
        for file in files {
          let path = out + "/" + (file["name"]?.string ?? "")
          #expect(try Data(contentsOf: URL(filePath: path)).count == Int(file["bytes"]?.integer ?? -1))
        }
      }
      let last = try await place.run(["export", "out"])
      #expect(last.code == 0, "\(last.all)")
      let left = try FileManager.default.contentsOfDirectory(atPath: place.folder).filter { $0.hasPrefix(".out") }
      #expect(left.isEmpty, "\(left)")
    }
  }
}
