import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// `sync` beside the daemon: two processes of the program.
@Suite(.timeLimit(.minutes(5))) struct ControlCommandTests {
  private func workplace(_ base: String, _ change: [String: JSON] = [:]) throws -> Workplace {
    let usual: [String: JSON] = [
      "localAPI.port": 0, "sync.intervalSeconds": 3600, "site.entityTypes": ["node", "taxonomy_term"],
    ]
    return try Workplace(base, usual.merging(change) { _, new in new })
  }

  private func socket(_ place: Workplace) -> String { place.mirrorPath + ".control" }

  /// Waits until the daemon has said this.
  private func wait(_ place: Workplace, _ process: Int32, for words: String) async throws {
    while true {
      let said = try place.said
      if said.contains(words) { return }
      try #require(kill(process, 0) == 0, "the daemon ended: \(said)")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// How many rounds daemons have told of in this place.
  private func rounds(_ place: Workplace) throws -> Int { try place.said.components(separatedBy: " info round ").count }

  /// Waits until the daemon listens and has done its first round.
  private func ready(_ place: Workplace, _ process: Int32) async throws {
    try await wait(place, process, for: " info round ")
    while access(socket(place), F_OK) != 0 { try await Task.sleep(for: .milliseconds(20)) }
  }

  @Test func theDaemonDoesTheRoundAndSyncSaysItsSummary() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try workplace(base)
      let run = try await place.run(["run"]) { process in
        try await ready(place, process)
        #expect(try mode(socket(place)) == 0o600)
        let before = site.log.count
        let sync = try await place.run(["sync", "--full"])
        #expect(sync.code == 0, "\(sync.all)")
        #expect(sync.out.contains("resources in") && sync.out.contains("requests"), "\(sync.all)")
        #expect(site.log.count > before + 10)
        let quiet = try await place.run(["sync", "-q"])
        #expect(quiet.code == 0 && quiet.out.isEmpty, "\(quiet.all)")
        let wordy = try await place.run(["sync", "-v", "--only", "node--topic"])
        #expect(wordy.code == 0 && wordy.out.contains("bytes   pages"), "\(wordy.all)")
        let wrong = try await place.run(["sync", "--only", "node--nonsense"])
        #expect(wrong.code == 2 && wrong.err.contains("node--nonsense"), "\(wrong.all)")
        kill(process, SIGTERM)
      }
      #expect(!run.isKilled)
      #expect(run.code == 0, "\(run.all)")
      #expect(run.err.contains("a round is asked for"))
      // A name that was misspelt at a terminal is no failure of the daemon's.
      #expect(run.err.contains("a round by hand is refused") && !run.err.contains(" error --only"), "\(run.err)")
      #expect(access(socket(place), F_OK) != 0)
    }
  }

  @Test func removalsAreAcceptedBesideTheDaemon() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try workplace(base)
      let run = try await place.run(["run"]) { process in
        try await ready(place, process)
        let ids = site.community.ids(of: "node--topic")
        try site.withCommunity { community in for id in ids.prefix(50) { try community.delete(id) } }
        let held = try await place.run(["sync", "--sweep"])
        #expect(held.code == 5, "\(held.all)")
        #expect(held.err.contains("50 of \(ids.count) resources of node--topic"), "\(held.all)")
        #expect(held.err.contains("social-mirror sync --accept-removals node--topic"))
        let strange = try await place.run(["sync", "--accept-removals", "node--topics"])
        #expect(strange.code == 2 && strange.err.contains("the mirror has no type node--topics"), "\(strange.all)")
        let accepted = try await place.run(["sync", "--accept-removals", "node--topic"])
        #expect(accepted.code == 0, "\(accepted.all)")
        #expect(accepted.out.contains("50 removed"), "\(accepted.all)")
        kill(process, SIGTERM)
      }
      #expect(run.code == 0, "\(run.all)")
      #expect(try await place.run(["status"]).out.contains("tombstones: 50 deleted, 0 hidden, 0 unpublished"))
    }
  }

  /// While a round is held up by the site: Ctrl-C leaves it to the daemon, and the end of the daemon answers who waits.
  @Test func whoIsInterruptedLeavesTheRoundAndTheEndAnswersTheOthers() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try workplace(base)
      let run = try await place.run(["run"]) { process in
        try await ready(place, process)
        site.faults.inject(.delay(.seconds(600)), times: 1_000, below: "/jsonapi")
        let interrupted = try await place.run(["sync"]) { asking in
          try await wait(place, process, for: "a round by hand begins")
          kill(asking, SIGINT)
        }
        #expect(interrupted.code == 0 && !interrupted.isKilled, "\(interrupted.all)")
        #expect(interrupted.err.contains("the daemon goes on with the round"), "\(interrupted.all)")
        let waiting = try await place.run(["sync", "--sweep"]) { _ in
          try await wait(place, process, for: "a round with a sweep of everything")
          kill(process, SIGTERM)
        }
        #expect(waiting.code == 1, "\(waiting.all)")
        #expect(waiting.err.contains("the daemon was stopped"), "\(waiting.all)")
        site.faults.clear()
      }
      #expect(run.code == 0 && !run.isKilled, "\(run.all)")
      // Without the daemon it does it itself.
      let alone = try await place.run(["sync"])
      #expect(alone.code == 0, "\(alone.all)")
    }
  }

  @Test func aDaemonThatIsKilledIsToldAndItsSocketReplaced() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try workplace(base)
      let run = try await place.run(["run"]) { process in
        try await ready(place, process)
        site.faults.inject(.delay(.seconds(600)), times: 1_000, below: "/jsonapi")
        let asking = try await place.run(["sync"]) { _ in
          try await wait(place, process, for: "a round by hand begins")
          kill(process, SIGKILL)
        }
        #expect(asking.code == 1, "\(asking.all)")
        #expect(asking.err.contains("the daemon ended, or hung up"), "\(asking.all)")
        site.faults.clear()
      }
      #expect(run.isKilled)
      #expect(access(socket(place), F_OK) == 0, "it is left behind")
      let alone = try await place.run(["sync"])
      #expect(alone.code == 0, "\(alone.all)")
      let rounds = try self.rounds(place)
      let again = try await place.run(["run"]) { process in
        while try self.rounds(place) == rounds {
          try #require(kill(process, 0) == 0)
          try await Task.sleep(for: .milliseconds(20))
        }
        let sync = try await place.run(["sync", "--only", "node--topic", "--no-push"])
        #expect(sync.code == 0, "\(sync.all)")
        kill(process, SIGTERM)
      }
      #expect(again.code == 0, "\(again.all)")
      #expect(access(socket(place), F_OK) != 0)
    }
  }

  /// A round by hand sends local changes, too, and several askers of the same share it.
  @Test func severalAskAtOnce() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try workplace(base)
      let run = try await place.run(["run"]) { process in
        try await ready(place, process)
        try await withThrowingTaskGroup(of: ProgramRun.self) { group in
          for number in 0..<6 {
            group.addTask { try await place.run(number % 2 == 0 ? ["sync"] : ["sync", "--full"]) }
          }
          for try await sync in group { #expect(sync.code == 0 && sync.out.contains("requests"), "\(sync.all)") }
        }
        kill(process, SIGTERM)
      }
      #expect(run.code == 0, "\(run.all)")
    }
  }

  @Test func aPathThatIsTooLongIsSaidAndTheDaemonGoesOn() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try workplace(
        base, ["mirror.path": .string("data/" + String(repeating: "long", count: 30) + ".sqlite")])
      let run = try await place.run(["run"]) { process in
        try await wait(place, process, for: "may have 103")
        try await wait(place, process, for: " info round ")
        let sync = try await place.run(["sync"])
        #expect(sync.code == 1 && sync.err.contains("is already synchronising"), "\(sync.all)")
        kill(process, SIGTERM)
      }
      #expect(run.code == 0, "\(run.all)")
    }
  }
}
