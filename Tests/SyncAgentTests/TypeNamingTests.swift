import JSONAPI
import OpenSocial
import Store
import Support
import Testing
import Upstream

@testable import SyncAgent

/// What a type is, told by its name, its path or the fields of its resources.
@Suite struct TypeNamingTests {
  func told(_ links: [(String, String)], below api: String = "/jsonapi") -> (known: [String: String], unknown: [String])
  {
    var entry = EntryPoint(resourceTypes: links.map { .init(name: $0.0, path: $0.1) })
    entry.path = api
    let found = TypeNaming.remembered(entry, [], SyncSettings.usualEntityTypes)
    return (
      Dictionary(found.known.map { ($0.name, "\($0.home.entityType)/\($0.home.bundle)") }) { first, _ in first },
      found.unknown.map(\.collection.name)
    )
  }

  @Test func namesAndPathsTell() {
    let found = told([
      ("node--topic", "/jsonapi/node/topic"), ("event", "/jsonapi/node/event"),
      ("content--reply", "/jsonapi/comment/reply"),
      ("message--welcome", "/jsonapi/message/welcome"), ("topics", "/jsonapi/topics"),
      ("note", "/jsonapi/message/note"),
      ("group_relationship--a-b", "/jsonapi/group_relationship/a-b"), ("x", "/jsonapi/nothing/x"),
    ])
    #expect(
      found.known == [
        "node--topic": "node/topic", "event": "node/event", "content--reply": "comment/reply",
        "message--welcome": "message/welcome", "note": "message/note",
        "group_relationship--a-b": "group_relationship/a-b",
      ])
    #expect(found.unknown == ["topics", "x"])
  }

  @Test func whatWasLearnedGoesFirst() {
    var entry = EntryPoint(resourceTypes: [.init(name: "topics", path: "/api/topics")])
    entry.path = "/api"
    let before = DiscoveredType(
      name: "node--topic", link: "topics", path: "/old", home: .init(entityType: "node", bundle: "topic"),
      source: .fields)
    let found = TypeNaming.remembered(entry, [before], [])
    #expect(found.known.map(\.name) == ["node--topic"] && found.known.map(\.path) == ["/api/topics"])
  }

  @Test(
    arguments: [
      (#"{"attributes":{"drupal_internal__nid":1}}"#, "node/t"),
      (
        #"{"attributes":{"a":1},"relationships":{"node_type":{"data":{"meta":{"drupal_internal__target_id":"topic"}}}}}"#,
        "node/topic"
      ), (#"{"relationships":{"group_content_type":{"data":null},"group_type":{"data":null}}}"#, "group_content/t"),
      (#"{"relationships":{"group_relationship_type":{"data":null},"group_type":{}}}"#, "group_relationship/t"),
      (#"{"attributes":{"drupal_internal__uid":1}}"#, "user/user"),
      (#"{"attributes":{"filename":"a","filemime":"b","uri":{}}}"#, "file/file"),
      (#"{"attributes":{"title":"a"}}"#, nil),
      ("{}", nil), ("[]", nil),
    ] as [(String, String?)])
  func fieldsTell(resource: String, home: String?) throws {
    let found = TypeEvidence(try JSON(parsing: Array(resource.utf8))).home(named: "t")
    #expect(found.map { "\($0.entityType)/\($0.bundle)" } == home)
  }

  func types(_ names: [(String, String)]) -> [DiscoveredType] {
    names.map {
      DiscoveredType(
        name: $0.0, link: $0.0, path: "/jsonapi/x", home: .init(entityType: $0.1, bundle: "b"),
        source: $0.1.isEmpty ? .nothing : .name)
    }
  }

  @Test func groupThreeIsMeantByGroupContent() {
    let settings = SyncSettings(entityTypes: ["group_content"], concurrency: 1, settleWindowSeconds: 0)
    let both = types([("group_relationship--a", "group_relationship"), ("group_content--a", "group_content")])
    #expect(both.allSatisfy { settings.selects($0) })
    #expect(TypeSelection.findings(both, settings, at: 0).isEmpty)
  }

  @Test func whatMatchesNothingAndWhatIsUnreadIsSaid() {
    let settings = SyncSettings(
      entityTypes: ["node", "topics", "post", "nodes"], concurrency: 1, settleWindowSeconds: 0)
    let found = TypeSelection.findings(
      types([("node--topic", "node"), ("topics", "node"), ("user--user", "user"), ("view--view", "view")]), settings,
      at: 0)
    #expect(found.map(\.subject) == ["nodes", "site.entityTypes", "unread types"])
    #expect(found[1].reason.hasSuffix("post"))
    #expect(found[2].reason.contains("2 resource types") && found[2].reason.contains("user--user, view--view"))
  }

  @Test func aCollectionOverOthersIsNone() {
    let settings = SyncSettings(entityTypes: ["node"], concurrency: 1, settleWindowSeconds: 0)
    let all = types([("node--topic", "node"), ("node", "")])
    #expect(TypeSelection.isView(all[1], among: all) && !TypeSelection.isView(all[0], among: all))
    #expect(!TypeSelection.isView(types([("user", "")])[0], among: types([("user", "")])))
    #expect(!TypeSelection.findings(all, settings, at: 0).contains { $0.subject == "unread types" })
  }
}

/// Attributes that sites call otherwise.
@Suite struct AttributeSearchTests {
  func names(
    _ rows: [String], entityType: String = "node", revisions: Bool = false, described: AttributeNames? = nil
  ) throws -> AttributeNames {
    let objects = rows.enumerated().map { number, attributes in
      let links = revisions ? #","links":{"self":{"href":"https://h/x?resourceVersion=id%3A\#(70 + number)"}}"# : ""
      return
        #"{"type":"t","id":"a0000000-0000-4000-8000-00000000000\#(number)"\#(links),"attributes":{\#(attributes)},"relationships":{}}"#
    }
    var scanner = PageScanner(base: DocumentBase("https://h"), paths: [:])
    let page = try scanner.page(Array("{\"data\":[\(objects.joined(separator: ","))]}".utf8))
    return AttributeSearch(page.resources, entityType: entityType, described: described).names
  }

  private let early = "\"2024-01-01T00:00:00+00:00\""
  private let late = "\"2024-01-02T00:00:00+00:00\""

  @Test func usualNamesAreLeftAlone() throws {
    #expect(try names([#""drupal_internal__nid":1,"changed":\#(late)"#]).isUsual)
    #expect(try names([]).isUsual)
  }

  @Test func namesThatSayItAreTaken() throws {
    let found = try names([#""nid":1,"vid":7,"posted_on":\#(early),"edited_on":\#(early)"#])
    #expect(found == AttributeNames(serial: "nid", changed: "edited_on"))
    let other = try names(
      [#""accountNumber":0,"updatedAt":\#(early)"#, #""accountNumber":5,"updatedAt":\#(late)"#], entityType: "user")
    #expect(other == AttributeNames(serial: "accountNumber", changed: "updatedAt"))
  }

  @Test func valuesTellWhereNamesDoNot() throws {
    let found = try names(
      [#""a":5,"b":70,"w":0,"x":\#(early),"y":\#(early)"#, #""a":9,"b":71,"w":0,"x":\#(early),"y":\#(late)"#],
      revisions: true)
    #expect(found == AttributeNames(serial: "a", changed: "y"))
  }

  /// What the description says needs no guess, as long as the documents show it.
  @Test func whatIsDescribedIsTakenWhereValuesAreSuch() throws {
    let rows = [#""a":5,"b":6,"x":\#(early),"y":\#(early)"#, #""a":7,"b":8,"x":\#(late),"y":\#(late)"#]
    let told = AttributeNames(serial: "b", changed: "x")
    #expect(try names(rows, described: told) == told)
    #expect(try names(rows, described: AttributeNames(serial: "b")) == AttributeNames(serial: "b"))
    // Not shown, no number, twice the same; no time.
    for (serial, changed) in [("z", "z"), ("x", "a"), ("c", "c")] {
      let found = try names(rows.map { $0 + #","c":1"# }, described: AttributeNames(serial: serial, changed: changed))
      #expect(found.isUsual, "\(serial)")
    }
    // What is called as usual is not looked for.
    #expect(try names([#""drupal_internal__nid":1,"changed":\#(late),"b":2,"x":\#(early)"#], described: told).isUsual)
  }

  /// Where a type that is known went by another serial number, the page is refused once, and good when it is asked for again.
  @Test func anotherSerialNumberIsToldOnce() throws {
    let made = try CrawledMirror.full()
    let paths = try CrawledMirror.paths()
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    var naming = PageNaming(
      reading: made.mirror.reading, discovery: made.mirror.discovery, type: "node--topic", entityType: "node")
    let rows = [3, 5].map { number in
      #"{"type":"node--topic","id":"a0000000-0000-4000-8000-00000000000\#(number)","attributes":{"nid":\#(number),"edited_on":\#(early)},"relationships":{}}"#
    }
    let body = Array(#"{"data":[\#(rows.joined(separator: ","))]}"#.utf8)
    let path = try #require(paths["node--topic"])
    #expect(throws: UntrustworthyPage.renumbered) { _ = try naming.page(body, from: path, &scanner) }
    let page = try naming.page(body, from: path, &scanner)
    #expect(page.resources.map(\.internalID) == [3, 5] && page.resources.allSatisfy { $0.changed != nil })
    let topic = try #require(try made.mirror.reading.types().first { $0.name == "node--topic" })
    #expect(topic.idAttribute == "nid" && topic.cursor == nil)
  }

  /// What became one of another type answers under the path of this one: how it calls its attributes says nothing of this type.
  @Test func aSingleResourceOfAnotherTypeNamesNothing() throws {
    let made = try CrawledMirror.full()
    let paths = try CrawledMirror.paths()
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    var naming = PageNaming(
      reading: made.mirror.reading, discovery: made.mirror.discovery, type: "node--topic", entityType: "node")
    let id = "a0000000-0000-4000-8000-000000000003"
    let body =
      #"{"data":{"type":"node--page","id":"\#(id)","attributes":{"nid":3,"edited_on":\#(early)},"relationships":{}}}"#
    let path = try #require(paths["node--topic"]) + "/\(id)"
    let page = try naming.page(Array(body.utf8), from: path, &scanner)
    #expect(page.resources.map(\.type) == ["node--page"] && scanner.names(of: "node--topic") == nil)
  }

  /// One row of another type gives the type no name where rows of its own have come, or where more follow and no other row says the
  /// same; all that there is does, and so does a page of several.
  @Test func aRowOfAnotherTypeAloneNamesNothing() throws {
    let made = try CrawledMirror()
    let paths = try CrawledMirror.paths()
    let path = try #require(paths["node--topic"])
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    var fresh: PageNaming {
      PageNaming(
        reading: made.mirror.reading, discovery: made.mirror.discovery, type: "node--topic", entityType: "node")
    }
    func body(_ type: String, _ numbers: [Int], isLast: Bool = false) -> [UInt8] {
      let rows = numbers.map { number in
        #"{"type":"\#(type)","id":"a0000000-0000-4000-8000-00000000000\#(number)","attributes":{"drupal_internal__nid":\#(number),"changed":\#(early)},"relationships":{}}"#
      }
      let links = isLast ? "" : #","links":{"next":{"href":"\#(CrawledMirror.site)\#(path)?page%5Boffset%5D=9"}}"#
      return Array(#"{"data":[\#(rows.joined(separator: ","))]\#(links)}"#.utf8)
    }
    let strange = "node--from_elsewhere"
    // Behind rows of the type, be it the last.
    var naming = fresh
    let own = try naming.page(body("node--topic", [8, 7]), from: path, &scanner)
    #expect(own.resources.count == 2)
    for isLast in [false, true] {
      let page = try naming.page(body(strange, [6], isLast: isLast), from: path, &scanner)
      #expect(page.resources.isEmpty && page.unusable.count == 1)
    }
    // Before any, as often as the same one comes.
    naming = fresh
    for _ in 0..<2 {
      let page = try naming.page(body(strange, [6]), from: path, &scanner)
      #expect(page.resources.isEmpty && page.unusable.count == 1)
    }
    let called = UntrustworthyPage.calledOtherwise(strange)
    #expect(throws: called) { _ = try naming.page(body(strange, [7]), from: path, &scanner) }
    naming = fresh
    #expect(throws: called) { _ = try naming.page(body(strange, [6], isLast: true), from: path, &scanner) }
    naming = fresh
    #expect(throws: called) { _ = try naming.page(body(strange, [6, 7]), from: path, &scanner) }
  }

  @Test func whatMayBeSeveralThingsIsNone() throws {
    let found = try names([#""a":5,"b":6,"x":\#(early),"y":\#(early)"#, #""a":7,"b":8,"x":\#(late),"y":\#(late)"#])
    #expect(found.isUsual)
    // Twice the same, below zero, text, a revision's, or not in all rows.
    #expect(try names([#""a":5"#, #""a":5"#]).serial == nil)
    #expect(try names([#""n_id":"5""#, #""n_id":"6""#]).serial == nil)
    #expect(try names([#""revision_number":5"#, #""revision_number":6"#]).serial == nil)
    #expect(try names([#""edited":\#(early)"#, #""title":"t""#]).changed == nil)
    #expect(try names([#""edited":"2024-01-02""#]).changed == nil)
  }
}
