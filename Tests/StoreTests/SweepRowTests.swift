import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

/// Rows of sweeps in the file.
@Suite struct SweepRowTests {
  /// A file in which sweeps were under way before verdicts and marks were noted: candidates are those that were not asked for, and
  /// a listing that is not complete begins anew.
  @Test func aFormerMirrorKeepsItsCandidates() throws {
    let made = try ProvenMirror(damagedBy: "sweeps and candidates of what there is not")
    defer { withExtendedLifetime(made) {} }
    let path = made.mirror.path
    try made.mirror.close()
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in
      try db.execute(
        sql: """
          ALTER TABLE sweep_candidate DROP COLUMN kind;
          ALTER TABLE sweep_candidate DROP COLUMN how;
          ALTER TABLE sweep DROP COLUMN marks;
          DELETE FROM grdb_migrations WHERE identifier IN ('10 verdicts of sweeps', '11 marks of sweeps');
          INSERT INTO sweep (type, started, last_id, position, is_listed) VALUES (1, 5, 10, 40, 1), (3, 5, 10, 40, 0);
          INSERT INTO sweep_candidate (type, resource, is_omitted) VALUES (1, 2, 0), (3, 4, 0);
          """)
    }
    try queue.close()
    let mirror = try Mirror(path: path)
    let unasked = try mirror.database.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM sweep_candidate WHERE kind IS NULL AND how IS NULL")
    }
    #expect(unasked == 1)
    let underWay = try mirror.database.read { db in
      try Int.fetchAll(db, sql: "SELECT type FROM sweep WHERE started IS NOT NULL AND position = 40")
    }
    #expect(underWay == [1])
    try mirror.close()
  }

  @Test func verdictsAreKeptUntilTheSweepBeginsAnew() throws {
    let made = try CrawledMirror.full()
    let mirror = made.mirror
    let type = "node--topic"
    var state = try mirror.sweeping.beginSweep(of: type, at: 7)
    state.isListed = true
    _ = try mirror.sweeping.apply(
      SweepApplication(type: type, resources: [], omitted: [], covers: (after: -1, through: nil), state: state, run: 1))
    var candidates = try mirror.sweeping.candidates(of: type)
    #expect(candidates.count > 3 && candidates.allSatisfy { $0.verdict == nil })
    candidates[0].verdict = SweepCandidate.Verdict(.deleted, how: "gone")
    candidates[1].verdict = SweepCandidate.Verdict(nil, how: "no word")
    try mirror.sweeping.note(Array(candidates.prefix(2)), of: type)
    #expect(try mirror.sweeping.candidates(of: type) == candidates)
    _ = try mirror.sweeping.beginSweep(of: type, at: 8)
    #expect(try mirror.sweeping.candidates(of: type).isEmpty)
  }

  /// A type whose serial number turns out to be another attribute is swept from the beginning: nothing stays listed.
  @Test func whatWasListedGoesWithTheNumbers() throws {
    let attributes = #""attributes":{"drupal_internal__nid":9001,"number":5,"title":"One"}"#
    let object = Topic.object(Topic.links, attributes, Topic.relationships())
    let made = try CrawledMirror()
    let mirror = made.mirror
    _ = try made.take(object)
    let type = "node--topic"
    let state = try mirror.sweeping.beginSweep(of: type, at: 7)
    var scanner = PageScanner(base: DocumentBase(base), paths: try CrawledMirror.paths())
    var page = SweepApplication(
      type: type, resources: try scanner.page(Array(#"{"data":[\#(object)]}"#.utf8)).resources, omitted: [],
      covers: nil,
      state: state, run: 1)
    page.isUnnumbered = true
    _ = try mirror.sweeping.apply(page)
    func listed() throws -> Int? {
      try mirror.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sweep_listed") }
    }
    #expect(try listed() == 1)
    try mirror.discovery.note(serialNumber: "number", of: type)
    #expect(try listed() == 0)
  }
}
