/// Reports that are made already, as views over the mirror's tables: they go by entity types and the usual names of fields, whatever
/// bundles a site has. Built-in functions only; a document that is damaged or says something odd gives null.
enum ReadyReports {
  /// One of them.
  struct Report {
    var name: String
    var select: String
    /// What each column is, in their order.
    var columns: [Column]
  }

  /// A column of one, with a few words on it.
  struct Column {
    var name: String
    var kind: ReportColumn.Kind
    var words: String

    init(_ name: String, _ kind: ReportColumn.Kind, _ words: String) {
      (self.name, self.kind, self.words) = (name, kind, words)
    }
  }

  /// All of them.
  static let all = [
    Report(
      name: "report_group_members", select: groupMembers,
      columns: [
        Column("group_id", .text, "Group"), Column("group_type", .text, "Type of the group"),
        Column("group_label", .text, "Name of the group"), Column("month", .text, "Month of joining"),
        Column("joined", .integer, "Members who joined in it"), Column("members", .integer, "Members up to then"),
      ]),
    Report(
      name: "report_attendance", select: attendance,
      columns: [
        Column("event_id", .text, "Event"), Column("title", .text, "Title of the event"),
        Column("begins", .time, "Begin"),
        Column("enrolled", .integer, "People who come"), Column("enrollments", .integer, "Enrollments of any state"),
      ]),
    Report(
      name: "report_activity", select: activity,
      columns: [
        Column("week", .text, "Monday of the week"), Column("type", .text, "Resource type"),
        Column("created", .integer, "Resources created in it"),
      ]),
    Report(
      name: "report_dormant_members", select: dormantMembers,
      columns: [
        Column("user_id", .text, "Member"), Column("name", .text, "Name of the member"),
        Column("joined", .time, "Since when"),
        Column("last_access", .time, "Last visit"), Column("last_contribution", .time, "Last content made or changed"),
        Column("idle_days", .integer, "Days since the last of these"),
      ]),
    Report(
      name: "report_threads", select: threads,
      columns: [
        Column("id", .text, "What is commented on"), Column("type", .text, "Its type"),
        Column("title", .text, "Its title"),
        Column("comments", .integer, "Comments"), Column("commenters", .integer, "People who commented"),
        Column("first_comment", .time, "First comment"), Column("last_comment", .time, "Last comment"),
      ]),
    Report(
      name: "report_tags", select: tags,
      columns: [
        Column("vocabulary", .text, "Type of the term"), Column("tag_id", .text, "Term"),
        Column("tag", .text, "Name of the term"),
        Column("type", .text, "Type of what names it"), Column("uses", .integer, "Resources of that type that name it"),
      ]),
    Report(
      name: "report_answers", select: answers,
      columns: [
        Column("answerer_id", .text, "Who answers"), Column("answerer", .text, "Name of who answers"),
        Column("asked_id", .text, "Who is answered"), Column("asked", .text, "Name of who is answered"),
        Column("answers", .integer, "Comments"), Column("last_answer", .time, "Last of them"),
      ]),
  ]

  /// The statements that make them.
  static var views: String { all.map { "CREATE VIEW \($0.name) AS\n\($0.select);" }.joined(separator: "\n") }

  /// Rows of `mirror_columns` about them.
  static var explained: String {
    all.flatMap { report in
      report.columns.map { "('\(report.name)', '\($0.name)', '\($0.kind.rawValue)', NULL, '\($0.words)', NULL)" }
    }.joined(separator: ",\n    ")
  }

  /// Memberships by group and month of joining, of those who are members now, and how many these are up to then.
  private static let groupMembers = """
    SELECT group_id, group_type, group_label, month, joined,
      sum(joined) OVER (PARTITION BY group_id, group_type ORDER BY month) AS members
    FROM (
      SELECT \(id("g")) AS group_id, t.name AS group_type, \(label("g.id")) AS group_label,
        substr(\(time("created", of: "m")), 1, 7) AS month, count(*) AS joined
      FROM resource m JOIN relationship l ON l.source = m.id AND l.field = \(field("gid")) AND l.delta = 0
      JOIN identity g ON g.id = l.target JOIN resource_type t ON t.id = g.type
      WHERE unlikely(m.type IN (
        SELECT id FROM resource_type
        WHERE entity_type IN ('group_content', 'group_relationship') AND name GLOB '*group_membership'))
      GROUP BY \(id("g")), t.name, month)
    """

  /// Events with how many have enrolled, and how many enrollments there are in all: those that were withdrawn, too.
  private static let attendance = """
    SELECT \(id("i")) AS event_id, \(text("title", of: "e")) AS title, \(time("field_event_date", of: "e")) AS begins,
      (SELECT count(*) \(enrollments) AND \(text("field_enrollment_status", of: "n")) = '1') AS enrolled,
      (SELECT count(*) \(enrollments)) AS enrollments
    FROM resource e JOIN identity i ON i.id = e.id
    WHERE unlikely(e.type IN (
      SELECT id FROM resource_type WHERE entity_type = 'node' AND coalesce(bundle, substr(name, 7)) = 'event'))
    """

  private static let enrollments = """
    FROM relationship l JOIN resource n ON n.id = l.source
        WHERE l.target = e.id AND l.field = \(field("field_event")) AND n.type IN \(types("event_enrollment"))
    """

  /// What was created, by type and week; a week is named by its Monday.
  private static let activity = """
    SELECT date(\(time("created", of: "r")), 'weekday 0', '-6 days') AS week, t.name AS type, count(*) AS created
    FROM resource_type t JOIN resource r ON r.type = t.id
    WHERE t.entity_type IN (
      'comment', 'event_enrollment', 'group', 'group_content', 'group_relationship', 'node', 'post', 'user')
    GROUP BY week, t.name
    """

