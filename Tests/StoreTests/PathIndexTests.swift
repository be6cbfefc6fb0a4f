import JSONAPI
import Support
import Testing

@testable import Store

extension CrawledMirror {
  /// Notes uses of paths as if a slow query had read them, and builds what comes of it.
  func index(_ query: String, type: String = "node--topic") throws {
    let parameters = try QueryParameters(QueryString(parsing: query).tree)
    let uses = try ResourceReader(mirror).snapshot(seeing: .everything) { snapshot in
      let served = try #require(try snapshot.type(name: type))
      return try QueryCompiler.compile(parameters, for: served, in: snapshot).uses
    }
    var usage = PathUsage()
    usage.slowestMilliseconds = IndexPolicy.slowMilliseconds
    try mirror.indexing.note(Dictionary(uniqueKeysWithValues: uses.map { ($0, usage) }), at: 7)
    while try mirror.indexing.buildPathIndexes(resources: 2) {}
  }

  /// Indexes every path of the small community that a query can name.
  func indexEverything() throws {
    for path in [
      "title", "count", "rate", "flag", "created", "field_day", "body.value", "body.format", "words", "uid.name",
      "uid.mail", "field_tags.name", "field_tags.weight",
    ] {
      try index(QueryCase.condition(path, "=", ["x"]))
    }
  }

  /// The compiled query.
  func compiled(_ query: String, type: String = "node--topic") throws -> CompiledQuery {
    let parameters = try QueryParameters(QueryString(parsing: query).tree)
    return try ResourceReader(mirror).snapshot(seeing: .everything) { snapshot in
      try QueryCompiler.compile(parameters, for: try #require(try snapshot.type(name: type)), in: snapshot)
    }
  }

  /// The plan of a query, as SQLite explains it.
  func plan(_ query: String) throws -> [String] {
    let query = try compiled(query)
    return try ResourceReader(mirror).snapshot(seeing: .everything) { try $0.plan(query) }
  }
}

@Suite struct PathIndexTests {
  @Test(arguments: [
    (1_999, 100, 199, false), (9, 1, 200, true), (2_000, 4, 199, false), (2_000, 5, 0, true), (2_000, 1, 200, true),
  ]) func anIndexIsWorthItWhen(rows: Int64, queries: Int64, milliseconds: Int64, isWorth: Bool) {
    let reason = IndexPolicy.reason(rows: rows, queries: queries, slowestMilliseconds: milliseconds)
    #expect((reason != nil) == isWorth)
  }

  @Test(arguments: [
    QueryCase.condition("title", "=", ["x"]), QueryCase.condition("title", "IN", ["x", "y"]),
    QueryCase.condition("title", "BETWEEN", ["x", "y"]), QueryCase.condition("title", "STARTS_WITH", ["x"]),
    QueryCase.condition("title", "CONTAINS", ["x"]), QueryCase.condition("count", ">", ["7"]), "sort=title",
    "sort=-count", "sort=title,count", QueryCase.condition("uid.name", "=", ["x"]),
  ]) func thePlanUsesTheIndex(query: String) throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    #expect(try made.compiled(query).indexes.isEmpty)
    let before = try made.plan(query)
    #expect(!before.contains { $0.contains("PRIMARY KEY (path=?") })
    for path in ["title", "count", "uid.name"] { try made.index(QueryCase.condition(path, "=", ["x"])) }
    let compiled = try made.compiled(query)
    #expect(!compiled.indexes.isEmpty && compiled.uses.isEmpty)
    let plan = try made.plan(query)
    #expect(plan.contains { $0.contains("PRIMARY KEY (path=?") }, "\(plan)")
  }

