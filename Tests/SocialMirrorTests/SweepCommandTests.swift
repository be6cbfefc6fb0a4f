import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// The commands around sweeps, on the built program.
@Suite struct SweepCommandTests {
  @Test func aHeldRemovalEndsWithFiveUntilItIsAccepted() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["node"]])
      #expect(try await place.run(["sync"]).code == 0)
      let ids = site.community.ids(of: "node--topic")
      try site.withCommunity { community in
        for id in ids.prefix(50) { try community.delete(id) }
        try community.editSilently(ids[80], attributes: [("title", "Silent")])
      }
      let verified = try await place.run(["verify", "--json", "--only", "node--topic"])
      #expect(verified.code == 5, "\(verified.all)")
      let differences = try JSON(parsing: Array(verified.out.utf8))["differences"]?.array ?? []
      #expect(differences.count { $0["kind"]?.string == "extra" } == 50)
      let silent = differences.first { $0["id"]?.string == ids[80] }
      #expect(silent?["members"]?.array?.compactMap(\.string) == ["attributes.title"])

      let held = try await place.run(["sync", "--sweep"])
      #expect(held.code == 5, "\(held.all)")
      #expect(held.err.contains("50 of \(ids.count) resources of node--topic"))
      #expect(held.err.contains("social-mirror sync --accept-removals node--topic"))
      #expect(try await place.run(["status"]).out.contains("node--topic: 50 removals wait"))
      #expect(try await place.run(["sync", "--accept-removals", "node--topics"]).code == 2)
      let accepted = try await place.run(["sync", "--accept-removals", "node--topic"])
      #expect(accepted.code == 0, "\(accepted.all)")
      #expect(accepted.out.contains("50 removed"))
      #expect(try await place.run(["status"]).out.contains("tombstones: 50 deleted, 0 hidden, 0 unpublished"))
      #expect(try await place.run(["verify", "-q"]).all == "")
    }
  }

  /// A folder that may not be written: nothing is kept there, and nothing of that is said. Root may write everywhere.
  @Test(.enabled(if: geteuid() != 0)) func aCopyForReadingAloneIsCompared() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.entityTypes": ["taxonomy_term"]])
      #expect(try await place.run(["sync"]).code == 0)
      let token = place.mirrorPath + ".site-token"
      try FileManager.default.removeItem(atPath: token)
      chmod(place.folder + "/data", 0o555)
      defer { chmod(place.folder + "/data", 0o755) }
      let verified = try await place.run(["verify", "-q"])
      #expect(verified.code == 0 && verified.all.isEmpty, "\(verified.all)")
      #expect(!FileManager.default.fileExists(atPath: token))
    }
  }

  @Test func checkSaysWhatItProved() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(
        base, ["site.entityTypes": ["taxonomy_term"]], damagedBy: "an identity removed")
      #expect(try await place.run(["check"]).code == 1)
      try await place.run(["sync"])
      let sound = try await place.run(["check"])
      #expect(sound.code == 0, "\(sound.all)")
      #expect(sound.out.split(separator: "\n").count >= 14)
      #expect(sound.out.split(separator: "\n").allSatisfy { $0.hasPrefix("ok") })
      let harm = Process()
      harm.executableURL = URL(filePath: "/usr/bin/sqlite3")
      harm.arguments = [place.mirrorPath, "DELETE FROM identity WHERE id = (SELECT min(id) FROM resource);"]
      try harm.run()
      harm.waitUntilExit()
      let broken = try await place.run(["check"])
      #expect(broken.code == 1)
      #expect(broken.out.contains("VIOLATED  every resource has its identity"))
    }
  }
}
