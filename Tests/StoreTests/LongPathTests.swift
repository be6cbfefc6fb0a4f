import JSONAPI
import Support
import Testing

/// Paths over as many relationships as are taken: SQLite's parser has a stack of 100 symbols, which nested conditions fill.
@Suite struct LongPathTests {
  /// Topics 201 to 209, each naming the next, all by the user 1.
  private static func made() throws -> CrawledMirror {
    let topics = (201...209).map { (number: Int) -> String in
      let next = number < 209 ? SmallCommunity.link("node--topic", number + 1, #""place":1,"#) : "null"
      return SmallCommunity.object(
        "node--topic", number, #""drupal_internal__nid":\#(number),"title":"T\#(number)""#,
        #""uid":{"data":\#(SmallCommunity.link("user--user", 1))},"field_next":{"data":\#(next)}"#)
    }
    return try SmallCommunity.mirror([SmallCommunity.user(1, "Anna"), SmallCommunity.user(2, "Bert")] + topics)
  }

  private static let chain = Result { try made() }

  static func path(_ count: Int, _ end: String) -> String {
    String(repeating: "field_next.", count: count) + end
  }

  static let last = path(8, "title")
  static let number = "uid.meta.drupal_internal__target_id"
  static let others: [Int64] = Array(202...209)

  /// A query and the topics that it finds, in order. Behind a path to a person nobody is found who does not lead to one.
  static let queries: [(String, [Int64])] = [
    (QueryCase.condition(last, "=", ["T209"]), [201]),
    (QueryCase.condition(last, "<>", ["T1"]), [201]),
    (QueryCase.condition(last, "IS NOT NULL", []), [201]),
    (QueryCase.condition(last, "IS NULL", []), others),
    (QueryCase.condition(path(8, "id"), "IS NULL", []), others),
    (QueryCase.condition(path(8, "id"), "=", [SmallCommunity.uuid(209)]), [201]),
    (QueryCase.condition(path(7, "uid.name"), "=", ["anna"]), [201, 202]),
    (QueryCase.condition(path(7, "uid.id"), "IN", [SmallCommunity.uuid(1)]), [201, 202]),
    (QueryCase.condition(path(7, "uid.name"), "IS NULL", []), []),
    (QueryCase.condition(path(8, number), "=", ["1"]), [201]),
    (QueryCase.condition(path(8, number), "IS NULL", []), others),
    (QueryCase.condition(path(8, "drupal_internal__nid"), "=", ["209"]), [201]),
    ("sort=\(last)", others + [201]),
    ("sort=-\(path(8, number)),drupal_internal__nid", [201] + others),
  ]

  @Test(arguments: queries) func eightRelationshipsAreFollowed(query: String, found: [Int64]) throws {
    #expect(try Self.chain.get().rows("node--topic", query) == found)
    // With an index of what is compared, a query begins there.
    let indexed = try Self.made()
    try indexed.index(query)
    #expect(try indexed.rows("node--topic", query) == found)
  }

  @Test(arguments: ["filter[\(path(9, "title"))]=T209", "sort=\(path(9, "title"))"])
  func nineAreRefused(query: String) throws {
    let error = #expect(throws: QueryParameterError.self) { try Self.chain.get().rows("node--topic", query) }
    #expect(error?.description.contains("more than the 8 relationships") == true)
  }

  /// A condition behind each of the relationships, and one more in each identifier: every level stands in the one before.
  @Test func conditionsOnEveryLevelHoldTogether() throws {
    var parts: [String] = []
    for level in 1...8 {
      parts.append(QueryCase.condition(Self.path(level, "title"), "=", ["T\(201 + level)"], name: "t\(level)"))
      parts.append(QueryCase.condition(Self.path(level, "meta.place"), "=", ["1"], name: "p\(level)"))
    }
    let small = try Self.chain.get()
    #expect(try small.rows("node--topic", parts.joined(separator: "&")) == [201])
    parts[14] = QueryCase.condition(Self.path(8, "title"), "=", ["T208"], name: "t8")
    #expect(try small.rows("node--topic", parts.joined(separator: "&")).isEmpty)
  }

  /// The deepest groups that are taken, with a long path in the innermost.
  @Test(arguments: queries.dropLast(2)) func longPathsStandInDeepGroups(query: String, found: [Int64]) throws {
    let groups = (1...12).map { level in
      "filter[g\(level)][group][conjunction]=\(level % 2 == 0 ? "AND" : "OR")"
        + (level > 1 ? "&filter[g\(level)][group][memberOf]=g\(level - 1)" : "")
        + "&" + QueryCase.condition("title", level % 2 == 0 ? "<>" : "=", ["none"], name: "c\(level)")
        + "&filter[c\(level)][condition][memberOf]=g\(level)"
    }
    let whole = groups.joined(separator: "&") + "&" + query + "&filter[k][condition][memberOf]=g12"
    #expect(try Self.chain.get().rows("node--topic", whole) == found)
  }

  private static let comparisons: [(String, [String])] = [
    ("=", ["T209"]), ("IS NULL", []), ("IS NOT NULL", []), ("IN", ["1", "2"]),
  ]

  /// Whatever stands in whatever, SQLite takes it.
  @Test(arguments: 0..<100) func randomDepthsCompile(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    var parts = (1...12).map { level in
      "filter[g\(level)][group][conjunction]=\(random.pick(["AND", "OR"]))"
        + (level > 1 ? "&filter[g\(level)][group][memberOf]=g\(level - 1)" : "")
    }
    // A group without members is refused.
    parts += (1...12).map {
      QueryCase.condition("title", "<>", ["none"], name: "m\($0)") + "&filter[m\($0)][condition][memberOf]=g\($0)"
    }
    for number in 0..<(4 + random.below(16)) {
      let end = random.pick(["title", "id", "uid.name", "uid.id", "uid.meta.drupal_internal__target_id", "meta.place"])
      let (comparison, values) = random.pick(Self.comparisons)
      let path = Self.path(random.below(end.hasPrefix("uid") ? 8 : 9), end)
      parts.append(
        QueryCase.condition(path == "meta.place" ? "title" : path, comparison, values, name: "c\(number)")
          + "&filter[c\(number)][condition][memberOf]=g\(1 + random.below(12))")
    }
    _ = try Self.chain.get().rows("node--topic", parts.joined(separator: "&"))
  }
}
