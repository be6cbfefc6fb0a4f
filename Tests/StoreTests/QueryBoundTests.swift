import JSONAPI
import Store
import Support
import Testing

@Suite struct QueryBoundTests {
  private static let small = Result { try SmallCommunity.mirror(SmallCommunity.usual) }

  @Test func tooMuchIsRefused() throws {
    let small = try Self.small.get()
    let queries = [
      (0...100).map { "filter[c\($0)][condition][path]=title&filter[c\($0)][condition][value]=1" }
        .joined(separator: "&"),
      "sort=" + (0...16).map { _ in "title" }.joined(separator: ","),
      chain(13),
    ]
    for query in queries { #expect(throws: QueryParameterError.self) { try small.rows("node--topic", query) } }
    #expect(try small.rows("node--topic", chain(12)) == [105])
  }

  /// Groups in groups, with a condition in the innermost.
  private func chain(_ depth: Int) -> String {
    let groups = (1...depth).map { level in
      "filter[g\(level)][group][conjunction]=OR"
        + (level > 1 ? "&filter[g\(level)][group][memberOf]=g\(level - 1)" : "")
    }
    return groups.joined(separator: "&")
      + "&filter[c][condition][path]=title&filter[c][condition][value]=zebra&filter[c][condition][memberOf]=g\(depth)"
  }

  @Test func aReadThatTakesTooLongIsEnded() throws {
    let reader = ResourceReader(try Self.small.get().mirror, timeLimit: .milliseconds(1))
    let endless = CompiledQuery(
      sql: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n", arguments: [])
    #expect(throws: QueryOverdue(limit: .milliseconds(1))) {
      try reader.single(seeing: .everything) { try $0.rows(endless) { _ in true } }
    }
    // The connection is good for the next one.
    #expect(try reader.single(seeing: .everything) { try $0.type(name: "node--topic") } != nil)
  }

  /// What is done between many small statements counts, too.
  @Test func timeIsCountedBetweenStatements() throws {
    let reader = ResourceReader(try Self.small.get().mirror, timeLimit: .milliseconds(20))
    #expect(throws: QueryOverdue.self) {
      try reader.snapshot(seeing: .everything) { snapshot in
        while true { _ = try snapshot.targets(of: 1, field: "uid") }
      }
    }
    #expect(throws: QueryOverdue.self) {
      try reader.snapshot(seeing: .everything) { snapshot in
        while true { _ = try snapshot.resource(id: 1) { $0.id } }
      }
    }
  }

  @Test func anExplanationShowsWhatIsDone() throws {
    let small = try SmallCommunity.mirror(SmallCommunity.usual)
    let reader = ResourceReader(small.mirror)
    let type = try #require(try reader.single(seeing: .everything) { try $0.type(name: "node--topic") })
    let parameters = try QueryParameters(QueryString(parsing: "filter[title]=cafe&page[limit]=1").tree)
    let before = try reader.explain(parameters, for: type)
    #expect(before.rows == 1 && before.indexes.isEmpty && before.documentPaths == ["node--topic title"])
    #expect(before.arguments.contains(.text("CAFE")) && !before.sql.contains("CAFE"))
    #expect(before.plan.contains { $0.contains("resource_by_internal_id") } && before.overdue == nil)
    try small.index("sort=title")
    let after = try reader.explain(parameters, for: type)
    #expect(after.rows == 1 && after.indexes == ["node--topic title"] && after.documentPaths.isEmpty)
    #expect(after.plan.contains { $0.hasPrefix("  ") && $0.contains("path=? AND value=?") }, "\(after.plan)")
  }

  /// Random filters and sorts over all fields: whatever they are, SQLite takes them.
  @Test(arguments: 0..<200) func randomQueriesCompile(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let small = try Self.small.get()
    let query = RandomQuery.make(&random)
    do { _ = try small.rows("node--topic", query) } catch is QueryParameterError {}
  }
}

/// Queries made of names and values that are likely to mean something.
private enum RandomQuery {
  static func make(_ random: inout SplitMix) -> String {
    var parts: [String] = []
    var groups = ["@root"]
    for number in 0..<random.below(4) {
      let parent = groups[random.below(groups.count)]
      parts.append("filter[g\(number)][group][conjunction]=\(random.below(2) == 0 ? "AND" : "OR")")
      if parent != "@root" { parts.append("filter[g\(number)][group][memberOf]=\(parent)") }
      groups.append("g\(number)")
    }
    for number in 0..<(1 + random.below(6)) {
      let comparison = FilterOperator.allCases[random.below(FilterOperator.allCases.count)]
      let count: Int =
        switch comparison.arity {
        case .none: 0
        case .one, .pattern: 1
        case .two: 2
        case .many: 1 + random.below(3)
        }
      let values = (0..<count).map { _ in
        random.pick(["cafe", "1", "-3.5", "%25", "", "%C3%A9", SmallCommunity.uuid(1)])
      }
      parts.append(
        QueryCase.condition(path(&random), comparison.rawValue, values, name: "c\(number)")
          + "&filter[c\(number)][condition][memberOf]=\(groups[random.below(groups.count)])")
    }
    parts.append(
      "sort=" + (0...random.below(3)).map { _ in random.pick(["", "-"]) + path(&random) }.joined(separator: ","))
    return parts.joined(separator: "&")
  }

  private static func path(_ random: inout SplitMix) -> String {
    random.pick([
      "id", "title", "title.0", "count", "rate", "flag", "words", "words.1", "field_day", "created", "body.value",
      "body.0.format", "uid.name", "uid.id", "uid.mail", "uid.meta.drupal_internal__target_id", "uid.entity.name",
      "field_tags.name", "field_tags.1.id", "field_tags.meta.place", "field_tags.0.meta.place",
      "drupal_internal__nid",
      "uid.0.name", "field_tags.entity:taxonomy_term.weight", "uid.entity:node.name",
    ])
  }
}

/// A small generator, the same on every machine.
struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}
