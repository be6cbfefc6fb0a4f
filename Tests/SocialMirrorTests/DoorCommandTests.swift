import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// Doors in front of the site, on the built program.
@Suite struct DoorCommandTests {
  /// Quick, in one line, nothing lost; when the door opens, the next `sync` goes on.
  @Test(arguments: [
    (Habit.basicDoor, Int32(4), "HTTP Basic, realm “Staging”", 1), (.firewallPage, 3, "Cloudflare", 1),
    (.maintenance, 3, "maintenance mode", 1),
  ])
  func aDoorIsNamedAtOnce(habit: Habit, code: Int32, text: String, most: Int) async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["taxonomy_term"]])
      for isSignedIn in [false, true] {
        site.habits = [habit]
        let asked = site.log.count
        let started = ContinuousClock.now
        let shut = try await place.run(["sync"])
        #expect(shut.code == code, "\(shut.all)")
        // An answer that cannot be used is shown as it begins; what is said of it is words.
        let words = shut.err.split(separator: "\n").map { $0.components(separatedBy: ", which begins: ")[0] }
        #expect(shut.err.contains(text) && !shut.err.contains("&amp;"), "\(shut.err)")
        #expect(!words.contains { $0.contains("<") }, "\(shut.err)")
        #expect(ContinuousClock.now - started < .seconds(30))
        #expect(site.log.count - asked <= most, "\(site.log.count - asked) requests, signed in: \(isSignedIn)")
        site.habits = []
        #expect(try await place.run(["sync"]).code == 0)
      }
    }
  }

  /// A timer with a wrong password: one try, then none until the password is another.
  @Test func aWrongPasswordIsTriedOnce() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["taxonomy_term"]])
      let wrong = ["SITE_AUTH_PASSWORD": "not-this-one"]
      for number in 0..<6 {
        let run = try await place.run(["sync"], environment: wrong, secrets: Workplace.secrets + ["not-this-one"])
        #expect(run.code == 4, "\(run.all)")
        #expect(run.err.contains("site.auth"))
        if number > 0 { #expect(run.err.contains("not tried again before") && run.err.contains(".refused")) }
      }
      #expect(try await place.run(["verify"], environment: wrong).code == 4)
      #expect(site.log.entries.count { $0.url.hasPrefix("/oauth/token") } == 1)
      let note = try String(contentsOfFile: place.mirrorPath + ".site-token.refused", encoding: .utf8)
      #expect(!note.contains("not-this-one"))
      let status = try await place.run(["status"]).out
      #expect(status.contains("the last round failed at ") && status.contains("site.auth"), "\(status)")
      #expect(!status.contains("not-this-one"))
      #expect(try await place.run(["sync"]).code == 0)
      #expect(!FileManager.default.fileExists(atPath: place.mirrorPath + ".site-token.refused"))
    }
  }

  /// A round that ends before anything is read is no news that all is well: `status` has it until one gets on again.
  @Test(arguments: [(Habit.basicDoor, "HTTP Basic"), (.maintenance, "maintenance mode")])
  func statusTellsOfRoundsThatReadNothing(habit: Habit, text: String) async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["taxonomy_term"]])
      func state() async throws -> (words: String, document: JSON) {
        let document = try await place.run(["status", "--json"])
        return (try await place.run(["status"]).out, try JSON(parsing: Array(document.out.utf8)))
      }
      #expect(try await place.run(["sync"]).code == 0)
      let well = try await state()
      #expect(!well.words.contains("the last round") && well.document["unreadSince"]?.isNull == true)
      site.habits = [habit]
      for _ in 0..<3 { #expect(try await place.run(["sync"]).code != 0) }
      let shut = try await state()
      #expect(shut.words.contains("the last round failed at ") && shut.words.contains(text), "\(shut.words)")
      #expect(shut.words.contains("nothing could be read since "), "\(shut.words)")
      let last = shut.document["runs"]?[0]
      #expect(last?["kind"] == "attempt" && last?["outcome"] == "failed")
      #expect(last?["message"]?.string?.contains(text) == true && last?["started"] == shut.document["unreadSince"])
      #expect(shut.document["lastComplete"]?["id"] == well.document["lastComplete"]?["id"])
      #expect(!Workplace.secrets.contains { shut.words.contains($0) })
      site.habits = []
      #expect(try await place.run(["sync"]).code == 0)
      let opened = try await state()
      #expect(!opened.words.contains("the last round") && opened.document["unreadSince"]?.isNull == true)
    }
  }

  @Test func pageSizeIsTheMost() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["node"], "site.pageSize": 9])
      #expect(try await place.run(["sync"]).code == 0)
      let limits = site.log.entries.compactMap { entry in
        entry.url.removingPercentEncoding?.ranges(of: "page[limit]=").first.flatMap { range in
          entry.url.removingPercentEncoding.flatMap { Int($0[range.upperBound...].prefix { $0.isNumber }) }
        }
      }
      #expect(!limits.isEmpty && limits.allSatisfy { $0 <= 9 })
      #expect(try await place.run(["sync"], environment: ["SITE_PAGE_SIZE": "51"]).code == 2)
      #expect(try await place.run(["sync"], environment: ["SITE_PAGE_SIZE": "0"]).code == 2)
    }
  }
}
