import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Export
@testable import Store

/// What an export shows: one state, as far as a sight goes, of the types that were asked for, without what is gone.
@Suite struct ExportStateTests {
  @Test func theManifestSaysWhatItIs() throws {
    let made = try Exported.community()
    let exported = try Exported(of: made, .csv)
    let manifest = exported.manifest
    #expect(manifest["program"]?["version"] == "9.9.9" && manifest["format"] == "csv")
    #expect(manifest["mirror"]?["site"]?.string == CrawledMirror.site)
    #expect(manifest["mirror"]?["schema"]?.integer ?? 0 >= 26)
    #expect(manifest["made"]?.string == "2027-01-15T08:00:00Z")
    #expect(manifest["sight"]?.isNull == true && manifest["only"]?.isNull == true)
    #expect(manifest["round"]?["state"] == "cutOff")
    let columns = exported.tables["node_event"]?["columns"]?.array ?? []
    let title = columns.first { $0["name"] == "title" }
    #expect(title?["kind"] == "text" && title?["path"] == "attributes.title")
    #expect(columns.contains { $0["label"]?.string != nil })
    #expect(exported.report.lines.contains { $0.contains("here it stays") })
  }

  @Test func onlyWhatWasAskedFor() throws {
    let made = try Exported.community()
    let exported = try Exported(of: made, .jsonl) { $0.only = ["node--event", "profile"] }
    #expect(exported.tables["node_event"] != nil && exported.tables["profile"] != nil)
    #expect(exported.tables.keys.allSatisfy { $0.hasPrefix("node_event") || $0.hasPrefix("profile") })
    #expect {
      try Exported(of: made, .jsonl) { $0.only = ["node--evnt"] }
    } throws: { error in
      (error as? ExportFault)?.isUsage == true && "\(error)".contains("node--evnt")
    }
  }

  // MARK: Sights

  @Test(arguments: [ExportFormat.sqlite, .csv, .jsonl]) func aSightIsKept(format: ExportFormat) throws {
    let made = try Exported.community()
    let columns = ["name", "mail", "display_name"]
    let names = Set(try CrawledMirror.rows(made.mirror.path, "user", columns).flatMap { $0.compactMap { $0 } })
      .filter { $0.contains("@") || $0.count > 8 && $0.contains(" ") }
    let rules = SightRules(
      types: .only(["user", "taxonomy_term"]),
      hide: [
        "user.name", "user--user.mail", "user.display_name", "user.init",
        // Its title is the name, too.
        "user.metatag",
      ])
    let exported = try Exported(of: made, format) { order in
      (order.sight, order.sightName) = (Sight([rules]), "reporting")
    }
    try exported.proveFiles()
    #expect(exported.tables.keys.allSatisfy { $0.hasPrefix("user") || $0.hasPrefix("taxonomy_term") })
    #expect(Set(exported.columns("user")).isDisjoint(with: columns) && exported.columns("user").contains("created"))
    #expect(exported.tables["user"]?["rows"]?.integer ?? 0 > 0)
    #expect(!names.isEmpty)
    for name in names { #expect(try !exported.holds(name), "\(name)") }
    #expect(exported.manifest["sight"] == "reporting" && exported.manifest["localChangesNotSent"]?.isNull == true)
    // Reports read fields that are hidden.
    #expect(exported.report.leftOut.contains { $0.hasPrefix("report_answers") })
  }

  @Test func whatIsNotPublishedIsNotThere() throws {
    let made = try Exported.community()
    func statuses(_ sight: Sight) throws -> [String: Int64] {
      let exported = try Exported(of: made, .sqlite) { order in
        (order.sight, order.sightName) = (sight, sight.isEverything ? nil : "published")
      }
      return try DatabaseQueue(path: exported.folder + "/snapshot.sqlite").read { db in
        try Row.fetchAll(
          db, sql: "SELECT CAST(coalesce(status, 'none') AS TEXT), count(*) FROM user GROUP BY 1"
        ).reduce(into: [:]) { sums, row in try sums[row.decode(atIndex: 0)] = row.decode(Int64.self, atIndex: 1) }
      }
    }
    let (all, published) = (
      try statuses(.everything), try statuses(Sight([SightRules(published: true)]))
    )
    #expect(published["1"] == all["1"] && published["0"] == nil)
  }

  // MARK: Rounds

  @Test func aRoundThatIsUnderWayIsNotShownByHalf() throws {
    let made = try Exported.community()
    #expect {
      try Exported(of: made, .csv, into: "out", isEngineThere: true)
    } throws: { error in
      (error as? ExportFault)?.isUsage == false && "\(error)".contains("--unfinished")
        && "\(error)".contains("within 0 seconds:")
    }
    #expect(!FileManager.default.fileExists(atPath: made.folder.path + "/out"))
    let taken = try Exported(of: made, .csv, isEngineThere: true) { $0.takesUnfinished = true }
    #expect(taken.manifest["round"]?["state"] == "underWay" && !taken.report.notices.isEmpty)
    let run = try made.mirror.pulling.beginRun("pull", at: 5)
    try made.mirror.pulling.endRun(run, .complete, parts: [], message: nil, at: 6)
    let whole = try Exported(of: made, .csv, isEngineThere: true)
    #expect(whole.manifest["round"]?["state"] == "finished" && whole.manifest["round"]?["number"]?.integer == run)
    #expect(whole.report.notices.isEmpty)
  }

  /// The end of a round is noticed, and what is exported is of the time after it.
  @Test func theEndOfARoundIsWaitedFor() throws {
    let made = try Exported.community()
    let run = try made.mirror.pulling.beginRun("pull", at: 5)
    let mirror = made.mirror
    // An export waits on the thread that it is made on: so the round ends on another one.
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.3)
      #expect(throws: Never.self) { try mirror.pulling.endRun(run, .complete, parts: [], message: nil, at: 6) }
    }
    let exported = try Exported(of: made, .csv, isEngineThere: true) { $0.wait = .seconds(60) }
    #expect(exported.manifest["round"]?["state"] == "finished")
  }

  @Test func whereRoundsStand() {
    func run(_ finished: Int64?, _ outcome: String?) -> MirrorStatus.Run {
      MirrorStatus.Run(id: 1, kind: "pull", started: 1, finished: finished, outcome: outcome)
    }
    #expect(RoundMoment(nil, isEngineThere: true) == .none)
    #expect(RoundMoment(run(2, "complete"), isEngineThere: true) == .finished)
    #expect(RoundMoment(run(2, "failed"), isEngineThere: false) == .finished)
    #expect(RoundMoment(run(2, "interrupted"), isEngineThere: true) == .cutOff)
    #expect(RoundMoment(run(nil, nil), isEngineThere: true) == .underWay)
    #expect(RoundMoment(run(nil, nil), isEngineThere: false) == .cutOff)
  }

  // MARK: Removal

  @Test(arguments: [ExportFormat.sqlite, .csv, .jsonl]) func removalIsRemoval(format: ExportFormat) throws {
    let made = try Exported.community()
    let before = try Exported(of: made, format, into: "out")
    let titles = try CrawledMirror.rows(made.mirror.path, "node_event", ["title"]).compactMap { $0[0] }
    let title = try #require(titles.first { $0.count > 12 && !$0.contains("\"") })
    #expect(try before.holds(title))
    let all = try made.mirror.sweeping.everything(of: "node--event")
    _ = try made.mirror.sweeping.beginSweep(of: "node--event", at: 5)
    _ = try made.mirror.sweeping.remove(
      all.map { Removal($0, .deleted, how: "test") }, of: "node--event", onHidden: .drop, at: 5)
    let after = try Exported(of: made, format, into: "out")
    #expect(after.tables["node_event"]?["rows"] == 0)
    if format != .sqlite {
      let content = try after.bytes("node_event.\(format.suffix)")
      #expect(Data(content).range(of: Data(title.utf8)) == nil)
    } else {
      #expect(try CrawledMirror.rows(after.folder + "/snapshot.sqlite", "node_event", ["id"]).isEmpty)
    }
  }
}
