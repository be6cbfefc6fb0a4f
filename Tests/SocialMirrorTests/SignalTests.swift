import Foundation
import JSONAPI
import SampleSite
import Store
import Support
import Testing

/// The program while it is told to end, or is ended.
@Suite struct SignalTests {
  /// Ends a first pull in the middle of its pages: at the twentieth request, whose answer is held back.
  private func interrupt(
    _ signal: Int32, _ body: @escaping @Sendable (Workplace, ProgramRun, SampleSite) async throws -> Void
  )
    async throws
  {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base)
      site.faults.inject(.delay(.seconds(600)), times: 1000, after: 20)
      let run = try await place.run(["sync"]) { process in
        // The log has an entry as soon as an answer is made, also of one that is held back.
        while site.log.count < 23 { try await Task.sleep(for: .milliseconds(5)) }
        kill(process, signal)
      }
      site.faults.clear()
      try await body(place, run, site)
    }
  }

  private func expectAllThere(_ place: Workplace) async throws {
    let run = try await place.run(["sync"])
    #expect(run.code == 0, "\(run.all)")
    #expect(try rows(place) == Int64(visibleResources))
  }

  @Test(.timeLimit(.minutes(5))) func aKilledFirstPullGoesOn() async throws {
    try await interrupt(SIGKILL) { place, run, _ in
      #expect(run.isKilled)
      #expect(try rows(place) < Int64(visibleResources))
      try await expectAllThere(place)
    }
  }

  @Test(.timeLimit(.minutes(5))) func sigtermEndsASyncInOrder() async throws {
    try await interrupt(SIGTERM) { place, run, _ in
      #expect(!run.isKilled)
      #expect(run.code == 0, "\(run.all)")
      #expect(run.err.contains("stopped by a signal"))
      #expect(try Mirror(path: place.mirrorPath).reporting.status().runs.first?.outcome == "interrupted")
      try await expectAllThere(place)
    }
  }

  @Test(.timeLimit(.minutes(5))) func theDaemonServesAndEndsInOrder() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["localAPI.port": 0, "site.entityTypes": ["node"]])
      let run = try await place.run(["run"]) { process in
        let key = place.mirrorPath + ".signing-key.pem"
        while site.log.count < 10 || !FileManager.default.fileExists(atPath: key) {
          try await Task.sleep(for: .milliseconds(20))
        }
        kill(process, SIGTERM)
      }
      #expect(!run.isKilled)
      #expect(run.code == 0, "\(run.all)")
      for name in [".signing-key.pem", ".site-token"] { #expect(try mode(place.mirrorPath + name) == 0o600) }
    }
  }
}
