import Store
import Testing

@testable import Publish

/// What is decided without a server.
@Suite struct DecisionTests {
  private static func table(_ name: String, _ columns: [(String, String)], relationship: String? = nil)
    -> PublishedTable
  {
    PublishedTable(
      name: name, type: "node--topic", relationship: relationship,
      columns: columns.map { PublishedTable.Column(name: $0.0, kind: $0.1, field: $0.0, source: "value \($0.0)") })
  }

  @Test func tablesFollowTheirViews() {
    let (before, after) = (
      [
        Self.table("a", [("id", "text"), ("x", "integer")]), Self.table("b", [("id", "text")]),
        Self.table("c", [("id", "text")]),
      ],
      [
        Self.table("a", [("id", "text"), ("x", "real"), ("y", "json")]), Self.table("c", [("id", "text")]),
        Self.table("d", [("id", "text")]),
      ]
    )
    let changes = TableChange.changes(from: before, to: after)
    #expect(
      changes == [
        .drop(before[1]), .alter(after[0], dropping: ["x"], adding: Array(after[0].columns[1...])), .make(after[2]),
      ])
    #expect(TableChange.changes(from: after, to: after).isEmpty)
  }

  @Test func labelsAloneReadNothingAnew() {
    var labelled = Self.table("a", [("id", "text"), ("x", "integer")])
    let plain = labelled
    labelled.columns[1].label = "Count"
    #expect(
      TableChange.changes(from: [plain], to: [labelled]) == [.alter(labelled, dropping: [], adding: [])])
  }

  private static func copy(_ sequence: Int64, mark: String = "m", site: String = "s", form: Int = PublishPlan.form)
    -> Publication
  {
    Publication(id: "p", mark: mark, sequence: sequence, site: site, form: form, tables: [])
  }

  private static func plan(_ copy: Publication?, isTaken: Bool = true, kept: Int64 = 0) throws -> PublishPlan {
    try PublishPlan(
      copy, isTaken: isTaken, schema: "x", .init(last: 10, keptFrom: kept, site: "s", marks: ["l", "m"], tables: []))
  }

  private static func isLoad(_ plan: PublishPlan) -> Bool { if case .load(_?) = plan { true } else { false } }

  @Test func whatIsDoneFollowsFromWhatBothSay() throws {
    #expect(try Self.plan(nil, isTaken: false) == .load(nil))
    #expect(throws: PublishRefusal.self) { try Self.plan(nil) }
    #expect(try Self.plan(Self.copy(10)) == .nothing)
    #expect(try Self.plan(Self.copy(9)) == .follow([]))
    #expect(try Self.plan(Self.copy(9, mark: "l")) == .follow([]))
    #expect(try Self.isLoad(Self.plan(Self.copy(11))))
    #expect(try Self.isLoad(Self.plan(Self.copy(9, mark: "other"))))
    #expect(try Self.isLoad(Self.plan(Self.copy(3), kept: 4)))
    #expect(try Self.isLoad(Self.plan(Self.copy(9, site: "moved"))))
    #expect(throws: PublishRefusal.self) { try Self.plan(Self.copy(9, mark: "other", site: "other")) }
    #expect(throws: PublishRefusal.self) { try Self.plan(Self.copy(9, form: PublishPlan.form + 1)) }
  }

  @Test func pausesGrowAndEnd() {
    var pauses = PublishPauses()
    let waits = (0..<12).map { _ in pauses.failed() }
    #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    pauses.passed()
    let again = pauses.failed()
    #expect(again == 1)
  }

  @Test(arguments: [
    ("https://community.example.org", "community_example_org"), ("http://127.0.0.1:8080/a/", "s_127_0_0_1_8080_a"),
    ("", "mirror"), ("https://pg_x", "s_pg_x"), ("https://ÄÖ.example", "s__example"),
  ])
  func schemasAreNamedAfterSites(site: String, name: String) { #expect(SchemaName.derived(from: site) == name) }

  @Test(arguments: ["", "A", "1a", "a-b", "public", "pg_a", String(repeating: "a", count: 51), "a\"b"])
  func namesThatAreNoneAreRefused(name: String) {
    #expect(throws: PublishRefusal.self) { try SchemaName.checked(name) }
  }

  private static func json(_ text: String) -> (text: String, oddity: ValueOddity?)? {
    var json = PublishedJSON()
    guard Array(text.utf8).withUnsafeBytes({ json.read($0) }) else { return nil }
    return (String(decoding: json.bytes, as: UTF8.self), json.oddity)
  }

  @Test(
    arguments: [
      (#"{"a":[1,-2.5e3,true,null,"x"]}"#, #"{"a":[1,-2.5e3,true,null,"x"]}"#, nil),
      (#"["\u0000","\\u0000","\ud83c\udf89"]"#, #"["\ufffd","\\u0000","\ud83c\udf89"]"#, ValueOddity.zero),
      (#"["\ud800","\udc00","\ud800\u0041"]"#, #"["\ufffd","\ufffd","\ufffd\u0041"]"#, .surrogate),
      ("[\"a\u{1}b\"]", #"["a\u0001b"]"#, nil), ("\"\\", nil, nil), ("[1e4000]", nil, nil), ("[", nil, nil),
      (String(repeating: "[", count: 501) + String(repeating: "]", count: 501), nil, nil),
      ("[" + String(repeating: "9", count: 1_001) + "]", nil, nil),
    ] as [(String, String?, ValueOddity?)])
  func jsonIsRepaired(text: String, repaired: String?, oddity: ValueOddity?) {
    #expect(Self.json(text)?.text == repaired)
    if repaired != nil { #expect(Self.json(text)?.oddity == oddity) }
  }

  @Test(arguments: [
    ("2026-01-31T12:00:00Z", true), ("0000-01-01T00:00:00Z", false), ("2026-01-31 12:00:00Z", false),
    ("now", false), ("-001-01-01T00:00:00Z", false), ("0001-01-01T00:00:00Z", true),
  ])
  func timesThatPostgreSQLHas(text: String, isTime: Bool) {
    #expect(Array(text.utf8).withUnsafeBytes { CopyText.isTime($0) } == isTime)
  }
}
