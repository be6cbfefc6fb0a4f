import JSONAPI
import Store
import Testing

/// The decisions behind local writes: values, no database.
@Suite struct OutboxDecisionTests {
  private static func item(_ id: String, alt: String? = nil) -> JSON {
    var item = JSONObject([("type", "user--user"), ("id", .string(id))])
    if let alt { item["meta"] = ["alt": .string(alt), "drupal_internal__target_id": 7] }
    return .object(item)
  }

  struct Merge: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var group = ChangedMember.Group.attributes
    var base: JSON?
    var local: JSON
    var site: JSON?
    var outcome: MemberMerge.Outcome
    var value: JSON?
  }

  static let merges: [Merge] = [
    Merge(testDescription: "only here", base: "a", local: "b", site: "a", outcome: .send, value: "b"),
    Merge(testDescription: "both to the same", base: "a", local: "b", site: "b", outcome: .alreadyThere),
    Merge(testDescription: "both differently", base: "a", local: "b", site: "c", outcome: .conflict, value: "b"),
    Merge(
      testDescription: "there already, changed again there", base: "b", local: "b", site: "c", outcome: .alreadyThere,
      value: "c"),
    Merge(testDescription: "absent on the site", base: nil, local: "b", site: nil, outcome: .send, value: "b"),
    Merge(testDescription: "null is not absent", base: nil, local: "b", site: .some(.null), outcome: .conflict),
    Merge(
      testDescription: "composed and decomposed text differ", base: "e\u{301}", local: "x", site: "\u{e9}",
      outcome: .conflict),
    Merge(
      testDescription: "computed members do not count", base: ["value": "a", "processed": "<p>a</p>"],
      local: ["value": "b", "processed": nil], site: ["value": "a", "processed": "<p>a</p>\n"], outcome: .send),
    Merge(
      testDescription: "the order of an object's members does not count", base: ["x": 1, "y": 2],
      local: ["x": 1, "y": 3], site: ["y": 2, "x": 1], outcome: .send),
    Merge(
      testDescription: "a time in another zone is the same", base: "2026-01-01T00:00:00+00:00", local: "x",
      site: "2026-01-01T01:00:00+01:00", outcome: .send),
    Merge(
      testDescription: "to-one", group: .relationships, base: item("1"), local: item("2"), site: item("3"),
      outcome: .conflict),
    Merge(
      testDescription: "to-one, what the site adds does not count", group: .relationships, base: item("1"),
      local: item("2"), site: item("1", alt: "text"), outcome: .send),
    Merge(
      testDescription: "two added", group: .relationships, base: [item("1")], local: [item("1"), item("2")],
      site: [item("1"), item("3")], outcome: .send, value: [item("1"), item("3"), item("2")]),
    Merge(
      testDescription: "added here, removed there", group: .relationships, base: [item("1"), item("4")],
      local: [item("1"), item("4"), item("2")], site: [item("4")], outcome: .send, value: [item("4"), item("2")]),
    Merge(
      testDescription: "removed here, reordered there", group: .relationships, base: [item("1"), item("2"), item("3")],
      local: [item("1"), item("3")], site: [item("3"), item("2"), item("1")], outcome: .send,
      value: [item("3"), item("1")]),
    Merge(
      testDescription: "both added the same", group: .relationships, base: [], local: [item("2")], site: [item("2")],
      outcome: .alreadyThere),
    Merge(
      testDescription: "order alone", group: .relationships, base: [item("1"), item("2")],
      local: [item("2"), item("1")], site: [item("1"), item("2")], outcome: .send, value: [item("2"), item("1")]),
    Merge(
      testDescription: "the same item's facts on both sides", group: .relationships, base: [item("1", alt: "a")],
      local: [item("1", alt: "b")], site: [item("1", alt: "c")], outcome: .conflict),
    Merge(
      testDescription: "the same target twice", group: .relationships, base: [item("1")],
      local: [item("1"), item("1")],
      site: [item("1")], outcome: .send, value: [item("1"), item("1")]),
  ]

  @Test(arguments: merges) func threeVersionsMakeOne(_ merge: Merge) {
    let member = ChangedMember(merge.group, "field", base: merge.base, local: merge.local)
    let result = MemberMerge(member, site: merge.site)
    #expect(result.outcome == merge.outcome)
    if let value = merge.value { #expect(result.value == value) }
  }

  struct Join: Sendable, CustomTestStringConvertible {
    var last: Coalescing.Last?
    var kind: ChangeKind
    var later = false
    var expected: Coalescing
    var testDescription: String { "\(last.map { "\($0.kind) \($0.state) \($0.sends)" } ?? "nothing") + \(kind)" }

    init(_ kind: ChangeKind, after last: Coalescing.Last?, later: Bool = false, _ expected: Coalescing) {
      self.last = last
      self.kind = kind
      self.later = later
      self.expected = expected
    }
  }

  private static func last(
    _ kind: ChangeKind, _ state: ChangeState = .queued, sends: Int = 0, overlaps: Bool = true
  ) -> Coalescing.Last { .init(kind: kind, state: state, sends: sends, overlaps: overlaps) }

  static let joins: [Join] = [
    Join(.update, after: nil, .append), Join(.delete, after: nil, .append),
    Join(.update, after: last(.create), .merge(as: .create)),
    Join(.update, after: last(.create), later: true, .append),
    Join(.update, after: last(.update), .merge(as: .update)),
    Join(.update, after: last(.update, overlaps: false), .merge(as: .update)),
    Join(.delete, after: last(.create), .cancel), Join(.delete, after: last(.upload), .cancel),
    Join(.delete, after: last(.update), .merge(as: .delete)), Join(.update, after: last(.upload), .append),
    Join(.update, after: last(.update, .rejected), .merge(as: .update)),
    Join(.update, after: last(.update, .rejected, overlaps: false), .append),
    Join(.update, after: last(.create, .rejected, sends: 3), .merge(as: .create)),
    Join(.delete, after: last(.create, .rejected, sends: 1), .cancel),
    Join(.delete, after: last(.delete, .rejected, sends: 1), .merge(as: .delete)),
  ]

  @Test(arguments: joins) func changesJoinWhileTheyWait(_ join: Join) {
    #expect(Coalescing.decide(join.kind, after: join.last, namesLaterCreation: join.later) == join.expected)
  }

  @Test(arguments: ChangeKind.allCases, [ChangeKind.update, .delete])
  func nothingJoinsWhatMayHaveLeft(_ last: ChangeKind, _ kind: ChangeKind) {
    for (state, sends) in [(ChangeState.sending, 1), (.uncertain, 1), (.queued, 1), (.conflict, 0), (.conflict, 2)] {
      let decision = Coalescing.decide(kind, after: .init(kind: last, state: state, sends: sends, overlaps: true))
      #expect(decision == .append, "\(last) \(state) \(sends)")
    }
  }

  @Test func whatTheSiteMadeOfAnEarlierChangeIsNoEdit() {
    let sent = [ChangedMember(.attributes, "title", base: "a", local: "b ")]
    let waiting = [
      ChangedMember(.attributes, "title", base: "b ", local: "c"),
      ChangedMember(.attributes, "status", base: true, local: false),
    ]
    let answer: JSON = ["attributes": ["title": "b", "status": true]]
    let following = waiting.following(sent, answered: answer)
    #expect(following[0].base == "b" && following[1].base == true)
    #expect(following.rebased(on: answer).map(\.local) == ["c", false])
  }

  @Test func onlyWhatCanBeSetIsSent() {
    let linkage: JSON = [
      [
        "type": "file--file", "id": "a0000000-0000-4000-8000-000000000001",
        "meta": ["alt": "x", "drupal_internal__target_id": 3, "arity": 1],
      ],
      ["type": "user--user", "id": "missing"], ["type": "taxonomy_term--tags", "id": "virtual"],
    ]
    #expect(
      FieldValue.sendable(linkage, in: .relationships)
        == [["type": "file--file", "id": "a0000000-0000-4000-8000-000000000001", "meta": ["alt": "x"]]])
    #expect(FieldValue.sendable(["value": "a", "processed": "b"], in: .attributes) == ["value": "a"])
  }
}
