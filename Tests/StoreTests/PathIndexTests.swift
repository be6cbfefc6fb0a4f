import JSONAPI
import Store
import Support
import Testing

extension CrawledMirror {
  /// Notes uses of paths as if many queries had read them, and builds what comes of it.
  func index(_ query: String, type: String = "node--topic", queries: Int64 = 5) throws {
    let parameters = try QueryParameters(QueryString(parsing: query).tree)
    let uses = try ResourceReader(mirror).snapshot { snapshot in
      let served = try #require(try snapshot.type(name: type))
      return try QueryCompiler.compile(parameters, for: served, in: snapshot).uses
    }
    var usage = PathUsage()
    usage.queries = queries
    try mirror.note(Dictionary(uniqueKeysWithValues: uses.map { ($0, usage) }), at: 7, leastRows: 1)
    while try mirror.buildPathIndexes(resources: 2) {}
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
    return try ResourceReader(mirror).snapshot { snapshot in
      try QueryCompiler.compile(parameters, for: try #require(try snapshot.type(name: type)), in: snapshot)
    }
  }

  /// The plan of a query, as SQLite explains it.
  func plan(_ query: String) throws -> [String] {
    let query = try compiled(query)
    return try ResourceReader(mirror).snapshot { try $0.plan(query) }
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
    try SmallCommunity.add([SmallCommunity.topic(101, attributes), SmallCommunity.topic(106, attributes)], to: made)
    #expect(try made.rows("node--topic", "filter[title]=omega") == [101, 106])
    #expect(try made.rows("node--topic", "filter[title]=cafe") == [102])
    #expect(try made.mirror.pathIndexes().map(\.rows) == [6])
  }

  @Test func itIsListedAndDropped() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    try made.index("sort=title")
    let index = try #require(try made.mirror.pathIndexes().first)
    #expect(index.type == "node--topic" && index.path == "title" && index.state == "complete")
    #expect(index.created == 7 && index.reason.hasPrefix("5 queries"))
    #expect(try made.mirror.dropPathIndex(type: "node--topic", path: "title"))
    #expect(try made.mirror.pathIndexes().isEmpty)
    #expect(try !made.mirror.dropPathIndex(type: "node--topic", path: "title"))
    #expect(try made.rows("node--topic", "filter[title]=zebra") == [105])
  }

  @Test func longValuesAreNotIndexed() throws {
    let long = String(repeating: "x", count: 2_000)
    let made = try SmallCommunity.mirror(
      SmallCommunity.usual + [SmallCommunity.topic(107, SmallCommunity.attributes(long, "1", "1", flag: "true"))])
    try made.index("sort=title")
    #expect(try made.mirror.pathIndexes().map(\.state) == ["unsuitable"])
    #expect(try made.rows("node--topic", "filter[title]=zebra") == [105])
  }
}
