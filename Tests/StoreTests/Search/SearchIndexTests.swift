import Foundation
import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// The index of words follows what is stored, in steps, and forgets what has left.
@Suite struct SearchIndexTests {
  static func topic(_ number: Int, _ title: String, _ body: String, _ more: String = "") -> String {
    SmallCommunity.topic(
      number,
      #""title":"\#(title)","status":true,"langcode":"en","#
        + #""body":{"value":"x","format":"basic_html","processed":"\u003Cp\u003E\#(body)\u003C\/p\u003E"}\#(more)"#)
  }

  private static let objects = [
    topic(101, "Café in the garden", "Kaffee und Kuchen"), topic(102, "Harvest", "Apples of the garden, and pears"),
    topic(103, "Meeting", "Minutes of März"), SmallCommunity.user(1, "Anna"), SmallCommunity.tag(11, "gardening"),
  ]

  static func mirror(_ objects: [String]) throws -> CrawledMirror {
    let made = try SmallCommunity.mirror(objects)
    try made.index()
    return made
  }

  @Test func wordsBeginningsAndAccents() throws {
    let made = try Self.mirror(Self.objects)
    // A title counts for more.
    #expect(try made.found("garden") == [101, 102])
    #expect(try made.found("GARDEN cafe") == [101])
    #expect(try made.found("gard*").sorted() == [11, 101, 102])
    #expect(try made.found("ga*").sorted() == [11, 101, 102])
    #expect(try made.found("marz") == [103])
    #expect(try made.found("anna") == [1])
    #expect(try made.found("pears harvest") == [102])
    #expect(try made.found("nowhere").isEmpty)
    // Markup and what machines read are no words.
    #expect(try made.found("basic_html").isEmpty && made.found("en").isEmpty)
    #expect(try made.found("garden", types: ["taxonomy_term--tag"]).isEmpty)
    #expect(try made.found("ga*", limit: 2, offset: 2).count == 1)
  }

  /// What is in very many resources is not ranked: it comes with the newest first, page by page.
  @Test func whatIsInVeryManyIsNotRanked() throws {
    let made = try Self.mirror((1...6).map { Self.topic(100 + $0, $0 == 2 ? "Garden" : "Other", "In the garden") })
    let words = try SearchWords("garden")
    func page(_ offset: Int, mostRanked: Int64) throws -> SearchPage {
      try ResourceReader(made.mirror).snapshot(seeing: .everything) { snapshot in
        try snapshot.search(
          words, in: snapshot.types(), page: PageParameter(offset: offset, limit: 4), mostRanked: mostRanked)
      }
    }
    let ranked = try page(0, mostRanked: 6)
    #expect(ranked.isRanked && ranked.hasNext && ranked.hits.count == 4)
    let pages = try [0, 4].map { try page($0, mostRanked: 5) }
    let ids = pages.flatMap { $0.hits.map(\.id) }
    #expect(!pages[0].isRanked && pages[0].hasNext && !pages[1].hasNext)
    #expect(ids.count == 6 && ids == ids.sorted(by: >) && ranked.hits.first?.id != ids.first)
    #expect(pages[0].hits.allSatisfy { $0.snippet.pieces.contains(where: \.isFound) })
  }

  /// Any tool that has FTS5 asks in this way.
  @Test func theViewAnswersToMatch() throws {
    let made = try Self.mirror(Self.objects)
    let queue = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    let rows = try queue.read { db in
      try Row.fetchAll(
        db, sql: "SELECT type, id, title, snippet FROM search WHERE search MATCH ? ORDER BY rank", arguments: ["apple*"]
      )
    }
    let texts = try rows.map { row in try (0..<4).map { try row.decode(String.self, atIndex: $0) } }
    #expect(texts == [["node--topic", SmallCommunity.uuid(102), "Harvest", "[Apples] of the garden, and pears"]])
    let plan = try queue.read { db in
      try Row.fetchAll(
        db, sql: "EXPLAIN QUERY PLAN SELECT * FROM search WHERE search MATCH 'a' ORDER BY rank LIMIT 5"
      ).map { try $0.decode(String.self, atIndex: 3) }
    }
    #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM search") } == 5)
  }

  @Test func stepsGoOnWhereTheyStopped() throws {
    let made = try SmallCommunity.mirror(Self.objects)
    var steps = 0
    while try Mirror(path: made.mirror.path).searching.step(2) { steps += 1 }
    #expect(steps == 2)
    #expect(try made.found("gard*").sorted() == [11, 101, 102])
    #expect(try !made.mirror.searching.step(2))
    // What changes is found as it is now; until then it is not found as it was.
    try SmallCommunity.add([Self.topic(102, "Harvest", "Plums alone")], to: made)
    #expect(try made.found("pears").isEmpty && made.found("plums").isEmpty)
    let isCurrent = { try ResourceReader(made.mirror).snapshot(seeing: .everything) { try $0.isSearchCurrent() } }
    #expect(try !isCurrent())
    try made.index()
    #expect(try isCurrent())
    #expect(try made.found("pears").isEmpty && made.found("plums") == [102])
    #expect(try made.mirror.searching.purgeState().edits == 1)
    // What is otherwise, and no word, is nothing to overwrite.
    try SmallCommunity.add([Self.topic(102, "Harvest", "Plums alone", #","flag":true"#)], to: made)
    try made.index()
    #expect(try made.mirror.searching.purgeState().edits == 1 && made.found("plums") == [102])
    // What has no word any more is nowhere.
    try SmallCommunity.add([SmallCommunity.topic(103, #""title":"","status":true"#)], to: made)
    try made.index()
    #expect(try made.found("minutes").isEmpty)
  }

  /// Where attributes are too many for columns of their own.
  @Test func whatHasNoColumnIsFoundInTheLast() throws {
    let fields = (1...20).map { #","field_t\#($0)":"Word\#(["a", "b"][$0 % 2]) number\#($0)x""# }.joined()
    let made = try Self.mirror([Self.topic(101, "Many", "Body", fields), Self.topic(102, "Few", "Body")])
    for number in [1, 11, 12, 20] { #expect(try made.found("number\(number)x") == [101], "\(number)") }
    func isFound(_ word: String, hiding field: String) throws -> Bool {
      try !made.found(word, seeing: Sight([SightRules(hide: ["node--topic.\(field)"])])).isEmpty
    }
    #expect(try isFound("number1x", hiding: "field_t2") && !isFound("number2x", hiding: "field_t2"))
    // What shares a column with what is hidden is hidden with it.
    #expect(try !isFound("number20x", hiding: "field_t19") && isFound("number1x", hiding: "field_t19"))
  }

  @Test func oddDocumentsHaveNoWords() throws {
    let made = try Self.mirror(Self.objects)
    made.damaged(by: "a document that is none")
    let queue = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    for (number, document) in [
      (101, #"{"attributes":{"title":"Cut"#), (102, "[]"), (103, #"{"attributes":{"title":"\u12"}}"#),
    ] {
      try queue.write {
        try $0.execute(
          sql: "UPDATE resource SET document = ?, sequence = sequence + 100 WHERE internal_id = ?",
          arguments: [document, number])
        try $0.execute(sql: "UPDATE setting SET value = CAST(value AS INTEGER) + 200 WHERE name = 'sequence'")
      }
    }
    try made.index()
    #expect(try made.found("garden").isEmpty && made.found("anna") == [1])
  }

  /// What was deleted, and a sentence that was taken out, is in no file of the mirror.
  @Test func removedWordsAreGoneFromTheFiles() throws {
    let made = try Self.mirror([
      Self.topic(101, "Quittenbrot", "Ein Zwiebelfisch schwimmt"), Self.topic(102, "Other", "Ein Mauerblümchen bleibt"),
      Self.topic(103, "Third", "Und ein Wolkenkratzer"),
    ])
    #expect(try made.found("zwiebelfisch") == [101])
    _ = try made.mirror.sweeping.beginSweep(of: "node--topic", at: 5)
    let gone = try made.mirror.sweeping.everything(of: "node--topic").filter { $0.internalID == 101 }
    let done = try made.mirror.sweeping.remove(
      gone.map { Removal($0, .deleted, how: "test") }, of: "node--topic", onHidden: .drop, at: 5)
    #expect(done == [.deleted: 1])
    #expect(try made.found("zwiebelfisch").isEmpty && made.found("quittenbrot").isEmpty)
    try SmallCommunity.add([Self.topic(103, "Third", "Nothing")], to: made)
    try made.index()
    #expect(try made.mirror.searching.purgeState().isOwed)
    while try made.mirror.searching.purgeStep(at: 1_800_000_000) {}
    #expect(try !made.mirror.searching.purgeState().isOwed)
    // The document's own bytes of before the edit stand in the log until then.
    try made.mirror.sweeping.truncateLog()
    for word in ["Zwiebelfisch", "zwiebelfisch", "Quittenbrot", "quittenbrot", "Wolkenkratzer", "wolkenkratzer"] {
      #expect(try made.files(with: word).isEmpty, "\(word)")
    }
    #expect(try made.files(with: "Mauerbl") == ["mirror.sqlite"])
    #expect(try made.found("mauerblumchen") == [102])
    #expect(try !made.mirror.searching.purgeStep(at: 1_800_000_000))
  }

  /// A file of a newer SQLite: its index is made anew where this one cannot read it.
  @Test(.enabled(if: !Schema.deletesInPlace)) func anIndexOfANewerSQLiteIsMadeAnew() throws {
    let made = try Self.mirror(Self.objects)
    try made.mirror.close()
    let path = made.folder.appending(path: "mirror.sqlite").path
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "UPDATE search_index_config SET v = 5 WHERE k = 'version'") }
    try queue.close()
    let mirror = try Mirror(path: path)
    #expect(try !mirror.searching.isCurrent())
    while try mirror.searching.step() {}
    let count = try mirror.database.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM search WHERE search MATCH 'ga*'")
    }
    #expect(count == 3)
    try mirror.close()
  }
}

extension CrawledMirror {
  /// Takes all that is stored into the index of words.
  func index() throws { while try mirror.searching.step() {} }

  /// The serial numbers of what is found, in order.
  func found(
    _ text: String, types: [String]? = nil, seeing sight: Sight = .everything, limit: Int = 50, offset: Int = 0
  ) throws -> [Int64] {
    let renderer = DocumentRenderer(base: DocumentBase(base))
    return try ResourceReader(mirror).snapshot(seeing: sight) { snapshot in
      let chosen = try snapshot.types().filter { types?.contains($0.name) ?? true }
      let hits = try snapshot.search(
        try SearchWords(text), in: chosen, page: PageParameter(offset: offset, limit: limit)
      ).hits
      return try hits.compactMap { hit in
        try snapshot.resource(id: hit.id) { row in
          var bytes: [UInt8] = []
          renderer.append(row.stored, into: &bytes)
          return try JSON(parsing: bytes).serial
        }
      }
    }
  }

  /// The files of the mirror in which a text stands.
  func files(with text: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter { name in
      let bytes = try Data(contentsOf: folder.appending(path: name))
      return bytes.range(of: Data(text.utf8)) != nil
    }
  }
}
