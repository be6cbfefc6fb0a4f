import Foundation
import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// Ids that are no UUIDs, from the site's page to the local answer and the views.
@Suite struct OddIDTests {
  static let ids = [
    "0e6f055d-7141-4a6c-9ea2-2426b436733x", "ScrambledDemo_1532959261_7", "42", "a b", "50% & more", "a/b", "Ä ö 名",
    "ABCDEF01-7141-4A6C-9EA2-2426B4367330", "'; DROP TABLE identity; --", "\"\\", String(repeating: "x", count: 128),
    "abc", "ABC",
  ]

  /// A topic of this id as the site would send it: its path percent-encoded, but for slashes.
  private static func topic(_ id: String, _ number: Int, author: String, plainLink: Bool = false) -> String {
    let part = plainLink ? id : PercentCoding.encoded(id, keeping: [UInt8(ascii: "/")])
    let place = JSON.string("\(CrawledMirror.site)/jsonapi/node/topic/\(part)").text(.site).dropFirst().dropLast()
    let user = JSON.string(author).text(.site)
    return """
      {"type":"node--topic","id":\(JSON.string(id).text(.site)),"links":{"self":{"href":"\(place)?resourceVersion=id%3A7"}},\
      "attributes":{"drupal_internal__nid":\(number),"title":"T","changed":"2024-01-20T17:08:00+00:00"},"relationships":{"uid":{\
      "data":{"type":"user--user","id":\(user)},"links":{"related":{"href":"\(place)\\/uid?resourceVersion=id%3A7"},\
      "self":{"href":"\(place)\\/relationships\\/uid?resourceVersion=id%3A7"}}}}}
      """
  }

