import JSONAPI
import SyncAgent
import Testing
import Upstream

@testable import Store

/// The decisions of the push: values, no socket, no database.
@Suite struct PushDecisionTests {
  private static func error(_ kind: SiteError.Kind, _ status: Int, pointer: String? = nil) -> SiteError {
    SiteError(kind, status: status, pointer: pointer)
  }

  @Test(
    arguments: [
      (100, 99, 2), (100, 100, 1), (100, 101, nil), (100, 5000, nil), (100, 98, nil),
      (nil, 100, nil), (100, nil, nil),
    ] as [(Int64?, Int64?, Double?)])
  func aCopyIsReadAgainWhenItsSecondIsNotOver(changed: Int64?, date: Int64?, seconds: Double?) {
    #expect(PushDecision.unsettledSeconds(changed: changed, readAt: date) == seconds)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var error: any Error
    var kind: ChangeKind
    var verdict: PushVerdict
    var testDescription: String { "\(kind): \(error)" }

    init(_ error: any Error, _ kind: ChangeKind, _ verdict: PushVerdict) {
      self.error = error
      self.kind = kind
      self.verdict = verdict
    }
  }

  private static func readOnly(_ link: String) -> SiteError {
    SiteError(.badRequest, status: 405, detail: "Les administrateurs du site le changent sur \(link)")
  }

  static let cases: [Case] = [
    Case(error(.forbidden, 403, pointer: "/data/attributes/changed"), .update, .readAgain),
    Case(error(.forbidden, 403, pointer: "/data/attributes/changed"), .create, .rejected),
    Case(error(.forbidden, 403), .update, .rejected), Case(error(.forbidden, 403), .delete, .rejected),
    Case(error(.unprocessable, 422), .update, .rejected), Case(error(.unprocessable, 422), .create, .look),
    Case(error(.conflict, 409), .create, .look), Case(error(.notFound, 404), .create, .rejected),
    Case(error(.notFound, 404), .update, .gone), Case(error(.notFound, 404), .delete, .gone),
    Case(error(.badRequest, 400), .create, .rejected), Case(error(.badRequest, 405), .update, .rejected),
    Case(readOnly("https://h/admin/config/services/jsonapi."), .create, .readOnly),
    Case(readOnly("http://h/fr/admin/config/services/jsonapi"), .delete, .readOnly),
    Case(error(.throttled, 429), .create, .later), Case(error(.unavailable, 503), .update, .uncertain),
    Case(error(.serverFault, 500), .create, .uncertain), Case(error(.html, 403), .update, .uncertain),
    Case(error(.malformed, 200), .update, .uncertain), Case(error(.unauthorized, 401), .update, .stop),
    Case(TransportError(.timeout, "", url: ""), .create, .uncertain),
    Case(TransportError(.unreachable, "", url: ""), .create, .later),
    Case(TransportError(.certificate, "", url: ""), .create, .stop),
    Case(SignInError.refused(hint: nil), .update, .stop),
    Case(SignInError.unavailable(status: 503, retryAfter: nil, hint: nil), .update, .later),
  ]

  /// Under which name the site points to what it compares by depends on its version.
  @Test(arguments: ["/data/attributes/changed", "/data/attributes/edited_on"])
  func aStaleCopyIsReadAgainUnderAnyName(pointer: String) {
    let error = Self.error(.forbidden, 403, pointer: pointer)
    #expect(PushVerdict(error, of: .update, changed: "edited_on") == .readAgain)
    #expect(PushVerdict(error, of: .create, changed: "edited_on") == .rejected)
    let site: JSON = ["attributes": ["edited_on": "2024-01-20T17:08:00+00:00", "title": "One"]]
    let base: JSON = ["attributes": ["edited_on": "2024-01-20T17:07:00+00:00", "title": "One"]]
    #expect(OthersEdits(site, since: base, changed: "edited_on").fields.map(\.name) == ["edited_on"])
    #expect(OthersEdits(site, since: base, by: [], changed: "edited_on").isEmpty)
  }

  @Test(arguments: cases) func everyAnswerHasAVerdict(_ one: Case) {
    #expect(PushVerdict(one.error, of: one.kind) == one.verdict)
  }

  private static let ids = (0..<4).map { ResourceID(high: 1, low: UInt64($0)) }