  /// Members with accounts in use, and for how many days nothing was seen of them: no visit, and nothing of theirs that was made or
  /// changed.
  private static let dormantMembers = """
    SELECT user_id, name, joined, last_access, \(ReportSQL.time(ofSeconds: "contributed")) AS last_contribution,
      (strftime('%s', 'now') - max(
        coalesce(CAST(strftime('%s', joined) AS INTEGER), 0), coalesce(CAST(strftime('%s', last_access) AS INTEGER), 0),
        coalesce(contributed, 0))) / 86400 AS idle_days
    FROM (
      SELECT \(id("i")) AS user_id, coalesce(\(text("display_name", of: "u")), \(text("name", of: "u"))) AS name,
        \(time("created", of: "u")) AS joined,
        nullif(\(time("access", of: "u")), '1970-01-01T00:00:00Z') AS last_access,
        (SELECT max(c.changed) FROM relationship l JOIN resource c ON c.id = l.source
          WHERE l.target = u.id AND l.field IN \(fields("uid", "user_id"))
            AND c.type IN \(types("comment", "event_enrollment", "node", "post"))) AS contributed
      FROM resource u JOIN identity i ON i.id = u.id
      WHERE unlikely(u.type IN \(types("user"))) AND json_type(\(document("u")), '$.attributes.status') = 'true')
    """

  /// What has comments, with how many of how many people, and since when.
  private static let threads = """
    SELECT \(id("h")) AS id, t.name AS type, \(label("h.id")) AS title, count(*) AS comments,
      count(DISTINCT a.target) AS commenters, min(\(time("created", of: "c"))) AS first_comment,
      max(\(time("created", of: "c"))) AS last_comment
    FROM resource c JOIN relationship l ON l.source = c.id AND l.field = \(field("entity_id")) AND l.delta = 0
    JOIN identity h ON h.id = l.target JOIN resource_type t ON t.id = h.type
    LEFT JOIN relationship a ON a.source = c.id AND a.field = \(field("uid")) AND a.delta = 0
    WHERE unlikely(c.type IN \(types("comment")))
    GROUP BY \(id("h")), t.name
    """

  /// Terms of all vocabularies with how many resources of which types name them.
  private static let tags = """
    SELECT v.name AS vocabulary, \(id("i")) AS tag_id, \(label("g.id")) AS tag, t.name AS type, count(DISTINCT l.source) AS uses
    FROM resource g JOIN identity i ON i.id = g.id JOIN resource_type v ON v.id = g.type
    JOIN relationship l ON l.target = g.id JOIN resource s ON s.id = l.source JOIN resource_type t ON t.id = s.type
    WHERE unlikely(g.type IN \(types("taxonomy_term"))) AND t.entity_type <> 'taxonomy_term'
    GROUP BY v.name, \(id("i")), t.name
    """

  /// Whose comments answer whom: the author of the comment that is answered, or else of what is commented on; not oneself.
  private static let answers = """
    SELECT \(id("f")) AS answerer_id, \(label("f.id")) AS answerer, \(id("t")) AS asked_id, \(label("t.id")) AS asked, answers,
      last_answer
    FROM (
      SELECT a.target AS answerer, coalesce(
          (SELECT b.target FROM relationship p
            JOIN relationship b ON b.source = p.target AND b.field = \(field("uid")) AND b.delta = 0
            WHERE p.source = c.id AND p.field = \(field("pid")) AND p.delta = 0),
          (SELECT b.target FROM relationship p
            JOIN relationship b ON b.source = p.target AND b.field IN \(fields("uid", "user_id")) AND b.delta = 0
            WHERE p.source = c.id AND p.field = \(field("entity_id")) AND p.delta = 0)) AS asked,
        count(*) AS answers, max(\(time("created", of: "c"))) AS last_answer
      FROM resource c JOIN relationship a ON a.source = c.id AND a.field = \(field("uid")) AND a.delta = 0
      WHERE unlikely(c.type IN \(types("comment")))
      GROUP BY 1, 2)
    JOIN identity f ON f.id = answerer JOIN identity t ON t.id = asked
    WHERE answerer <> asked
    """
}

// MARK: Parts

extension ReadyReports {
  private static func id(_ identity: String) -> String { IdentityText.shown("\(identity).uuid") }

  private static func document(_ resource: String) -> String {
    "CASE WHEN json_valid(\(resource).document) THEN \(resource).document END"
  }

  private static func time(_ attribute: String, of resource: String) -> String {
    ReportSQL.value(document(resource), "'$.attributes.\(attribute)'", .time)
  }

  private static func text(_ attribute: String, of resource: String) -> String {
    let (document, path) = (ReadyReports.document(resource), "'$.attributes.\(attribute)'")
    return "CASE json_type(\(document), \(path)) WHEN 'text' THEN json_extract(\(document), \(path)) END"
  }

  /// What people call a resource.
  private static func label(_ id: String) -> String {
    let names = ["title", "label", "display_name", "name"].map { text($0, of: "o") }
    return "(SELECT coalesce(\(names.joined(separator: ", "))) FROM resource o WHERE o.id = \(id))"
  }

  private static func field(_ name: String) -> String { "(SELECT id FROM field WHERE name = '\(name)')" }

  private static func fields(_ names: String...) -> String {
    "(SELECT id FROM field WHERE name IN ('\(names.joined(separator: "', '"))'))"
  }

  private static func types(_ entityTypes: String...) -> String {
    "(SELECT id FROM resource_type WHERE entity_type IN ('\(entityTypes.joined(separator: "', '"))'))"
  }
}
