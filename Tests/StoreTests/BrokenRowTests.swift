import Foundation
import GRDB
import OpenSocial
import Support
import Testing

@testable import JSONAPI
@testable import Store

/// Elements of a page that cannot be used: each costs itself alone.
@Suite struct BrokenRowTests {
  static func row(_ number: Int, id: String? = nil, type: String = "node--topic", more: String = "") -> String {
    let id = id ?? #""\#(SmallCommunity.uuid(number))""#
    return
      #"{"type":"\#(type)","id":\#(id),"attributes":{\#(more)"drupal_internal__nid":\#(number),"changed":"2024-01-20T17:08:00+00:00"},"relationships":{}}"#
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    var text: String
    var reason: String
    /// Whether the row's own id, or else its serial number, can be told.
    var hasID = false
    var hasSerial = true
    var testDescription: String { reason }
  }

  private static let long = String(repeating: "x", count: 1_025)
  static let kinds: [Broken] = [
    Broken(text: row(2, id: "null"), reason: "has an id that is no text"),
    Broken(text: row(2, id: "5"), reason: "has an id that is no text"),
    Broken(text: row(2, id: "[]"), reason: "has an id that is no text"),
    Broken(text: row(2, id: #""""#), reason: "has an empty id"),
    Broken(text: row(2).replacing(#""id":"\#(SmallCommunity.uuid(2))","#, with: ""), reason: "has no id"),
    Broken(text: row(2, id: #""missing""#), reason: "names no resource"),
    Broken(text: row(2, id: #""a\u0000b""#), reason: "names no resource"),
    Broken(
      text: row(2).replacing(#""type":"node--topic","#, with: ""), reason: "has no type", hasID: true, hasSerial: false),
    Broken(
      text: row(2, type: "").replacing(#""type":"""#, with: #""type":7"#), reason: "no text", hasID: true,
      hasSerial: false),
    Broken(text: row(2, type: "node--event"), reason: "is of the type node--event", hasID: true, hasSerial: false),
    Broken(text: row(1), reason: "stands twice on one page", hasID: true),
    Broken(text: row(2, more: #""title":"a\#u{1}b","#), reason: "is not JSON: a control character", hasID: true),
    Broken(text: row(2, more: "\"title\":\"a\nb\","), reason: "is not JSON: a control character", hasID: true),
    Broken(text: row(2, more: #""title":"\q","#), reason: "is not JSON: an unknown escape", hasID: true),
    Broken(text: row(2, more: #""title":"\ud800","#), reason: "is not JSON: half of a surrogate pair", hasID: true),
    Broken(text: row(2, more: #""title":"\u12","#), reason: "is not JSON: four hexadecimal digits", hasID: true),
    Broken(text: row(2, more: #""title":nil,"#), reason: "is not JSON: unknown word", hasID: true),
    Broken(text: row(2, more: #""title":01,"#), reason: "is not JSON", hasID: true),
    Broken(
      text: row(2, more: #""deep":"# + String(repeating: "[", count: 600) + String(repeating: "]", count: 600) + ","),
      reason: "is not JSON: nested deeper", hasID: true),
    Broken(
      text: row(
        2, more: #""deep":"# + String(repeating: "[", count: 300_000) + String(repeating: "]", count: 300_000) + ","),
      reason: "is not JSON: nested deeper", hasID: true),
    Broken(
      text: row(2).replacing(#""attributes":{"#, with: #""attributes":"x","other":{"#), reason: "no object",
      hasID: true, hasSerial: false),
    Broken(
      text: row(2).replacing(#""relationships":{}"#, with: #""relationships":[1]"#), reason: "no object", hasID: true),
    Broken(text: row(2, more: "\"\(long)\":1,"), reason: "has a name of 1025 bytes in it", hasID: true),
    Broken(
      text: row(2).replacing(":{}}", with: ":{\"\(long)\":{\"data\":null}}}"), reason: "has a name of 1025 bytes in it",
      hasID: true),
    Broken(
      text: row(2).replacing(":{}}", with: ":{\"uid\":{\"data\":{\"id\":\"a\",\"type\":\"\(long)\"}}}}"),
      reason: "has a name of 1025 bytes in it", hasID: true),
    Broken(text: "null", reason: "is no object", hasSerial: false),
    Broken(text: "5", reason: "is no object", hasSerial: false),
    Broken(text: "[]", reason: "is no object", hasSerial: false),
    Broken(text: "{}", reason: "has no type", hasSerial: false),
    Broken(text: #""text""#, reason: "is no object", hasSerial: false),
  ]

  private static func page(_ rows: [String]) throws -> ScannedPage {
    var scanner = PageScanner(base: DocumentBase(base), paths: ["node--topic": "/jsonapi/node/topic"])
    let body = #"{"jsonapi":{},"data":[\#(rows.joined(separator: ","))],"links":{"next":{"href":"x"}}}"#
    return try scanner.page(Array(body.utf8), from: "/jsonapi/node/topic")
  }

  @Test(arguments: kinds) func costsItselfAlone(kind: Broken) throws {
    let page = try Self.page([Self.row(1), kind.text, Self.row(3)])
    #expect(page.resources.map(\.internalID) == [1, 3] && page.hasNext && page.rowCount == 3)
    let row = try #require(page.unusable.first)
    #expect(page.unusable.count == 1 && row.place == 1 && row.after == 1 && row.before == 3)
    #expect(row.reason.contains(kind.reason), "\(row.reason)")
    #expect((row.id != nil) == kind.hasID, "\(row)")
    if kind.hasSerial { #expect(row.internalID == (kind.reason.contains("twice") ? 1 : 2), "\(row)") }
    // At either end of the page, and alone on it.
    for rows in [[kind.text, Self.row(1), Self.row(3)], [Self.row(1), Self.row(3), kind.text]] {
      #expect(try Self.page(rows).resources.map(\.internalID) == [1, 3])
    }
    if !kind.reason.contains("twice"), !kind.reason.contains("of the type") {
      let alone = try Self.page([kind.text])
      #expect(alone.resources.isEmpty && alone.unusable.count == 1)
    }
  }

  @Test func aPageOfAnotherTypeAloneIsNoMatterOfRows() throws {
    let page = try Self.page([Self.row(1, type: "node--event"), Self.row(2, type: "node--event")])
    #expect(page.resources.count == 2 && page.unusable.isEmpty)
  }

  @Test func aResourceOverTheBoundIsNamed() throws {
    let large = Self.row(2, more: #""title":"\#(String(repeating: "x", count: ScannedResource.longest))","#)
    let page = try Self.page([Self.row(1), large, Self.row(3)])
    #expect(page.resources.count == 2 && page.unusable.first?.id != nil)
    #expect(page.unusable.first?.reason.contains("more than \(ScannedResource.longest)") == true)
  }

  @Test(arguments: kinds) func isSetAsideAndTakenBack(kind: Broken) throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(["node--topic": "/jsonapi/node/topic"])
    let run = try made.mirror.pulling.beginRun("test", at: 1)
    func apply(_ rows: [String]) throws -> ApplyOutcome {
      let page = try Self.page(rows)
      return try made.mirror.pulling.apply([
        PageApplication(
          type: "node--topic", resources: page.resources, omitted: 0, cursor: nil, run: run, unusable: page.unusable)
      ])
    }
    let outcome = try apply([Self.row(1), kind.text, Self.row(3)])
    let aside = try made.mirror.reading.setAside()
    #expect(aside.count == 1 && aside.first?.kind == .row && aside.first?.type == "node--topic")
    #expect(aside.first?.reason.contains(kind.reason) == true && outcome.setAside.count == 1 && outcome.inserted == 2)
    // It is told once.
    #expect(try apply([Self.row(1), kind.text, Self.row(3)]).setAside.isEmpty)
    #expect(try made.mirror.reading.setAside().count == 1)
    if kind.hasID || kind.hasSerial {
      _ = try apply([Self.row(1), Self.row(2), Self.row(3)])
      #expect(try made.mirror.reading.setAside().isEmpty)
      _ = try apply([Self.row(1), kind.text, Self.row(3)])
    }
    // A sweep that does not see it any more ends it; one that does, does not.
    for isThere in [true, false] {
      var state = try made.mirror.sweeping.beginSweep(of: "node--topic", at: 10)
      let page = try Self.page([Self.row(1)] + (isThere ? [kind.text] : []) + [Self.row(3)])
      state.isListed = true
      _ = try made.mirror.sweeping.apply(
        SweepApplication(
          type: "node--topic", resources: page.resources, omitted: [], covers: (-1, nil), state: state, run: run,
          unusable: page.unusable))
      // What cannot be used is not gone, and nothing else is in doubt.
      let candidates = try made.mirror.sweeping.candidates(of: "node--topic")
      let isStored = try made.mirror.reading.count(of: "node--topic") == 3
      let isOther = kind.reason.contains("twice")
      #expect(
        candidates.map(\.internalID) == (isStored && (!isThere || isOther) ? [2] : []), "\(isThere) \(candidates)")
      try made.mirror.sweeping.endSweep(of: "node--topic", at: 20)
      #expect(try made.mirror.reading.setAside().count == (isThere ? 1 : 0))
    }
  }

  /// Only what the unreadable row is known to be is spared; everything else is asked for by itself.
  @Test func aRowWithoutAnySignSparesNothing() throws {
    let id = ResourceID(high: 1, low: 1)
    let page = try Self.page([
      Self.row(10), "null", Self.row(20), #"{"type":"node--topic","attributes":{"drupal_internal__nid":25}}"#,
      #"{"type":"node--topic","id":"\#(id)","attributes":"none"}"#,
    ])
    #expect(page.unusable.map { $0.isAbout(id, serial: 11) } == [false, false, true])
    #expect(page.unusable.map { $0.isAbout(ResourceID(high: 2, low: 2), serial: 25) } == [false, true, false])
    #expect(page.unusable.allSatisfy { !$0.isAbout(ResourceID(high: 2, low: 2), serial: nil) })
  }

  // MARK: Serial numbers

  @Test func theSerialNumberIsFoundWhereverItStands() throws {
    let orders = [
      #""drupal_internal__nid":7,"drupal_internal__vid":99,"title":"T""#,
      #""drupal_internal__vid":99,"title":"T","drupal_internal__nid":7"#,
      #""title":"T","drupal_internal__revision_id":98,"drupal_internal__vid":99,"drupal_internal__nid":"7""#,
    ]
    for attributes in orders {
      let page = try Self.page([#"{"type":"node--topic","id":"x","attributes":{\#(attributes)},"relationships":{}}"#])
      #expect(page.resources.first?.internalID == 7 && page.resources.first?.idAttribute == "drupal_internal__nid")
    }
    let none = try Self.page([
      #"{"type":"node--topic","id":"x","attributes":{"drupal_internal__vid":99},"relationships":{}}"#
    ])
    #expect(none.resources.first?.internalID == nil && none.resources.first?.idAttribute == nil)
    var renamed = PageScanner(
      base: DocumentBase(base), paths: [:],
      serials: SerialNumbers(named: ["topics": "number", "node--topic": "drupal_internal__vid"]))
    let other = try renamed.page(
      Array(
        #"{"data":[{"type":"topics","id":"x","attributes":{"number":3}},{"type":"node--topic","id":"y","attributes":{"drupal_internal__vid":1,"drupal_internal__nid":2}}]}"#
          .utf8))
    #expect(other.resources.map(\.internalID) == [3, 2])
  }

  @Test func anUnknownTypeHasToProveIt() throws {
    func page(_ numbers: [(Int, Int)]) throws -> ScannedPage {
      var scanner = PageScanner(base: DocumentBase(base), paths: [:])
      let rows = numbers.enumerated().map { index, pair in
        #"{"type":"badge--badge","id":"b\#(index)","attributes":{"drupal_internal__revision_id":\#(pair.1),"drupal_internal__bid":\#(pair.0)},"relationships":{}}"#
      }
      return try scanner.page(Array(#"{"data":[\#(rows.joined(separator: ","))]}"#.utf8))
    }
    let name = "drupal_internal__bid"
    #expect(try SerialNumberProof.candidates(in: page([(3, 3), (1, 2), (2, 1)])) == [name])
    #expect(try SerialNumberProof.candidates(in: page([(3, 3), (3, 2)])).isEmpty)
    #expect(try SerialNumberProof.candidates(in: page([(3, 3)])).isEmpty)
    #expect(try SerialNumberProof.isProved(name, by: page([(3, 3), (2, 2), (1, 9)])))
    #expect(try !SerialNumberProof.isProved(name, by: page([(3, 3), (1, 2), (2, 1)])))
    #expect(try page([(3, 3), (2, 2)]).counted(by: name).resources.map(\.internalID) == [3, 2])
    #expect(try page([(3, 3), (2, 2)]).resources.map(\.internalID) == [nil, nil])
  }

  /// A mirror of before took the revision's number for the serial number of some rows.
  @Test func aMirrorWithTheWrongNumbersHealsItself() throws {
    let made = try CrawledMirror.full()
    let other = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    let before = try other.read {
      try String.fetchAll($0, sql: "SELECT type || ' ' || coalesce(internal_id, 'none') FROM resources ORDER BY 1")
    }
    try other.write { db in
      try db.execute(
        sql: """
          UPDATE resource SET internal_id = 500000 + id WHERE id % 3 = 0 AND internal_id IS NOT NULL;
          UPDATE resource_type SET id_attribute = 'drupal_internal__vid' WHERE name = 'node--topic';
          """)
      // So old a file has no stretches.
      try db.execute(sql: "ALTER TABLE stretch RENAME TO later")
      try SerialNumberRepair.heal(db)
      try db.execute(sql: "ALTER TABLE later RENAME TO stretch")
    }
    let after = try other.read {
      try String.fetchAll($0, sql: "SELECT type || ' ' || coalesce(internal_id, 'none') FROM resources ORDER BY 1")
    }
    #expect(after == before && !before.isEmpty)
    let topic = try #require(try made.mirror.reading.types().first { $0.name == "node--topic" })
    #expect(topic.idAttribute == "drupal_internal__nid" && topic.cursor == nil)
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }

  /// A pass, stretches and a watermark say nothing where the numbers that they stand on are others: the type is read from the
  /// beginning. Another type's stay.
  @Test func anotherSerialNumberBeginsAnew() throws {
    let made = try CrawledMirror.full()
    let mirror = made.mirror
    var cursor = Cursor(changed: 7, internalID: 90)
    cursor.pass = Cursor.Pass(begun: 5, after: 40)
    for type in ["node--topic", "node--event"] {
      try mirror.pulling.beginReading(of: type, cursor: cursor, stretches: [Stretch(through: 30)], at: 5)
    }
    #expect(
      try !mirror.discovery.note(
        AttributeNames(serial: "drupal_internal__nid", changed: "edited_on"), of: "node--topic"))
    #expect(try mirror.pulling.stretches(of: "node--topic").count == 1)
    #expect(try mirror.discovery.note(AttributeNames(serial: "nid", changed: "edited_on"), of: "node--topic"))
    let types = try mirror.reading.types()
    #expect(types.first { $0.name == "node--topic" }?.cursor == nil)
    #expect(types.first { $0.name == "node--event" }?.cursor == cursor)
    #expect(
      try mirror.pulling.stretches(of: "node--topic").isEmpty && mirror.pulling.stretches(of: "node--event").count == 1)
    #expect(try !mirror.discovery.note(serialNumber: "nid", of: "node--topic"))
    // A page that shows it brings no cursor of the numbers of before.
    let topic = BrokenRowTests.row(1)
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: try CrawledMirror.paths())
    _ = try made.apply([("node--topic", scanner.page(Array(#"{"data":[\#(topic)]}"#.utf8)))], cursor: true)
    #expect(try mirror.reading.types().first { $0.name == "node--topic" }?.cursor == nil)
  }

  // MARK: What stands around documents

  @Test func whatStandsAroundADocumentIsSkippedAndTold() throws {
    let document = #"{"jsonapi":{"version":"1.0"},"data":[{"a":"}{<"}]}"#
    func look(_ text: String) -> DocumentText? { DocumentText(in: Array(text.utf8)) }
    #expect(look(document)?.surroundings == nil)
    #expect(look("\n \(document)\n")?.surroundings == nil && look("\n \(document)\n")?.bytes == Array(document.utf8))
    #expect(look("\u{FEFF}\(document)")?.surroundings == "a byte order mark")
    let notice =
      "<br />\n<b>Warning</b>:  Undefined property {closure} in <b>/var/www/x.php</b> on line <b>12</b><br />\n"
    for text in [notice + document, document + notice, "\u{FEFF}" + notice + document + notice] {
      #expect(look(text)?.bytes == Array(document.utf8))
      #expect(look(text)?.surroundings?.contains("Warning") == true)
    }
    for text in ["", "<html>{\"x\":1}</html>", "null", "[1]", "{\"a\":1", String(repeating: "{", count: 100_000)] {
      #expect(look(text) == nil, "\(text.prefix(20))")
    }
    // One that is cut off is for the parser to name.
    #expect(look(#"{"data":[{"a":"x"}"#)?.bytes.isEmpty == false)
  }

  @Test func excerptsShowNoSecrets() {
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.abcdefghijklmnopqrstuvwxyz0123456789"
    let text = "<html>\r\n\u{1B}[31m<title>Just a moment</title> Authorization: Bearer \(token) \u{202E}end"
    let line = Excerpt.of(Array(text.utf8))
    #expect(
      line.hasPrefix("<html> [31m<title>Just a moment</title>") && !line.contains("eyJ0") && line.hasSuffix("end"))
    #expect(Excerpt.of(Array(String(repeating: "word ", count: 1000).utf8)).count <= 121)
    #expect(Excerpt.of([0, 1, 2, 0xFF]).isEmpty)
  }
}
