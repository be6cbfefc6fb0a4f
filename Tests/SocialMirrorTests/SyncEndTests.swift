import JSONAPI
import SampleSite
import Support
import Testing
import Upstream

@testable import SocialMirror
@testable import SyncAgent

/// What `sync` says of the contents of files, and how it ends then.
@Suite struct SyncEndTests {
  @Test(
    arguments: [
      (fetched: 0, failed: 0, away: 0, stop: .none, code: .done),
      (5, 0, 0, .none, .done),
      // Some are missing on the site, others come; or nothing else was due.
      (5, 2, 0, .none, .done), (0, 2, 0, .none, .done),
      // Nothing comes, for the site is away.
      (0, 2, 2, .none, .site), (5, 2, 2, .none, .done),
      // One file that its server refuses is no site that is away.
      (0, 1, 1, .none, .done),
      // The disk is full, with a budget or without.
      (0, 0, 0, .disk, .fault), (5, 0, 0, .disk, .fault), (0, 2, 2, .disk, .fault), (5, 2, 0, .disk, .fault),
      // The budget is used up.
      (0, 0, 0, .budget, .done), (5, 2, 0, .budget, .done), (0, 2, 2, .budget, .site),
    ] as [(fetched: Int, failed: Int, away: Int, stop: Stop, code: ExitCodes)])
  func filesHaveTheirCode(fetched: Int, failed: Int, away: Int, stop: Stop, code: ExitCodes) {
    var report = FileRound.Report()
    report.fetched = fetched
    report.failed = failed
    report.away = away
    report.stopped = stop == .none ? nil : "no room"
    report.isDiskFull = stop == .disk
    #expect(ExitCodes(files: report) == code)
  }

  enum Stop { case none, disk, budget }

  /// What waits for a person says that all else is done: whatever else failed goes before it.
  @Test func aFailureGoesBeforeWhatWaitsForAPerson() {
    let waits = SyncFault.sawNothing(type: "node--event", stored: 3)
    let fails = SiteError(.unavailable, status: 503)
    func report(_ failures: (any Error)?...) -> SyncReport {
      var report = SyncReport()
      report.types = failures.enumerated().map { number, failure in
        var part = TypeReport(type: "t\(number)")
        part.failure = failure
        return part
      }
      return report
    }
    #expect(report(nil).failureCode == nil)
    #expect(report(waits, nil).failureCode == .person)
    #expect(report(waits, fails).failureCode == .site)
    // A site that is suddenly empty is for a person to look at, whether a round or a sweep found it so.
    #expect(report(waits, UntrustworthyPage.suddenlyEmpty).failureCode == .person)
    #expect(report(waits, UntrustworthyPage.restless).failureCode == .site)
    #expect(report(fails, waits).failureCode == .site)
  }

  /// All files but so many fail.
  @Test(
    arguments: [
      (404, 0, 0, "files that the site has lost (404): 42"), (404, 3, 0, "files that the site has lost (404): 39"),
      (403, 0, 0, "could not be fetched"),
    ] as [(Int, Int, Int32, String)])
  func filesThatFailAreSaidAlsoUnderQuiet(status: Int, come: Int, code: Int32, words: String) async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["file"]])
      for prefix in ["/sites", "/system"] {
        site.faults.inject(.status(status), times: 10_000, below: prefix, after: prefix == "/sites" ? come : 0)
      }
      let run = try await place.run(["sync", "-q"])
      #expect(run.code == code, "\(run.all)")
      #expect(run.out == "")
      #expect(run.err.contains(words), "\(run.err)")
      site.faults.clear()
      // They are left alone for a while, and that is no failure; what is set aside is said as long as it is.
      let later = try await place.run(["sync", "-q"])
      #expect(later.code == 0 && later.err.contains("set aside: file file--file"), "\(later.all)")
      let status = try await place.run(["status"])
      #expect(status.out.contains("set aside: "), "\(status.all)")
    }
  }

  @Test func aBudgetThatIsUsedUpIsSaidAndNoFailure() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.entityTypes": ["file"], "mirror.filesBudgetBytes": 1000])
      let run = try await place.run(["sync", "-q"])
      #expect(run.code == 0, "\(run.all)")
      #expect(run.err.contains("mirror.filesBudgetBytes (1000)"), "\(run.err)")
    }
  }

  /// While files are fetched the site takes the token back and issues no other: what was read before is told, then what
  /// went wrong.
  @Test(.timeLimit(.minutes(5))) func whatWasDoneIsShownWhereTheFilesEndIt() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["file"]])
      for prefix in ["/sites", "/system"] { site.faults.inject(.unauthorizedPage, times: 1000, below: prefix) }
      site.faults.inject(.unauthorizedPage, times: 1000, below: "/oauth/token", after: 1)
      let run = try await place.run(["sync"])
      #expect(run.code == 3, "\(run.all)")
      #expect(run.out.contains("new and 0 changed resources"), "\(run.all)")
      #expect(run.err.contains("the token route answered with status 401"), "\(run.err)")
    }
  }
}
