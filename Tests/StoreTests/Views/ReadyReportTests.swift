import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// The ready reports on the recorded community: what they count is what is there, and their plans use the mirror's indexes.
@Suite struct ReadyReportTests {
  private func community() throws -> (CrawledMirror, DatabaseQueue) {
    let made = try CrawledMirror.full()
    try made.mirror.views.renew()
    try made.mirror.views.indexIDs()
    try made.mirror.views.indexTimes()
    return (made, try made.other)
  }

  @Test func theyCountWhatIsThere() throws {
    let (made, queue) = try community()
    defer { withExtendedLifetime(made) {} }
    try queue.read { db in
      func number(_ sql: String) throws -> Int? { try Int.fetchOne(db, sql: sql) }
      func resources(_ type: String) throws -> Int? {
        try number("SELECT count(*) FROM resources WHERE type GLOB '\(type)'")
      }
      let members = try number("SELECT sum(joined) FROM report_group_members")
      #expect(try members == resources("group_content--*group_membership"))
      #expect(
        try members
          == number(
            "SELECT sum(m) FROM (SELECT max(members) AS m FROM report_group_members GROUP BY group_id)"))
      #expect(try number("SELECT count(*) FROM report_attendance") == resources("node--event"))
      #expect(try number("SELECT sum(enrollments) FROM report_attendance") == resources("event_enrollment--*"))
      let enrolled = try number("SELECT sum(enrolled) FROM report_attendance")
      #expect(try enrolled == number("SELECT count(*) FROM event_enrollment WHERE field_enrollment_status = '1'"))
      for type in ["node--topic", "comment--comment", "post--post", "user--user"] {
        #expect(try number("SELECT sum(created) FROM report_activity WHERE type = '\(type)'") == resources(type))
      }
      #expect(try number("SELECT count(*) FROM report_activity WHERE strftime('%w', week) <> '1'") == 0)
      #expect(
        try number("SELECT count(*) FROM report_dormant_members")
          == number("SELECT count(*) FROM user WHERE status = 1"))
      #expect(try number("SELECT count(*) FROM report_dormant_members WHERE idle_days < 0 OR idle_days IS NULL") == 0)
      #expect(try number("SELECT sum(comments) FROM report_threads") == resources("comment--*"))
      let titles = try number("SELECT count(*) FROM report_threads WHERE type LIKE 'node--%' AND title IS NULL")
      #expect(titles == 0)
      let uses = try number(
        "SELECT sum(uses) FROM report_tags WHERE vocabulary = 'taxonomy_term--social_tagging' AND type = 'node--event'")
      #expect(try uses == number("SELECT count(*) FROM node_event__social_tagging"))
      #expect((try number("SELECT sum(answers) FROM report_answers") ?? 0) > 50)
      #expect(try number("SELECT count(*) FROM report_answers WHERE answerer_id = asked_id") == 0)
    }
  }

  @Test func eachIsExplained() throws {
    let (made, queue) = try community()
    defer { withExtendedLifetime(made) {} }
    try queue.read { db in
      for report in ReadyReports.all {
        let columns = try String.fetchAll(
          db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [report.name])
        #expect(columns == report.columns.map(\.name))
        let explained = try String.fetchAll(
          db, sql: #"SELECT "column" FROM mirror_columns WHERE view = ?"#, arguments: [report.name])
        #expect(explained == columns)
      }
    }
  }

  private static let plans: [(query: String, indexes: [String])] = [
    ("SELECT * FROM report_group_members WHERE group_id = 'x'", ["identity_by_shown", "relationship_by_target"]),
    ("SELECT * FROM report_attendance WHERE event_id = 'x'", ["identity_by_shown", "relationship_by_target"]),
    ("SELECT * FROM report_activity WHERE type = 'node--event'", ["resource_by_"]),
    ("SELECT * FROM report_dormant_members WHERE user_id = 'x'", ["identity_by_shown", "relationship_by_target"]),
    ("SELECT * FROM report_threads WHERE id = 'x'", ["identity_by_shown", "relationship_by_target"]),
    ("SELECT * FROM report_tags WHERE tag_id = 'x'", ["identity_by_shown", "relationship_by_target"]),
    ("SELECT * FROM report_answers", ["resource_by_"]),
    ("SELECT title FROM node_event WHERE internal_id > 5", ["resource_by_internal_id"]),
    ("SELECT count(*) FROM node_event WHERE changed > '2024'", ["resource_by_shown_changed (type=? AND <expr>>?)"]),
    (
      "SELECT id FROM node_event__social_tagging WHERE target_id = 'x'",
      ["identity_by_shown", "relationship_by_target"]
    ),
    (
      "SELECT e.title FROM event_enrollment n JOIN node_event e ON e.id = n.field_event",
      ["identity_by_shown", "resource_by_"]
    ),
  ]

  @Test func plansUseIndexes() throws {
    let (made, queue) = try community()
    defer { withExtendedLifetime(made) {} }
    for (query, indexes) in Self.plans {
      let plan = try queue.read { db in
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(query)").map { try $0.decode(String.self, forColumn: "detail") }
      }
      for index in indexes { #expect(plan.contains { $0.contains(index) }, "\(query): \(plan)") }
      // Small tables of names are read whole, and what a part of the query made; never the resources.
      #expect(
        !plan.contains { $0 == "SCAN r" || $0.hasPrefix("SCAN r ") || $0.hasPrefix("SCAN resource ") },
        "\(query): \(plan)")
    }
  }
}
