import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// Options and names that cannot be meant so: 2, and nothing is done.
@Suite struct UsageTests {
  @Test(
    arguments: [
      (["sync", "--sweep", "--no-sweep"], [:], [:], ["--sweep", "--no-sweep"]),
      (["sync", "--no-sweep", "--accept-removals", "node--topic"], [:], [:], ["--accept-removals", "--no-sweep"]),
      (["sync", "--only", "nonsense"], [:], [:], ["--only", "nonsense", "site.entityTypes"]),
      (["verify", "--only", "node", "nonsense"], [:], [:], ["--only", "nonsense", "site.entityTypes"]),
      (["sync"], ["SYNC_MAX_REMOVAL_SHARE": "20"], [:], ["SYNC_MAX_REMOVAL_SHARE", "from 0 to 1"]),
      (["sync"], [:], ["sync.maxRemovalShare": 20], ["sync.maxRemovalShare", "from 0 to 1"]),
      (["run"], [:], ["sync.intervalSeconds": .integer(Int.max)], ["sync.intervalSeconds", "3155760000"]),
      (["status"], [:], ["sync.conflicts": ["user": "site"]], ["sync.conflicts.user", "node--topic.title"]),
      (["sync"], [:], ["site.entityTypes": ["node topic"]], ["site.entityTypes", "node topic"]),
    ] as [([String], [String: String], [String: JSON], [String])])
  func isRefused(arguments: [String], environment: [String: String], keys: [String: JSON], words: [String]) async throws
  {
    let run = try await Workplace("http://127.0.0.1:9", keys).run(arguments, environment: environment)
    #expect(run.code == 2, "\(run.all)")
    #expect(run.out == "")
    for word in words { #expect(run.err.contains(word), "\(run.err)") }
  }

  /// A misspelt type is said before anything is read; an entity type of the configuration that the site lacks is said and no
  /// failure.
  @Test func typesThatTheSiteDoesNotHaveAreNamed() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.entityTypes": ["node", "webform_submission"]])
      let first = try await place.run(["sync", "--only", "node--topic", "node--nonsense"])
      #expect(first.code == 2, "\(first.all)")
      #expect(first.err.contains("the site has no type node--nonsense;"), "\(first.err)")
      #expect(try rows(place) == 0)
      let all = try await place.run(["sync", "-q"])
      #expect(all.code == 0, "\(all.all)")
      #expect(all.err.contains("setting webform_submission: site.entityTypes names it"), "\(all.err)")
      let none = try await place.run(["verify", "--only", "webform_submission"])
      #expect(none.code == 2 && none.err.contains("webform_submission"), "\(none.all)")
      let verified = try await place.run(["verify", "--json", "--only", "node--topic"])
      #expect(verified.code == 0, "\(verified.all)")
      #expect(try JSON(parsing: Array(verified.out.utf8))["types"] == 1)
    }
  }

  /// A comparison with another site than the mirror's is none.
  @Test(arguments: [["verify"], ["verify", "--json"], ["verify", "--only", "webform_submission"], ["sync"]])
  func anotherSiteIsSaid(arguments: [String]) async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.entityTypes": ["node", "webform_submission"]])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      try await SampleSite.withRunningSite { _, other in
        let run = try await place.run(arguments, environment: ["SITE_BASE_URL": other])
        #expect(run.code == 2, "\(run.all)")
        if arguments[0] == "verify" { #expect(run.out == "") }
        #expect(run.err.contains("this mirror is the copy of \(base), but site.baseURL is \(other)"), "\(run.err)")
      }
    }
  }

  /// Commands that only look, or change what is there, make no mirror where there is none.
  @Test(arguments: [
    ["status"], ["check"], ["explain", "/jsonapi/node/topic"], ["index", "list"],
    ["index", "drop", "node--topic", "title"],
    ["queue", "list"], ["queue", "show", "1"], ["queue", "retry", "1"], ["queue", "drop", "1"], ["conflicts", "list"],
    ["conflicts", "show", "1"], ["conflicts", "resolve", "1", "--take", "site"], ["consumer", "list"],
    ["consumer", "rotate", "crm"], ["consumer", "remove", "crm"], ["account", "list"], ["account", "remove", "ana"],
    ["verify"], ["changes"], ["changes", "--follow"], ["export", "out"],
  ])
  func aWrongPathIsSaid(arguments: [String]) async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let run = try await place.run(arguments)
    #expect(run.code == 1, "\(run.all)")
    #expect(run.err.contains("there is no mirror at \(place.mirrorPath)"), "\(run.err)")
    #expect(run.err.contains("mirror.path"), "\(run.err)")
    #expect(!FileManager.default.fileExists(atPath: place.mirrorPath), "a mirror was made")
  }

  /// A comparison that was cut short found nothing: that is no success.
  @Test(.timeLimit(.minutes(5))) func aComparisonThatIsStoppedIsNone() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["node"]])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      site.log.clear()
      site.faults.inject(.delay(.seconds(600)), times: 1000, below: "/jsonapi/node")
      let run = try await place.run(["verify", "--json"]) { process in
        while site.log.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        kill(process, SIGTERM)
      }
      site.faults.clear()
      #expect(!run.isKilled)
      #expect(run.code == 1, "\(run.all)")
      #expect(run.err.contains("stopped by a signal"), "\(run.err)")
      #expect(run.out == "")
    }
  }
}
