import JSONAPI
import SampleSite
import Testing

@testable import SocialMirror

/// What `sync` says of the contents of files, and how it ends then.
@Suite struct SyncEndTests {
  @Test(
    arguments: [
      (fetched: 0, failed: 0, isStopped: false, hasBudget: false, code: .done),
      (5, 0, false, false, .done),
      // Some are missing on the site, others come.
      (5, 2, false, false, .done), (5, 2, false, true, .done),
      // Nothing comes.
      (0, 2, false, false, .site), (0, 1, false, true, .site),
      // The disk is full.
      (0, 0, true, false, .fault), (5, 0, true, false, .fault), (0, 2, true, false, .fault),
      // The budget is used up.
      (0, 0, true, true, .done), (5, 2, true, true, .done), (0, 2, true, true, .site),
    ] as [(fetched: Int, failed: Int, isStopped: Bool, hasBudget: Bool, code: ExitCodes)])
  func filesHaveTheirCode(fetched: Int, failed: Int, isStopped: Bool, hasBudget: Bool, code: ExitCodes) {
    #expect(ExitCodes(filesFetched: fetched, failed: failed, isStopped: isStopped, hasBudget: hasBudget) == code)
  }

  /// The site answers 404 for all but so many files.
  @Test(arguments: [(0, 3), (3, 0)] as [(Int, Int32)]) func filesThatFailAreSaidAlsoUnderQuiet(
    come: Int, code: Int32
  ) async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["file"]])
      for prefix in ["/sites", "/system"] {
        site.faults.inject(.status(404), times: 1000, below: prefix, after: come)
      }
      let run = try await place.run(["sync", "-q"])
      #expect(run.code == code, "\(run.all)")
      #expect(run.out == "")
      #expect(run.err.contains("could not be fetched"), "\(run.err)")
      site.faults.clear()
      // They are left alone for a while, and that is no failure.
      let later = try await place.run(["sync", "-q"])
      #expect(later.code == 0 && later.all == "", "\(later.all)")
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
