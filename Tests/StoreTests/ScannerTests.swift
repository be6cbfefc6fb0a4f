import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

@Suite struct ScannerTests {
  /// A page that was cut anywhere is refused as a whole.
  @Test func cutPagesAreRefused() throws {
    let page = try #require(
      try RecordedCrawl.load(base: base).filter { $0.type.hasPrefix("node--page") || $0.type.hasPrefix("group--") }
        .min { $0.body.count < $1.body.count })
    var scanner = PageScanner(base: DocumentBase(base), paths: try CrawledMirror.paths())
    for end in stride(from: 0, to: page.body.count, by: 97) {
      #expect(throws: JSONSyntaxError.self) { try scanner.page(Array(page.body[..<end])) }
    }
    #expect(throws: JSONSyntaxError.self) { try scanner.page(page.body + Array("{}".utf8)) }
    #expect(try !scanner.page(page.body).resources.isEmpty)
  }

  @Test(arguments: [
    "", "<!DOCTYPE html><html></html>", "null", "[]", #"{"errors":[]}"#, #"{"data":[{"type":"a--b","id":"x"}"#,
    #"{"data":[{"type":"a--b","id":"x]}"#, #"{"data":[{}],"links":{"next":}}"#,
  ])
  func whatIsNoPageIsRefused(text: String) throws {
    var scanner = PageScanner(base: DocumentBase(base), paths: [:])
    #expect(throws: JSONSyntaxError.self) { try scanner.page(Array(text.utf8)) }
  }

  /// Spaces, raw UTF-8, plain slashes and `\"` are other spellings of the same text.
  @Test func otherSpellingsAreStoredAsTheSites() throws {
    let site = Topic.usual(title: #"Z\u00fcrich \u0022a\/b\u0022 \ud83d\ude00 \u003Cb\u003E"#)
    let other = Topic.usual(title: #"Zürich \"a/b\" 😀 <b>"#).replacing(#"\/"#, with: "/")
      .replacing(#","attributes""#, with: ",\n  \"attributes\"").replacing("\":{", with: "\" : {")
    let mirror = try CrawledMirror()
    #expect(try mirror.take(other).inserted == 1)
    #expect(try mirror.rendered("node--topic", Topic.id) == site)
    #expect(try mirror.take(site).unchanged == 1)
  }

  @Test func longerHostsAreNotTheSite() throws {
    let near =
      #"https:\/\/community.example.organic\/x https:\/\/community.example.org:81 https:\/\/community.example.org.uk"#
    let title = #"\#(near) https:\/\/community.example.org https:\/\/community.example.org\/y"#
    let mirror = try CrawledMirror()
    _ = try mirror.take(Topic.usual(title: title))
    let shown = try JSON(parsing: #require(try mirror.rendered("node--topic", Topic.id, on: "http://m")))
    #expect(
      shown["attributes"]?["title"]?.string
        == "https://community.example.organic/x https://community.example.org:81 https://community.example.org.uk"
        + " http://m http://m/y")
    #expect(try mirror.rendered("node--topic", Topic.id) == Topic.usual(title: title))
  }

  /// Whatever the members are and in whatever order: what came is what is shown.
  @Test(arguments: [
    Topic.object(Topic.relationships(), Topic.links, Topic.attributes()),
    Topic.object(Topic.attributes(), Topic.relationships(), Topic.links),
    Topic.object(Topic.attributes(), Topic.relationships()), Topic.object(Topic.links, Topic.relationships()),
    Topic.object(#""meta":{"a":[1,{"b":null}]}"#, Topic.links, Topic.attributes(), #""new":{"c":1}"#),
    Topic.object(#""links":{"self":{"href":"https:\/\/elsewhere.example\/1"}}"#, Topic.attributes()),
    Topic.object(Topic.links, Topic.attributes(), Topic.relationships([])),
    Topic.object(Topic.links, Topic.attributes(), Topic.relationships(["virtual", Topic.user])),
    Topic.object(Topic.links, Topic.attributes(), #""relationships":[]"#),
    Topic.object(Topic.links, Topic.attributes(), #""relationships":{"uid":{"links":{},"data":null,"meta":1}}"#),
    Topic.object(Topic.links, #""attributes":[]"#), Topic.object(Topic.links), Topic.object(),
  ])
  func oddObjectsSurvive(object: String) throws {
    let mirror = try CrawledMirror()
    #expect(try mirror.take(object).inserted == 1)
    #expect(try mirror.rendered("node--topic", Topic.id) == object)
    let elsewhere = try mirror.rendered("node--topic", Topic.id, on: "http://m")
    #expect(elsewhere == object.replacing(#"https:\/\/community.example.org"#, with: #"http:\/\/m"#))
  }

  @Test func aLabelDoesNotReplaceContent() throws {
    let mirror = try CrawledMirror()
    let label = Topic.object(Topic.links, #""attributes":{"title":"Hidden"}"#)
    #expect(try mirror.take(label).inserted == 1)
    #expect(try mirror.take(Topic.usual()).updated == 1)
    #expect(try mirror.take(label).unchanged == 1)
    #expect(try mirror.rendered("node--topic", Topic.id) == Topic.usual())
  }

  @Test func columnsAreReadOffTheObject() throws {
    var scanner = PageScanner(base: DocumentBase(base), paths: try CrawledMirror.paths())
    let page = try scanner.page(
      Array(#"{"data":[\#(Topic.usual(users: [Topic.user, "missing"]))],"links":{"next":{"href":"x"}}}"#.utf8))
    let topic = try #require(page.resources.first)
    #expect(topic.changed == 1_705_770_480 && topic.internalID == 9001 && topic.revision == 7 && page.hasNext)
    #expect(topic.idAttribute == "drupal_internal__nid" && topic.uuid.bytes.count == 16 && !topic.isLabelOnly)
    #expect(topic.linkage.map(\.delta) == [0, 1] && topic.linkage.map(\.target) == [ResourceID(Topic.user), nil])
  }
}

/// Types and fields may be called anything (jsonapi_extras): documents escape what is not plain in a name.
@Suite struct EscapedNameTests {
  static let names = ["Groups/flex", "a/b/c", "Gr\u{FC}n", "name\"s", "back\\slash"]

  /// A resource of this type, with a relationship of this name to itself.
  private static func object(_ name: String) -> String {
    let escaped = JSON.string(name).text(.site)
    let place = JSON.string("\(base)/jsonapi/\(name)/\(Topic.id)").text(.site).dropLast()
    let field = escaped.dropFirst().dropLast()
    return #"{"type":\#(escaped),"id":"\#(Topic.id)","links":{"self":{"href":\#(place)"}},"#
      + #""attributes":{"drupal_internal__id":7,"changed":"2024-01-20T17:08:00+00:00"},"relationships":{\#(escaped):{"#
      + #""data":{"type":\#(escaped),"id":"\#(Topic.id)"},"links":{"related":{"href":\#(place)\/\#(field)"},"#
      + #""self":{"href":\#(place)\/relationships\/\#(field)"}}}}}"#
  }

  private func taken(_ name: String, into made: CrawledMirror) throws {
    let paths = [name: "/jsonapi/\(name)"]
    var scanner = PageScanner(base: DocumentBase(base), paths: paths)
    let page = try scanner.page(Array(#"{"data":[\#(Self.object(name))]}"#.utf8), from: "/jsonapi/\(name)")
    let resource = try #require(page.resources.first)
    #expect(page.unusable.isEmpty && resource.type == name)
    #expect(resource.linkage.map(\.targetType) == [name] && resource.linkage.map(\.field) == [name])
    _ = try made.apply([(name, page)], paths: paths)
  }

  @Test(arguments: names) func namesAreWhatTheyMean(name: String) throws {
    let made = try CrawledMirror()
    try taken(name, into: made)
    #expect(try made.rendered(name, Topic.id) == Self.object(name))
    #expect(try made.mirror.reading.schema(of: name)?.field(name)?.targets == [name])
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }

  /// A mirror of before, in which the type stands by its escaped name, and beside it by that of its link.
  @Test func olderMirrorsTakeOverWhatTheyHave() throws {
    let made = try CrawledMirror()
    let name = "Groups/flex"
    try taken(name, into: made)
    let other = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    try other.write { db in
      try db.execute(
        sql: #"""
          UPDATE resource_type SET link = name, name = 'Groups\/flex' WHERE name = 'Groups/flex';
          INSERT INTO resource_type (name, entity_type) VALUES ('Groups/flex', 'Groups/flex');
          UPDATE field SET name = 'Groups\/flex' WHERE name = 'Groups/flex';
          """#)
      try db.execute(sql: TypeNames.unescaping)
      #expect(try String.fetchAll(db, sql: "SELECT name FROM resource_type WHERE name LIKE 'Groups%'") == [name])
      #expect(try String.fetchAll(db, sql: "SELECT name FROM field WHERE name LIKE 'Groups%'") == [name])
    }
    #expect(try made.rendered(name, Topic.id) == Self.object(name))
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }
}

/// A site whose documents name it by several base URLs.
@Suite struct SeveralBaseTests {
  func scan(_ text: String, _ bases: [String]) throws -> (stored: String, shown: String) {
    let body =
      #"{"data":{"type":"node--topic","id":"a0000000-0000-4000-8000-000000000001","attributes":{"t":"\#(text)"}}}"#
    var scanner = PageScanner(base: DocumentBase(bases[0]), others: bases.map { DocumentBase($0) }, paths: [:])
    let resource = try #require(try scanner.page(Array(body.utf8)).resources.first)
    var shown: [UInt8] = []
    resource.document.withUnsafeBytes { document in
      resource.splices.withUnsafeBytes { splices in
        DocumentRenderer(base: DocumentBase("http://mirror")).append(
          .init(document: document, splices: splices, path: [], revision: nil), into: &shown)
      }
    }
    return (String(decoding: resource.document, as: UTF8.self), String(decoding: shown, as: UTF8.self))
  }

  @Test func allBecomeTheMirrorsOwn() throws {
    let bases = [
      "https://www.h.example", "http://127.0.0.1:80", "https://www.h.example/community", "https://h.example",
    ]
    let text =
      #"a https:\/\/www.h.example\/x http:\/\/127.0.0.1:80\/ https:\/\/h.example\/y https:\/\/www.h.example\/community\/z"#
    let found = try scan(text, bases)
    for base in bases { #expect(!found.shown.contains(base.replacing("/", with: "\\/"))) }
    #expect(found.shown.contains(#"a http:\/\/mirror\/x http:\/\/mirror\/ http:\/\/mirror\/y http:\/\/mirror\/z"#))
  }

  @Test func othersStayAsTheyAre() throws {
    let text =
      #"https:\/\/www.h.example.org\/ https:\/\/xh.example http:\/\/127.0.0.1:8080\/ https:\/\/h.example-x\/ https:\/\/h.exampl"#
    let found = try scan(text, ["https://www.h.example", "http://127.0.0.1:80", "https://h.example"])
    #expect(found.stored.contains(text))
  }

  @Test func oneBaseAndSeveralSayTheSame() throws {
    let text = #"https:\/\/h.example\/a https:\/\/h.example https:\/\/h.example.org https:\/\/h.example"#
    #expect(try scan(text, ["https://h.example"]) == scan(text, ["https://h.example", "https://other.example"]))
  }
}