  private static func change(
    _ id: Int64, _ kind: ChangeKind, of resource: Int, _ state: ChangeState = .queued, naming target: Int? = nil,
    at next: Int64 = 0
  ) -> OutboxChange {
    let data: JSON = target.map { ["type": "node--topic", "id": .string(ids[$0].description)] } ?? .null
    return OutboxChange(
      id: id, resource: Int64(resource), type: "node--topic", uuid: ids[resource], kind: kind,
      members: [ChangedMember(.relationships, "entity_id", base: nil, local: data)], author: ChangeAuthor(),
      recorded: 0, state: state, version: 1, sends: 0, attempts: 0, nextAttempt: next)
  }

  struct Order: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var changes: [OutboxChange]
    var ready: [Int64]
    var next: Int64?
  }

  static let orders: [Order] = [
    Order(testDescription: "nothing", changes: [], ready: []),
    Order(
      testDescription: "one resource in its order", changes: [change(1, .update, of: 0), change(2, .update, of: 0)],
      ready: [1]),
    Order(
      testDescription: "a comment after its topic",
      changes: [change(1, .create, of: 0), change(2, .create, of: 1, naming: 0), change(3, .update, of: 2)],
      ready: [1, 3]),
    Order(
      testDescription: "a file before its user",
      changes: [change(1, .update, of: 0, naming: 1), change(2, .upload, of: 1)], ready: [2]),
    Order(
      testDescription: "behind a conflict, others go on",
      changes: [change(1, .update, of: 0, .conflict), change(2, .update, of: 0), change(3, .update, of: 1)], ready: [3]),
    Order(
      testDescription: "a refused update holds up nothing",
      changes: [change(1, .update, of: 0, .rejected), change(2, .update, of: 0)], ready: [2]),
    Order(
      testDescription: "a refused creation holds up what follows and what names it",
      changes: [
        change(1, .create, of: 0, .rejected), change(2, .update, of: 0), change(3, .create, of: 1, naming: 0),
      ], ready: []),
    Order(
      testDescription: "a deletion after what names it",
      changes: [change(1, .update, of: 0, naming: 1), change(2, .delete, of: 1)], ready: [1]),
    Order(
      testDescription: "a deletion before what names it later",
      changes: [change(1, .delete, of: 1), change(2, .update, of: 0, naming: 1)], ready: [1, 2]),
    Order(
      testDescription: "not before its time", changes: [change(1, .update, of: 0, at: 50), change(2, .update, of: 1)],
      ready: [2], next: 50),
    Order(
      testDescription: "the uncertain one first",
      changes: [change(1, .create, of: 0, .uncertain), change(2, .update, of: 0)],
      ready: [1]),
    Order(
      testDescription: "what names itself", changes: [change(1, .create, of: 0, naming: 0)], ready: [1]),
  ]

  @Test(arguments: orders) func dependenciesDecideTheOrder(_ order: Order) {
    let plan = PushPlan(order.changes, now: 10)
    #expect(plan.ready.map(\.id) == order.ready)
    #expect(plan.next == order.next)
  }

  @Test(
    arguments: [
      (["default": .manual], nil), (["default": .site], .site), (["node--topic": .local], .local),
      (["node--topic": .site, "node--topic.title": .local], .local), (["default": .newest], .local),
      ([:], nil),
    ] as [([String: ConflictPolicy], ConflictPolicy?)])
  func policiesDecideByTypeAndField(_ table: [String: ConflictPolicy], _ winner: ConflictPolicy?) {
    var change = Self.change(1, .update, of: 0)
    change.members = [ChangedMember(.attributes, "title", base: "a", local: "b")]
    change.recorded = 1_800_000_000
    let site: JSON = ["attributes": ["title": "c", "changed": "2026-01-01T00:00:00+00:00"]]
    switch (PushDecision.update(change, site: site, policies: ConflictPolicies(table)), winner) {
    case (.conflict(let fields), nil):
      #expect(fields == [ConflictField(.attributes, "title", base: "a", site: "c", local: "b")])
    case (.yield(let fields), .site?): #expect(fields.map(\.name) == ["title"])
    case (.send(let members), .local?):
      #expect(members.sent == [ChangedMember(.attributes, "title", base: "c", local: "b")])
    default: Issue.record("another decision")
    }
  }

  @Test func anOlderChangeYieldsToTheNewest() {
    var change = Self.change(1, .update, of: 0)
    change.members = [ChangedMember(.attributes, "title", base: "a", local: "b")]
    change.recorded = 1_000_000_000
    let site: JSON = ["attributes": ["title": "c", "changed": "2026-01-01T00:00:00+00:00"]]
    let decision = PushDecision.update(change, site: site, policies: ConflictPolicies(["default": .newest]))
    guard case .yield = decision else {
      Issue.record("\(decision)")
      return
    }
  }

  @Test func countersAreNoEdit() {
    func topic(_ changed: String = "2026-01-01T00:00:00+00:00", _ comments: Int = 1, _ title: String = "a") -> JSON {
      [
        "attributes": [
          "changed": .string(changed), "title": .string(title), "field_comments": ["comment_count": .integer(comments)],
        ]
      ]
    }
    let base = topic()
    func edited(_ site: JSON, by own: [ChangedMember]? = nil) -> [String] {
      OthersEdits(site, since: base, by: own).fields.map(\.name)
    }
    #expect(edited(base) == [] && edited(topic("2026-01-01T00:00:00+00:00", 2)) == [])
    #expect(edited(topic("2026-01-01T00:00:01+00:00")) == ["changed"])
    // Within one second the members tell.
    let same = topic("2026-01-01T00:00:00+00:00", 1, "b")
    #expect(edited(same) == ["title"])
    // What our own change set is nobody else's edit.
    let own = [ChangedMember(.attributes, "title", base: "a", local: "b")]
    #expect(edited(same, by: own) == [] && edited(same, by: []) == ["title"])
    // Of what the site never had there is nothing to edit.
    #expect(OthersEdits(same, since: nil).isEmpty)
  }

  private static let group: JSON = ["type": "group--open_group", "id": "a0000000-0000-4000-8000-000000000001"]
  private static let term: JSON = ["type": "taxonomy_term--tags", "id": "a0000000-0000-4000-8000-000000000002"]
  private static let other: JSON = ["type": "taxonomy_term--tags", "id": "a0000000-0000-4000-8000-000000000003"]

  private static let missing: JSON = ["type": "unknown", "id": "missing"]

  /// A topic with one relationship, which leads to resources that the site shows or, where it is internal, does not.
  private static func topic(_ name: String, _ data: JSON?, isInternal: Bool = false) -> JSON {
    let links: JSON = isInternal ? ["self": [:]] : ["self": [:], "related": [:]]
    var member = JSONObject([("links", links)])
    member["data"] = data
    return [
      "attributes": ["changed": "2026-01-01T00:00:00+00:00", "title": "a"],
      "relationships": .object(JSONObject([(name, .object(member))])),
    ]
  }

  private static let derived: [(String, JSON, JSON?, Bool, [String])] = [
    // Where content is in no group any more, or in another one, that is the group's business.
    ("groups", [group], [], false, []), ("groups", [], [group], false, []), ("groups", [group], nil, false, []),
    ("node_type", [term], [other], true, []),
    // The first term is gone.
    ("tags", [term], [], false, []), ("tags", [term, other], [other], false, []), ("tags", term, nil, false, []),
    ("tags", term, .null, false, []), ("tags", [term, other], [missing], false, []),
    ("tags", [], nil, false, []),
    // The other one is not.
    ("tags", [other], [], false, ["tags"]), ("tags", other, .null, false, ["tags"]),
    ("tags", [term, other], [], false, ["tags"]), ("tags", [term], [other], false, ["tags"]),
    ("tags", [], [other], false, ["tags"]),
  ]

  /// What the site computes, and what vanished with its target, is nobody's edit; all else is.
  @Test(arguments: derived)
  func whatTheSiteDerivesIsNoEdit(
    name: String, before: JSON, now: JSON?, isInternal: Bool, edited: [String]
  ) {
    let base = Self.topic(name, before, isInternal: isInternal)
    let site = Self.topic(name, now, isInternal: isInternal)
    let edits = OthersEdits(site, since: base, entityType: "node", gone: [FieldValue.key(Self.term)])
    #expect(edits.fields.map(\.name) == edited)
    #expect(edits.fields.allSatisfy { $0.base == before && $0.site == now && $0.local == nil })
    // Somebody saved it besides.
    guard var moved = site.object else { return }
    moved["attributes"] = ["changed": "2026-01-01T00:00:09+00:00", "title": "a"]
    let saved = OthersEdits(.object(moved), since: base, entityType: "node", gone: [FieldValue.key(Self.term)])
    #expect(saved.fields.map(\.name) == edited + ["changed"])
  }

  /// What is to be found out: which of the targets that are named no more are gone.
  @Test func lostTargetsAreThoseThatAreNotNamedAnyMore() {
    let base = Self.topic("tags", [Self.term, Self.other])
    #expect(OthersEdits.lost(Self.topic("tags", [Self.other]), since: base) == [Self.term])
    #expect(OthersEdits.lost(Self.topic("tags", nil), since: base) == [Self.term, Self.other])
    #expect(OthersEdits.lost(base, since: base) == [] && OthersEdits.lost(base, since: nil) == [])
  }
}
