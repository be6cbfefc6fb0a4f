import JSONAPI
import OpenSocial
import Store
import Support
import Testing

/// A few topics and users of a made-up community, as the site would send them.
enum SmallCommunity {
  static let site = #"https:\/\/community.example.org"#

  /// A resource with no links but its own.
  static func object(_ type: String, _ number: Int, _ attributes: String, _ relationships: String = "") -> String {
    let id = uuid(number)
    let path = type.replacing("--", with: #"\/"#)
    let links = #""links":{"self":{"href":"\#(site)\/jsonapi\/\#(path)\/\#(id)"}}"#
    return
      #"{"type":"\#(type)","id":"\#(id)",\#(links),"attributes":{\#(attributes)},"relationships":{\#(relationships)}}"#
  }

  static func uuid(_ number: Int) -> String {
    "00000000-0000-4000-8000-" + String(String(number + 1_000_000_000_000).suffix(12))
  }

  static func link(_ type: String, _ number: Int, _ meta: String = "") -> String {
    #"{"type":"\#(type)","id":"\#(uuid(number))","meta":{\#(meta)"drupal_internal__target_id":\#(number)}}"#
  }

  static func topic(_ number: Int, _ attributes: String, users: [Int] = [], tags: [Int] = []) -> String {
    let author = users.first.map { link("user--user", $0) } ?? "null"
    let list = tags.map { link("taxonomy_term--tag", $0, #""place":\#($0 % 3),"#) }.joined(separator: ",")
    return object(
      "node--topic", number, #""drupal_internal__nid":\#(number),\#(attributes)"#,
      #""uid":{"data":\#(author)},"field_tags":{"data":[\#(list)]}"#)
  }

  static func user(_ number: Int, _ name: String) -> String {
    object("user--user", number, #""drupal_internal__uid":\#(number),"name":"\#(name)","mail":null"#)
  }

  static func tag(_ number: Int, _ name: String) -> String {
    object("taxonomy_term--tag", number, #""drupal_internal__tid":\#(number),"name":"\#(name)","weight":\#(number)"#)
  }

  /// A mirror of these objects.
  static func mirror(_ objects: [String]) throws -> CrawledMirror {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered([
      "node--topic": "/jsonapi/node/topic", "user--user": "/jsonapi/user/user", "file--file": "/jsonapi/file/file",
      "taxonomy_term--tag": "/jsonapi/taxonomy_term/tag", "node--empty": "/jsonapi/node/empty",
    ])
    try add(objects, to: made)
    return made
  }

  static func add(_ objects: [String], to made: CrawledMirror) throws {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: [:])
    let page = try scanner.page(Array(#"{"data":[\#(objects.joined(separator: ","))]}"#.utf8))
    let run = try made.mirror.pulling.beginRun("test", at: 1)
    _ = try made.mirror.pulling.apply([
      PageApplication(type: "node--topic", resources: page.resources, omitted: 0, cursor: nil, run: run)
    ])
  }

  static let usual: [String] =
    [
      (1, "Anna"), (2, "Björn"), (3, "anna "),
    ].map { user($0.0, $0.1) } + [(11, "red"), (12, "green"), (13, "blue")].map { tag($0.0, $0.1) } + [
      topic(101, attributes("Café", "1", "0.5", flag: "true"), users: [1], tags: [11, 12]),
      topic(102, attributes("cafe ", "2", "1.5", flag: "false"), users: [2], tags: [12]),
      topic(103, attributes("CAFETERIA", "null", "null", flag: "true"), users: [3]),
      topic(104, attributes(#"100%_\\"#, "10", "2.25", flag: "null"), tags: [13, 11]),
      topic(105, attributes("Zebra", "-1", "-3", flag: "true", list: #""b","C""#, date: "2024-03-01T10:00:00+11:00")),
    ]

  static func attributes(
    _ title: String, _ count: String, _ rate: String, flag: String, list: String = "", date: String? = nil
  ) -> String {
    let day = date.map { "\"\($0)\"" } ?? "null"
    let body = title == "Zebra" ? "null" : #"{"value":"Text of \#(title)","format":"plain","processed":"x"}"#
    return #""title":"\#(title)","count":\#(count),"rate":\#(rate),"flag":\#(flag),"words":[\#(list)],"#
      + #""field_day":\#(day),"body":\#(body),"created":"2024-01-01T00:00:0\#(flag.count)+00:00""#
  }
}
