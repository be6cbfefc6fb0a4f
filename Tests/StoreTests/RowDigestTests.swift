import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Synchronization
import Testing

@testable import Store

/// What sweeps recognise by its bytes.
@Suite struct RowDigestTests {
  private static let type = "node--topic"

  private func scanner(_ base: String = CrawledMirror.site) throws -> PageScanner {
    PageScanner(base: DocumentBase(base), paths: try CrawledMirror.paths())
  }

  private func page(_ objects: [String], _ rest: String = "") -> [UInt8] {
    Array(#"{"jsonapi":{"version":"1.0"},"data":[\#(objects.joined(separator: ","))]\#(rest)}"#.utf8)
  }

  private func stretch(_ made: CrawledMirror, _ scanner: PageScanner, from first: Int64 = 0) throws -> SweptStretch {
    try made.mirror.reading.sweptStretch(
      of: Self.type, from: first, count: 100, manner: scanner.manner(of: Self.type))
  }

  /// Applies a page as a sweep does that has looked up what is stored before.
  @discardableResult
  private func sweep(_ made: CrawledMirror, _ body: [UInt8], kept: Bool = false) throws -> (ScannedPage, ApplyOutcome) {
    var scanner = try scanner()
    let stretch = try stretch(made, scanner)
    let page = try scanner.page(body, from: "/jsonapi/node/topic", knowing: stretch.known)
    return (page, try apply(made, page, stretch, kept: kept))
  }

  private func apply(
    _ made: CrawledMirror, _ page: ScannedPage, _ stretch: SweptStretch, kept: Bool = false
  ) throws -> ApplyOutcome {
    var application = SweepApplication(
      type: Self.type, resources: page.resources, omitted: [], covers: (after: -1, through: 90_000),
      state: try made.mirror.sweeping.beginSweep(of: Self.type, at: 5), run: 1)
    application.number = stretch.number
    if kept {
      for resource in page.resources {
        application.kept[resource.uuid] = SetAside(.row, type: Self.type, subject: "", reason: "", advice: "", at: 1)
      }
    }
    return try made.mirror.sweeping.apply(application)
  }

  private func digests(_ made: CrawledMirror) throws -> Int {
    try made.mirror.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM row_digest") ?? -1 }
  }

  @Test func whatIsAsItWasIsRecognised() throws {
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    let body = page([Topic.usual()])
    #expect(try sweep(made, body).0.resources.first?.known == nil, "a pull keeps no digests")
    #expect(try digests(made) == 1)
    let (again, outcome) = try sweep(made, body)
    #expect(again.resources.map(\.known?.internalID) == [9001] && outcome.unchanged == 1)
    #expect(again.resources.map(\.uuid.description) == [Topic.id] && again.resources[0].document.isEmpty)
    #expect(try made.rendered(Self.type, Topic.id) == Topic.usual())
    // Whatever is changed on it is seen.
    let (changed, updated) = try sweep(made, page([Topic.usual(title: "Two")]))
    #expect(changed.resources.first?.known == nil && updated.updated == 1)
    #expect(try made.rendered(Self.type, Topic.id) == Topic.usual(title: "Two"))
    #expect(try sweep(made, page([Topic.usual(title: "Two")])).0.resources.first?.known != nil)
    #expect(try sweep(made, body).1.updated == 1)
  }

  /// A page of many short elements, each of which begins as one long resource does that is known.
  @Test func whatBeginsAsSomethingLongDoesIsNotLookedThroughEachTime() throws {
    let counted = Counted()
    let id = try #require(ResourceID(Topic.id))
    let other = [UInt8](repeating: 9, count: RowDigest.kept)
    let long = try #require(other.withUnsafeBytes { RowDigest(length: 200_000, hash: $0) })
    let known = KnownRows(
      type: Self.type, manner: try scanner().manner(of: Self.type),
      rows: [id: KnownRow(id: 1, internalID: 9001, digest: long)],
      digest: { bytes in
        counted.add(bytes.count)
        return Self.hash.withUnsafeBytes { RowDigest(length: bytes.count, hash: $0) }
      })
    let element = #"{"type":"node--topic","id":"\#(Topic.id)","attributes":{"title":"x"}}"#
    let body = page(Array(repeating: element, count: 5_000))
    var scanner = try scanner()
    let page = try scanner.page(body, from: "/jsonapi/node/topic", knowing: known)
    #expect(!page.resources.isEmpty && page.resources.allSatisfy { $0.known == nil })
    #expect(body.count > 300_000 && counted.bytes < 4 * body.count, "\(counted.bytes) of \(body.count)")
  }

  private static let hash = [UInt8](repeating: 7, count: RowDigest.kept)

  private final class Counted: Sendable {
    private let sum = Mutex(0)
    var bytes: Int { sum.withLock { $0 } }
    func add(_ more: Int) { sum.withLock { $0 += more } }
  }

  /// The same page, with all of its rows known and with none, is the same page: with rows of other types, rows that stand there twice,
  /// rows that cannot be used, and what follows the rows.
  @Test func aPageIsTheSameWithAndWithout() throws {
    let other = Topic.usual().replacing(Topic.id, with: Topic.user).replacing("9001", with: "9002")
    let rest =
      #","meta":{"omitted":{"links":{"item--1":{"href":"https:\/\/x\/jsonapi\/node\/topic\/1"}}}},"#
      + #""links":{"next":{"href":"https:\/\/x?page%5Boffset%5D=50"}}"#
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    _ = try made.take(other)
    try sweep(made, page([Topic.usual(), other]))
    let odd = #"{"type":"node--topic","id":""}"#
    let foreign = Topic.usual().replacing("node--topic", with: "node--page")
    for rows in [
      [Topic.usual(), other], [other, Topic.usual()], [Topic.usual(), Topic.usual()], [odd, Topic.usual(), foreign],
      [other, odd, Topic.usual(title: "New"), other], [],
    ] {
      let body = page(rows, rest)
      var (one, two) = (try scanner(), try scanner())
      let plain = try one.page(body, from: "/jsonapi/node/topic")
      let known = try two.page(body, from: "/jsonapi/node/topic", knowing: stretch(made, two).known)
      #expect(known.resources.map(\.uuid) == plain.resources.map(\.uuid))
      #expect(known.resources.map(\.internalID) == plain.resources.map(\.internalID))
      #expect(known.resources.map(\.type) == plain.resources.map(\.type))
      #expect(known.unusable == plain.unusable && known.omitted == plain.omitted)
      #expect(known.hasNext == plain.hasNext && known.nextOffset == plain.nextOffset && known.bytes == plain.bytes)
    }
  }

  /// A text in another style, or no JSON behind what is known, is read as if nothing were known.
  @Test func whatIsNotTheSitesStyleIsScanned() throws {
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    try sweep(made, page([Topic.usual()]))
    func known(_ body: [UInt8]) throws -> Int? {
      var scanner = try scanner()
      let known = try stretch(made, scanner).known
      return (try? scanner.page(body, from: "/jsonapi/node/topic", knowing: known)).map { page in
        page.resources.count { $0.known != nil }
      }
    }
    #expect(try known(page([Topic.usual()])) == 1)
    #expect(try known(page([Topic.usual()], #","meta":{"a": 1}"#)) == 0)
    #expect(try known(page([Topic.usual()], ",\"meta\":{\"a\":\"\u{e4}\"}")) == 0)
    #expect(try known(page([Topic.usual()]) + [0x20]) == 0)
    #expect(try known(page([" " + Topic.usual()])) == 0)
    #expect(try known(page([Topic.usual() + "x"])) == nil)
    #expect(try known(Array(page([Topic.usual()]).dropLast(2))) == nil)
    #expect(try known(Array(page([Topic.usual()]).prefix(200))) == nil)
  }

  /// Another base URL, another path and another serial number are another manner of reading.
  @Test func whatIsReadOtherwiseIsNotRecognised() throws {
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    let body = page([Topic.usual()])
    try sweep(made, body)
    var renumbered = try scanner()
    renumbered.call(AttributeNames(serial: "number", changed: nil), of: Self.type)
    var renamed = try scanner()
    renamed.call(AttributeNames(serial: nil, changed: "altered"), of: Self.type)
    let moved = PageScanner(base: DocumentBase(base), paths: [Self.type: "/de/jsonapi/node/topic"])
    for other in [try scanner("https://community.example"), renumbered, renamed, moved] {
      var other = other
      #expect(other.manner(of: Self.type) != (try scanner().manner(of: Self.type)))
      let known = try stretch(made, other).known
      #expect(try other.page(body, knowing: known).resources.allSatisfy { $0.known == nil })
      // Neither where the manner has changed since it was looked up.
      let former = try stretch(made, scanner()).known
      #expect(try other.page(body, knowing: former).resources.allSatisfy { $0.known == nil && $0.digest == nil })
    }
  }

  /// What is made of bytes. Where this fails because other things are made of the same bytes now, raise `ResourceScanner.edition`: else
  /// mirrors keep what was made before for as long as the site sends it so.
  @Test func whatIsMadeOfBytesHasAnEdition() throws {
    var scanner = try scanner()
    let scanned = try scanner.page(page([Topic.usual()])).resources
    let data = #"{"type":"user--user","id":"\#(Topic.user)","meta":{"drupal_internal__target_id":1}}"#
    let form = Topic.object(Topic.attributes(), #""relationships":{"uid":{"data":[\#(data)]}}"#)
    #expect(scanned.map { String(decoding: $0.document, as: UTF8.self) } == [form])
    #expect(scanned.map(\.splices.count) == [12] && scanned.map(\.revision) == [7])
  }

  /// Whatever happens to a resource takes its digest with it.
  @Test func digestsGoWithWhatTheyAreOf() throws {
    let made = try CrawledMirror()
    let body = page([Topic.usual()])
    func known() throws -> Int { try stretch(made, scanner()).known.rows.count }
    func anew() throws {
      _ = try made.take(Topic.usual())
      try sweep(made, body)
      #expect(try known() == 1)
    }
    try anew()
    _ = try made.take(Topic.usual(title: "Two"))
    #expect(try known() == 0)
    // Kept as it is stored, it is not what the site sent.
    try anew()
    try sweep(made, page([Topic.usual(title: "Three")]), kept: true)
    #expect(try made.rendered(Self.type, Topic.id) == Topic.usual())
    #expect(try sweep(made, page([Topic.usual(title: "Three")]), kept: true).0.resources.first?.known == nil)
    // A label alone says nothing of what is stored.
    try sweep(made, page([Topic.object(Topic.links, Topic.attributes())]))
    #expect(try sweep(made, page([Topic.object(Topic.links, Topic.attributes())])).0.resources.first?.known == nil)
    // Hidden and kept: where it is seen again its tombstone has to go.
    let one = try #require(try made.mirror.sweeping.everything(of: Self.type).first)
    _ = try made.mirror.sweeping.remove(
      [Removal(one, .hidden, how: "test")], of: Self.type, onHidden: .keep, at: 6)
    #expect(try known() == 0)
    try made.mirror.database.write { db in
      try db.execute(sql: "INSERT INTO row_digest SELECT id, 1, zeroblob(24) FROM resource")
    }
    let odd = try made.mirror.reporting.check().filter { $0.violations > 0 }.map(\.name)
    #expect(odd == ["every digest is of a resource that is shown"])
    try made.mirror.database.write { try $0.execute(sql: "DELETE FROM row_digest") }
    try sweep(made, body)
    #expect(try made.mirror.reading.tombstones(of: Self.type).isEmpty)
    #expect(try known() == 1)
    _ = try made.mirror.sweeping.beginSweep(of: Self.type, at: 5)
    _ = try made.mirror.sweeping.remove([Removal(one, .deleted, how: "test")], of: Self.type, onHidden: .drop, at: 6)
    #expect(try digests(made) == 0)
  }

  /// A local change stands before what the site shows: nothing is recognised while it waits.
  @Test func whatIsChangedHereIsMerged() throws {
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    let body = page([Topic.usual()])
    try sweep(made, body)
    var scanner = try scanner()
    let before = try stretch(made, scanner)
    let page = try scanner.page(body, from: "/jsonapi/node/topic", knowing: before.known)
    let uuid = try #require(ResourceID(Topic.id))
    let change = try ResourceObject(["type": "node--topic", "attributes": ["title": "Here"]])
    _ = try made.mirror.recording.record(
      LocalChange(type: Self.type, uuid: uuid, action: .update(change), author: ChangeAuthor(consumer: "crm")), at: 7)
    #expect(try stretch(made, scanner).known.rows.isEmpty)
    // What was compared before that is not what it was: all of the page is looked at again.
    #expect(throws: KnownRowsMoved.self) { try apply(made, page, before) }
    var quiet = QuietPages()
    quiet.note(page.resources.compactMap(\.known?.id), asOf: before.number)
    #expect(throws: KnownRowsMoved.self) {
      try made.mirror.sweeping.note(quiet, of: Self.type, SweepState(), run: 1)
    }
    #expect(try sweep(made, body).0.resources.first?.known == nil)
    #expect(try made.rendered(Self.type, Topic.id)?.contains("Here") == true)
  }

  /// A change of anything else since then does not matter.
  @Test func whatIsStillAsItWasIsTaken() throws {
    let made = try CrawledMirror()
    _ = try made.take(Topic.usual())
    let body = page([Topic.usual()])
    try sweep(made, body)
    var scanner = try scanner()
    let before = try stretch(made, scanner)
    let page = try scanner.page(body, from: "/jsonapi/node/topic", knowing: before.known)
    _ = try made.take(Topic.usual().replacing(Topic.id, with: Topic.user).replacing("9001", with: "9002"))
    #expect(try apply(made, page, before).unchanged == 1)
  }

  @Test func aStretchTellsWhatIsMissing() {
    var stretch = SweptStretch(
      known: KnownRows(type: Self.type, manner: [], rows: [:]) { _ in nil },
      stored: [(1, 11), (2, 12), (4, 14), (4, 15), (9, 19)], first: 1, isLast: false, hasSetAside: false, number: 1)
    #expect(stretch.isAllShown(after: 0, through: 2, by: [11, 12]))
    #expect(!stretch.isAllShown(after: 0, through: 2, by: [11]))
    #expect(stretch.isAllShown(after: 1, through: 3, by: [12]) && stretch.isAllShown(after: 2, through: 2, by: []))
    #expect(!stretch.isAllShown(after: 2, through: 4, by: [14]), "two of one number")
    #expect(!stretch.isAllShown(after: 2, through: 9, by: [14, 15, 19]), "the last number may have more rows")
    #expect(!stretch.isAllShown(after: -1, through: 2, by: [11, 12]), "what stands before is not known")
    stretch.isLast = true
    #expect(stretch.isAllShown(after: 2, through: 90, by: [14, 15, 19]))
    #expect(stretch.count(behind: 0) == 5 && stretch.count(behind: 4) == 1 && stretch.count(behind: 9) == 0)
  }

  /// A mirror of before has no digests; the next sweep makes them.
  @Test func aFormerMirrorGetsThem() throws {
    let made = try CrawledMirror(damagedBy: "a schema of before")
    _ = try made.take(Topic.usual())
    let path = made.mirror.path
    try made.mirror.close()
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in
      try db.execute(
        sql: """
          DROP TRIGGER resource_leaves_digest; DROP TABLE row_digest;
          DELETE FROM grdb_migrations WHERE identifier = '30 digests of rows'
          """)
    }
    try queue.close()
    let mirror = try Mirror(path: path)
    let found = try mirror.reading.sweptStretch(of: Self.type, from: 0, count: 9, manner: [])
    #expect(found.known.rows.isEmpty && found.stored.map(\.serial) == [9001] && found.isLast)
    try mirror.close()
  }
}
