import Foundation
import JSONAPI
import OpenSocial
import SampleSite
import Store
import Support
import Synchronization
import Testing

/// `changes` prints the feed out of the file, and goes on where it is told to.
@Suite struct ChangesCommandTests {
  private static func lines(_ run: ProgramRun) throws -> [JSON] {
    try run.out.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
  }

  /// A round that brings one new term.
  private static func store(_ id: String, in place: Workplace, _ base: String) throws {
    let mirror = try Mirror(path: place.mirrorPath)
    var scanner = PageScanner(base: DocumentBase(base), paths: [:])
    let object =
      #"{"type":"taxonomy_term--social_tagging","id":"\#(id)","links":{"self":{"href":"x"}},"attributes":"#
      + #"{"drupal_internal__tid":9\#(id.suffix(5)),"name":"New"},"relationships":{}}"#
    let page = try scanner.page(Array(#"{"data":[\#(object)]}"#.utf8))
    let run = try mirror.pulling.beginRun("test", at: 1)
    _ = try mirror.pulling.apply([
      PageApplication(
        type: "taxonomy_term--social_tagging", resources: page.resources, omitted: 0, cursor: nil, run: run)
    ])
    try mirror.pulling.endRun(run, .complete, parts: [], message: nil, at: 2)
    try mirror.close()
  }

  /// How many resources there are.
  private static func rows(_ place: Workplace) throws -> Int {
    let mirror = try Mirror(path: place.mirrorPath, for: .looking)
    defer { try? mirror.close() }
    return try mirror.reporting.status().types.reduce(0) { $0 + Int($1.rows) }
  }

  @Test(.timeLimit(.minutes(5))) func eachResourceIsALine() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base)
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let all = try await place.run(["changes"])
      let lines = try Self.lines(all)
      let rows = try Self.rows(place)
      #expect(all.code == 0 && lines.count == rows, "\(all.err)")
      #expect(lines.allSatisfy { $0["kind"] == "created" && $0["origin"] == "site" && $0["document"] == nil })
      let numbers = lines.compactMap { $0["sequence"]?.integer }
      #expect(numbers.count == lines.count && numbers == numbers.sorted())
      let middle = try #require(lines[lines.count / 2]["position"]?.string)
      let rest = try await place.run(["changes", "--since", middle, "--documents"])
      #expect(
        try Self.lines(rest).map { $0["sequence"] } == Array(lines[(lines.count / 2 + 1)...]).map { $0["sequence"] })
      #expect(try Self.lines(rest).allSatisfy { $0["document"]?["id"] == $0["resource"]?["id"] })
      #expect(try await place.run(["changes", "--since", "now"]).out == "")
      for since in ["999999999", "17-abc", "x"] {
        let refused = try await place.run(["changes", "--since", since])
        #expect(refused.code == 2 && refused.out == "", "\(since): \(refused.all)")
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func itFollowsUntilItIsTold() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.entityTypes": ["taxonomy_term"]])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let written = Mutex<[String]>([])
      let followed = try await place.run(["changes", "--since", "now", "--follow"]) { process in
        // When it has the file open nobody is told: so there is more to follow until it has said something.
        while try place.printed == "" {
          let id = "00000000-0000-4000-8000-\(100_000_000_001 + written.withLock { $0.count })"
          written.withLock { $0.append(id) }
          try Self.store(id, in: place, base)
          try await Task.sleep(for: .milliseconds(500))
        }
        kill(process, SIGINT)
      }
      #expect(followed.code == 0 && !followed.isKilled, "\(followed.err)")
      let told = try Self.lines(followed).compactMap { $0["resource"]?["id"]?.string }
      // Those since it has had the file open, each once: what was written last it may have left for the next time.
      let all = written.withLock { $0 }
      let first = try #require(all.firstIndex { $0 == told.first })
      #expect(Array(all[first...].prefix(told.count)) == told, "\(told) of \(all)")
    }
  }
}
