import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Store
import Support
import Testing

@Suite struct ApplyTests {
  /// What another program would read out of the file.
  private func value<Value: DatabaseValueConvertible>(_ made: CrawledMirror, _ sql: String) throws -> Value? {
    let queue = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    return try queue.read { try Value.fetchOne($0, sql: sql) }
  }

  @Test func anUpdateReplacesTheTargets() throws {
    let made = try CrawledMirror()
    let targets =
      "SELECT group_concat(lower(hex(i.uuid)) || l.delta) FROM relationship l JOIN identity i ON i.id = l.target"
    let hex = { (id: String) in id.replacing("-", with: "") }
    _ = try made.take(Topic.usual(users: [Topic.user, Topic.other]))
    #expect(try value(made, targets) == "\(hex(Topic.user))0,\(hex(Topic.other))1")
    let outcome = try made.take(Topic.usual(users: [Topic.other]))
    #expect(try outcome.changes.map(\.uuid) == [uuid()])
    #expect(outcome.updated == 1 && outcome.changes.first?.isNew == false)
    #expect(try value(made, targets) == "\(hex(Topic.other))0")
    #expect(try made.take(Topic.usual(users: [])).updated == 1)
    #expect(try value(made, "SELECT count(*) FROM relationship") == 0)
  }

  private func uuid() throws -> ResourceID { try #require(ResourceID(Topic.id)) }

  @Test func identitiesAreSixteenBytes() throws {
    let full = try CrawledMirror.full()
    #expect(try value(full, "SELECT count(*) FROM identity WHERE length(uuid) <> 16") == 0)
    #expect(try value(full, "SELECT count(*) FROM resource") == 1301)
    #expect(try value(full, "SELECT count(DISTINCT uuid || type) = count(*) FROM resources") == true)
    #expect(try value(full, "SELECT count(*) FROM resources WHERE uuid = '\(CrawledMirror.account)'") == 1)
    // Letter case does not make another resource.
    #expect(try full.rendered("user--user", CrawledMirror.account.uppercased()) != nil)
  }

  /// The same UUID in two types is two resources.
  @Test func typesHaveTheirOwnUUIDs() throws {
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    #expect(try made.take(Topic.usual().replacing("node--topic", with: "group--open_group")).inserted == 1)
    #expect(try made.rendered("node--topic", Topic.id)?.contains("node--topic") == true)
    #expect(try made.rendered("group--open_group", Topic.id)?.contains("group--open_group") == true)
  }

  /// So it is within one entity type, where a resource became one of another type: each goes alone, and what stays is served under
  /// both paths.
  @Test func oneOfTwoTypesGoesAlone() throws {
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    #expect(try made.take(Topic.usual().replacing("node--topic", with: "node--page")).inserted == 1)
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
    _ = try made.mirror.sweeping.beginSweep(of: "node--topic", at: 5)
    let topic = try #require(try made.mirror.sweeping.everything(of: "node--topic").first)
    let done = try made.mirror.sweeping.remove(
      [Removal(topic, .deleted, how: "test")], of: "node--topic", onHidden: .drop, at: 5)
    #expect(done == [.deleted: 1])
    for type in ["node--topic", "node--page"] {
      #expect(try made.rendered(type, Topic.id)?.contains(#""type":"node--page""#) == true)
    }
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }

  @Test func pagesAndCursorsGoTogether() throws {
    let made = try CrawledMirror()
    var scanner = PageScanner(base: DocumentBase(base), paths: try CrawledMirror.paths())
    let run = try made.mirror.pulling.beginRun("test", at: 1)
    try made.mirror.discovery.discovered(CrawledMirror.paths())
    func page(_ object: String, at changed: Int64) throws -> PageApplication {
      let page = try scanner.page(Array(#"{"data":[\#(object)]}"#.utf8))
      return PageApplication(
        type: "node--topic", resources: page.resources, omitted: 2, cursor: Cursor(changed: changed, internalID: 5),
        run: run)
    }
    let cursor = { try made.mirror.reading.types().first { $0.name == "node--topic" }?.cursor }
    _ = try made.mirror.pulling.apply([page(Topic.usual(), at: 10)])
    #expect(try cursor() == Cursor(changed: 10, internalID: 5))
    #expect(try made.mirror.reading.types().first { $0.name == "node--topic" }?.idAttribute == "drupal_internal__nid")

    // The second of two pages fails in the middle: neither is there, and the cursor stands where it stood.
    let queue = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    try queue.write {
      try $0.execute(
        sql: """
          CREATE TRIGGER refuse BEFORE UPDATE ON cursor WHEN new.changed = 30 BEGIN SELECT raise(ABORT, 'refused'); END
          """)
    }
    let second = [try page(Topic.usual(title: "Two"), at: 20), try page(Topic.usual(title: "Three"), at: 30)]
    #expect(throws: (any Error).self) { try made.mirror.pulling.apply(second) }
    #expect(try cursor() == Cursor(changed: 10, internalID: 5))
    #expect(try made.rendered("node--topic", Topic.id) == Topic.usual())
    #expect(try status(made)?.coverage?.pages == 1)
    try queue.write { try $0.execute(sql: "DROP TRIGGER refuse") }
    #expect(try made.mirror.pulling.apply(second).updated == 2)
    #expect(try cursor() == Cursor(changed: 30, internalID: 5))
    let coverage = try #require(try status(made)?.coverage)
    #expect(coverage.pages == 3 && coverage.seen == 3 && coverage.stored == 3 && coverage.omitted == 6)
  }

  private func status(_ made: CrawledMirror) throws -> MirrorStatus.TypeStatus? {
    try made.mirror.reporting.status().types.first { $0.type == "node--topic" }
  }

  @Test func runsAreClosed() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    let crashed = try mirror.pulling.beginRun("sync", at: 5)
    let run = try mirror.pulling.beginRun("sync", at: 10)
    try mirror.pulling.endRun(run, .complete, parts: [("node--topic", 3, .complete)], message: nil, at: 20)
    let status = try mirror.reporting.status()
    #expect(status.runs.map(\.id) == [run, crashed] && status.runs.map(\.outcome) == ["complete", "interrupted"])
    #expect(status.lastComplete?.finished == 20 && status.types.first?.coverage?.requests == 3)
  }

  /// Rounds that end before their run is begun stand in the ledger, and push no run out of it, however many there are.
  @Test(arguments: [true, false]) func attemptsPushOutNoRun(allAlike: Bool) throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    func message(_ number: Int) -> String { allAlike ? "the site is away" : "the site is away, request \(number)" }
    // Also before there is any run.
    try mirror.pulling.noteAttempt(.failed, message: "refused", started: 1, at: 2)
    #expect(
      try mirror.reporting.status().unreadSince == 1 && mirror.reporting.status().runs.map(\.message) == ["refused"])
    let run = try mirror.pulling.beginRun("pull", at: 10)
    try mirror.pulling.endRun(run, .complete, parts: [("node--topic", 3, .complete)], message: nil, at: 20)
    #expect(
      try mirror.reporting.status().unreadSince == nil
        && mirror.reporting.status().runs.map(\.outcome) == ["complete", "failed"])
    for number in 0..<300 {
      let time = 100 + Int64(number)
      try mirror.pulling.noteAttempt(.failed, message: message(number), started: time, at: time)
    }
    let status = try mirror.reporting.status()
    let last = try #require(status.runs.first)
    #expect(last.kind == "attempt" && last.outcome == "failed" && last.message == message(299))
    #expect(last.finished == 399 && last.started == (allAlike ? 100 : 399) && status.unreadSince == 100)
    #expect(status.runs.count == (allAlike ? 3 : 7) && status.lastComplete?.id == run)
    #expect(status.types.first?.coverage?.requests == 3)
    // Runs go by runs, and take along what was attempted before them.
    for number in 0..<200 {
      let next = try mirror.pulling.beginRun("pull", at: 500 + Int64(number))
      try mirror.pulling.endRun(next, .complete, parts: [], message: nil, at: 500 + Int64(number))
    }
    #expect(try value(made, "SELECT count(*) FROM run WHERE kind = 'pull'") == 200)
    #expect(try value(made, "SELECT count(*) FROM run WHERE kind = 'attempt'") == (allAlike ? 1 : 5))
    #expect(try mirror.reporting.status().types.first?.coverage == nil)
  }

  /// What is of another kind or message is a row of its own, in the order in which it happened.
  @Test func attemptsThatDifferAreTold() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    let crashed = try mirror.pulling.beginRun("pull", at: 1)
    for (number, message) in ["away", "away", "refused", "away"].enumerated() {
      try mirror.pulling.noteAttempt(.failed, message: message, started: 10 + Int64(number), at: 20 + Int64(number))
    }
    try mirror.pulling.noteAttempt(.interrupted, message: "away", started: 30, at: 31)
    let status = try mirror.reporting.status()
    #expect(status.runs.map(\.message) == ["away", "away", "refused", "away", nil])
    #expect(status.runs.map(\.outcome) == ["interrupted", "failed", "failed", "failed", "interrupted"])
    #expect(status.runs.map(\.started) == [30, 13, 12, 10, 1] && status.runs.last?.id == crashed)
    #expect(status.runs.map(\.finished) == [31, 23, 22, 21, 20] && status.unreadSince == 10)
  }

  @Test func forgottenCursorsAreGone() throws {
    let full = try CrawledMirror.full()
    try full.mirror.pulling.forgetCursors(of: ["node--topic"])
    let types = try full.mirror.reading.types()
    #expect(types.count == 28 && types.filter { $0.cursor == nil }.map(\.name) == ["node--topic"])
  }
}