  @Test func comeAndGoAsTheSiteWritesThem() throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(CrawledMirror.paths())
    for (number, id) in OddIDTests.ids.enumerated() {
      for plainLink in [false, true] {
        let object = OddIDTests.topic(id, number + 1, author: "u \(id)", plainLink: plainLink)
        _ = try made.take(object)
        #expect(try made.rendered("node--topic", id) == object)
      }
      guard id.utf8.allSatisfy({ $0 < 0x80 }) else { continue }
      #expect(try made.rendered("node--topic", id.uppercased())?.isEmpty == false)
      #expect(try made.rendered("node--topic", id.lowercased())?.isEmpty == false)
    }
    let other = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    let shown = try other.read { try String.fetchAll($0, sql: "SELECT uuid FROM resources ORDER BY internal_id") }
    #expect(shown == OddIDTests.ids)
    #expect(try made.mirror.reading.identifiers(of: "node--topic") == Set(OddIDTests.ids.compactMap { ResourceID($0) }))
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }

  @Test func filtersAndSortsFindThem() throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(CrawledMirror.paths())
    let ids = OddIDTests.ids.filter { $0 != "ABC" }
    for (number, id) in ids.enumerated() {
      _ = try made.take(OddIDTests.topic(id, number + 1, author: "u \(id)"))
    }
    for (number, id) in ids.enumerated() {
      for text in [id, id.uppercased(), id.lowercased()] where text.utf8.count == id.utf8.count {
        let value = PercentCoding.encoded(text)
        // The database compares the case of ASCII letters alone here.
        guard text == id || id.utf8.allSatisfy({ $0 < 0x80 }) else { continue }
        #expect(try made.rows("node--topic", "filter[id]=\(value)") == [Int64(number + 1)], "\(text)")
        let author = PercentCoding.encoded("u \(text)")
        #expect(try made.rows("node--topic", "filter[uid.id]=\(author)") == [Int64(number + 1)], "\(text)")
      }
      let start =
        "filter[a][condition][path]=id&filter[a][condition][operator]=STARTS_WITH&filter[a][condition][value]="
      #expect(try made.rows("node--topic", start + PercentCoding.encoded(id)).contains(Int64(number + 1)))
      let not = "filter[a][condition][path]=id&filter[a][condition][operator]=%3C%3E&filter[a][condition][value]="
      #expect(try made.rows("node--topic", not + PercentCoding.encoded(id)).count == ids.count - 1)
    }
    let sorted = ids.sorted {
      GeneralCollation.fold($0, trimmed: true).utf8.lexicographicallyPrecedes(
        GeneralCollation.fold($1, trimmed: true).utf8)
    }
    #expect(try made.rows("node--topic", "sort=id").map { ids[Int($0) - 1] } == sorted)
  }

  private static let lower = "abcdef01-7141-4a6c-9ea2-2426b4367330"

  private func check(_ made: CrawledMirror) throws {
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }

  private static func user(_ id: String) -> String {
    #"{"type":"user--user","id":"\#(id)","attributes":{"drupal_internal__uid":5,"name":"N"},"relationships":{}}"#
  }

  /// The site compares ids without regard to letter case: it is the same resource under another id, and what points to it still does.
  @Test func anotherLetterCaseIsTheSameResource() throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(CrawledMirror.paths())
    let upper = Self.lower.uppercased()
    for id in [Self.lower, upper, "Abcdef01\(Self.lower.dropFirst(8))", Self.lower] {
      let outcome = try made.take(Self.topic(id, 1, author: Topic.user))
      #expect(outcome.inserted + outcome.updated == 1)
      #expect(try made.mirror.reading.identifiers(of: "node--topic").map(\.description) == [id])
      #expect(try made.rendered("node--topic", Self.lower)?.contains(id) == true)
      try check(made)
    }
    // The new id was a target before it was seen.
    _ = try made.take(Self.user(Self.lower))
    _ = try made.take(Self.topic(Topic.id, 2, author: Self.lower))
    _ = try made.take(Self.topic("another", 3, author: upper))
    #expect(try made.take(Self.user(upper)).updated == 1)
    for id in [Self.lower, upper] { #expect(try made.rows("node--topic", "filter[uid.id]=\(id)") == [2, 3]) }
    try check(made)
  }

  /// Where the site shows no more than its label under the other id, the document stays as it is, and so does the id that it names.
  @Test func aLabelUnderAnotherLetterCaseChangesNothing() throws {
    let bench = try OutboxBench(Self.topic(Self.lower, 1, author: Topic.user))
    let lower = try #require(ResourceID(Self.lower))
    let label =
      #"{"type":"node--topic","id":"\#(Self.lower.uppercased())","attributes":{"drupal_internal__nid":1,"title":"Label"}}"#
    for isPending in [false, true] {
      if isPending { try bench.patch(["title": "Local"], lower) }
      let outcome = try bench.made.take(label)
      #expect(outcome.inserted == 0 && outcome.updated == 0)
      #expect(try bench.mirror.reading.identifiers(of: "node--topic") == [lower])
      try check(bench.made)
    }
    #expect(try bench.title(lower) == "Local")
  }

  /// What a site makes under an id of its own, whatever it was sent with, is known by that one from then on.
  @Test func aCreationThatGetsAnotherIDIsKnownByThat() throws {
    let bench = try OutboxBench(Self.topic(Self.lower, 1, author: Topic.user))
    let sent = try #require(ResourceID("77777777-7141-4a6c-9ea2-2426b4367330"))
    let given = "88888888-7141-4a6c-9ea2-2426b4367330"
    try bench.record(.create(bench.object(["title": "New"])), sent)
    let creation = try bench.send()
    try bench.patch(["title": "Newer"], sent)
    let answer = Self.topic(given, 2, author: Topic.user)
    #expect(try bench.mirror.outbox.settle(creation, as: .resource(bench.site(answer)), at: OutboxBench.now))
    let known = try #require(ResourceID(given))
    #expect(try Set(bench.mirror.reading.identifiers(of: "node--topic").map(\.description)) == [Self.lower, given])
    let waiting = try bench.only()
    #expect(waiting.kind == .update && waiting.uuid == known)
    #expect(try bench.title(known) == "Newer" && bench.shown(sent) == nil)
    try check(bench.made)
  }

  /// Local changes go on with it.
  @Test func localChangesFollowAnotherLetterCase() throws {
    let bench = try OutboxBench(Self.topic(Self.lower, 1, author: Topic.user))
    let (lower, upper) = try (#require(ResourceID(Self.lower)), #require(ResourceID(Self.lower.uppercased())))
    try bench.patch(["title": "Local"], lower)
    _ = try bench.made.take(Self.topic(upper.description, 1, author: Topic.other))
    #expect(try bench.mirror.reading.identifiers(of: "node--topic") == [upper])
    #expect(try bench.title(upper) == "Local" && bench.only().uuid == upper)
    try check(bench.made)
  }

  /// Another resource with the number of one that is stored, as on a site that went back to a backup: the type is swept next, and only
  /// what nothing keeps and no sweep asks for is a violation.
  @Test func aNumberGivenAnewIsAskedFor() throws {
    let bench = try OutboxBench(Self.topic(Topic.id, 1, author: Topic.user))
    func violations() throws -> Int {
      try bench.mirror.reporting.check().filter {
        $0.name.hasPrefix("no two resources of a type have one serial number")
      }
      .reduce(0) { $0 + $1.violations }
    }
    func isDue() throws -> Bool {
      try bench.mirror.reading.types().contains { $0.name == "node--topic" && $0.sweep?.finished == nil }
    }
    _ = try bench.mirror.sweeping.beginSweep(of: "node--topic", at: 5)
    try bench.mirror.sweeping.endSweep(of: "node--topic", at: 5)
    #expect(try !isDue())
    // Before the first sweep of a type nothing is to be told of it.
    let early = try OutboxBench(Self.topic(Topic.id, 1, author: Topic.user))
    #expect(try early.made.take(Self.topic(Self.lower, 1, author: Topic.user)).inserted == 1)
    try check(early.made)
    #expect(try bench.made.take(Self.topic(Self.lower, 1, author: Topic.user)).inserted == 1)
    #expect(try isDue() && violations() == 0)
    try bench.mirror.sweeping.endSweep(of: "node--topic", at: 6)
    #expect(try violations() == 1)
    try bench.patch(["title": "Kept"])
    #expect(try violations() == 0)
  }

  @Test func marksOfSweepsKeepThem() {
    let all = Set((OddIDTests.ids + ["00000000-0000-0000-0000-000000000000", Topic.id]).compactMap { ResourceID($0) })
    let bytes = SweepMarks.bytes(of: all)
    #expect(SweepMarks.ids(in: bytes) == all)
    #expect(SweepMarks.ids(in: []).isEmpty)
    for length in bytes.indices { #expect(SweepMarks.ids(in: Array(bytes.prefix(length))).isSubset(of: all)) }
  }

  /// A mirror of before took the id with capitals for the UUID.
  @Test func olderMirrorsTakeOverWhatTheyHave() throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(CrawledMirror.paths())
    let capital = "ABCDEF01-7141-4A6C-9EA2-2426B4367330"
    _ = try made.take(OddIDTests.topic(capital, 1, author: Topic.user))
    _ = try made.take(OddIDTests.topic(Topic.id, 2, author: Topic.user))
    let other = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    try other.write { db in
      try db.execute(
        sql: """
          UPDATE identity SET uuid = x'ABCDEF0171414A6C9EA22426B4367330' WHERE length(uuid) > 16;
          DROP INDEX identity_by_folded_text;
          """)
      try db.execute(sql: IdentityText.migration)
    }
    #expect(try made.rendered("node--topic", capital)?.contains(capital) == true)
    #expect(try made.take(OddIDTests.topic(capital, 1, author: Topic.user)).unchanged == 1)
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }
}