  @Test(arguments: ["sort=title", "sort=-title"]) func aSortedPageNeedsNoSorting(query: String) throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let before = try made.plan(query)
    #expect(before.contains { $0.contains("TEMP B-TREE") })
    try made.index("sort=title")
    let plan = try made.plan(query)
    #expect(!plan.contains { $0.contains("TEMP B-TREE") })
  }

  @Test func theWriterKeepsIt() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    try made.index("sort=title")
    let attributes = SmallCommunity.attributes("Omega", "1", "1", flag: "true")
    try SmallCommunity.add([SmallCommunity.topic(102, attributes), SmallCommunity.topic(106, attributes)], to: made)
    #expect(try made.rows("node--topic", "filter[title]=omega") == [102, 106])
    #expect(try made.rows("node--topic", "filter[title]=cafe") == [101])
    #expect(try made.rows("node--topic", "filter[title]=cafe%20") == [])
    #expect(try made.mirror.indexing.pathIndexes().map(\.rows) == [6])
  }

  @Test func itIsListedAndDropped() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    try made.index("sort=title")
    let index = try #require(try made.mirror.indexing.pathIndexes().first)
    #expect(index.type == "node--topic" && index.path == "title" && index.state == "complete")
    #expect(index.created == 7 && index.reason.hasSuffix("took 200 ms"))
    #expect(try made.mirror.indexing.dropPathIndex(type: "node--topic", path: "title"))
    #expect(try made.mirror.indexing.pathIndexes().isEmpty)
    #expect(try !made.mirror.indexing.dropPathIndex(type: "node--topic", path: "title"))
    #expect(try made.rows("node--topic", "filter[title]=zebra") == [105])
  }

  private static let long = String(repeating: "Long and ", count: 300) + "the end"

  @Test(arguments: [
    QueryCase.condition("title", "CONTAINS", ["E%20"]), QueryCase.condition("title", "CONTAINS", ["caf%C3%A9"]),
    QueryCase.condition("title", "CONTAINS", ["_"]), QueryCase.condition("title", "CONTAINS", [""]),
    QueryCase.condition("title", "ENDS_WITH", ["E%20"]), QueryCase.condition("title", "ENDS_WITH", ["THE%20end"]),
    QueryCase.condition("title", "STARTS_WITH", ["long"]), QueryCase.condition("title", "STARTS_WITH", ["caf"]),
    QueryCase.condition("title", "IS NULL", []), QueryCase.condition("title", "IS NOT NULL", []),
    QueryCase.condition("title", "=", ["zebra"]), "sort=-title",
  ]) func longTextsAreLookedThrough(query: String) throws {
    let made = try SmallCommunity.mirror(
      SmallCommunity.usual + [SmallCommunity.topic(107, SmallCommunity.attributes(Self.long, "1", "1", flag: "true"))])
    let before = try made.rows("node--topic", query)
    try made.index("sort=title")
    #expect(try made.mirror.indexing.pathIndexes().map(\.state) == ["texts"])
    #expect(try made.rows("node--topic", query) == before)
    let compiled = try made.compiled(query)
    #expect(compiled.indexes.isEmpty == (query.contains("sort") || query.contains("=zebra")))
  }

  @Test func aTextThatIsLongerThanTheOthersMakesThemTexts() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    try made.index("sort=title")
    try SmallCommunity.add(
      [SmallCommunity.topic(107, SmallCommunity.attributes(Self.long, "1", "1", flag: "true"))], to: made)
    #expect(try made.mirror.indexing.pathIndexes().map(\.state) == ["building texts"])
    let query = QueryCase.condition("title", "CONTAINS", ["the%20end"])
    #expect(try made.rows("node--topic", query) == [107])
    while try made.mirror.indexing.buildPathIndexes(resources: 2) {}
    #expect(try made.mirror.indexing.pathIndexes().map(\.rows) == [6])
    #expect(try made.rows("node--topic", query) == [107])
    let attributes = SmallCommunity.attributes("Now and then", "1", "1", flag: "true")
    try SmallCommunity.add([SmallCommunity.topic(107, attributes)], to: made)
    #expect(try made.rows("node--topic", query) == [])
    #expect(try made.rows("node--topic", QueryCase.condition("title", "CONTAINS", ["and%20then"])) == [107])
    #expect(try made.mirror.indexing.dropPathIndex(type: "node--topic", path: "title"))
    #expect(try made.mirror.indexing.pathIndexes().isEmpty)
  }

  /// A path that leads to several types has an index when each type with resources has one.
  @Test func severalTypesTogether() throws {
    func link(_ type: String, _ number: Int) -> String { #""uid":{"data":\#(SmallCommunity.link(type, number))}"# }
    let topics = [
      SmallCommunity.object("node--topic", 201, #""drupal_internal__nid":201"#, link("user--user", 1)),
      SmallCommunity.object("node--topic", 202, #""drupal_internal__nid":202"#, link("taxonomy_term--tag", 11)),
      SmallCommunity.object("node--topic", 203, #""drupal_internal__nid":203"#, link("taxonomy_term--tag", 12)),
    ]
    let made = try SmallCommunity.mirror(
      [
        SmallCommunity.user(1, "Red"), SmallCommunity.tag(11, "red"), SmallCommunity.tag(12, "green"),
      ] + topics)
    // Unless told which, the site calls the path ambiguous: `entity` is taken as it is.
    let query = QueryCase.condition("uid.entity.name", "=", ["RED"])
    #expect(try made.rows("node--topic", query) == [201, 202])
    #expect(try made.compiled(query).indexes.isEmpty)
    try made.index(query)
    #expect(try made.compiled(query).indexes == ["user--user name", "taxonomy_term--tag name"])
    #expect(try made.rows("node--topic", query) == [201, 202])
    #expect(try made.rows("node--topic", QueryCase.condition("uid.entity.name", "CONTAINS", ["r"])) == [201, 202, 203])
    #expect(try made.rows("node--topic", "sort=uid.entity.name,drupal_internal__nid") == [203, 201, 202])
  }

  @Test func buildingGoesOnWhereItStood() throws {
    var progress = BuildProgress(rawValue: 0)
    #expect(!progress.hasSerial && progress.key == 0)
    progress.key = 7
    #expect(BuildProgress(rawValue: progress.rawValue) == progress)
    #expect(BuildProgress(rawValue: BuildProgress.firstSerial.rawValue) == .firstSerial)
    // Resources that are shown by their label alone have no serial number.
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let labels = (301...305).map { SmallCommunity.object("node--topic", $0, #""title":"label \#($0)""#) }
    try SmallCommunity.add(labels, to: made)
    try made.index("sort=title")
    #expect(try made.mirror.indexing.pathIndexes().map(\.rows) == [10])
  }

  @Test(arguments: [0, 2, 5, 9]) func aDeepPageIsTheSame(offset: Int) throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    for order in ["sort=title", "sort=-title", "sort=count", "sort=-uid.name,title", ""] {
      let all = try made.rows("node--topic", order)
      let query = "\(order)&page[offset]=\(offset)&page[limit]=2"
      // One more than the page tells that more follow.
      let expected = Array(all.dropFirst(offset).prefix(3))
      #expect(try made.rows("node--topic", query) == expected)
      try made.index("sort=title")
      #expect(try made.rows("node--topic", query) == expected)
    }
  }
}
