import JSONAPI
import Testing

/// Random queries. A failure prints its seed; set JSONAPI_TEST_SEED to repeat it, JSONAPI_TEST_ROUNDS for more.
@Suite struct QueryPropertyTests {
  private static let tokens = [
    "filter", "sort", "page", "include", "fields", "resourceVersion", "fooBar", "[", "]", "[]", "[a]", "[k]", "[g]",
    "[condition]", "[group]", "[conjunction]", "[memberOf]", "[path]", "[value]", "[operator]", "[offset]", "[limit]",
    "[direction]", "[node--topic]", "=", "=", "&", "&", "&", "a", "k", "g", "AND", "OR", "@root", "IS NULL", "IN",
    "BETWEEN", "%3E", "%00", "%5B", "%5D", "%", "%F", "%FF", "+", " ", ".", ",", "-", "0", "1", "50", "-1", "1e9",
    "é", "e%CC%81", "\u{301}", "🤘", "/", "?", "#", "\"", "'", "<", "\t", "\r\n", "id:1",
  ]
  private static let templates = [
    "filter[T]=T", "filter[T][value]=T&filter[T][operator]=T",
    "filter[T][condition][path]=T&filter[T][condition][value]=T",
    "filter[k][condition][path]=a.T&filter[k][condition][operator]=IN&filter[k][condition][value][]=T&filter[k][condition][memberOf]=g",
    "filter[g][group][conjunction]=OR&filter[g][group][memberOf]=T", "filter[T][group][conjunction]=AND", "sort=T,-T",
    "sort[T][path]=T&sort[T][direction]=DESC&sort[T][langcode]=T", "page[limit]=T&page[offset]=1", "page[offset]=T",
    "include=T,T.T", "fields[T]=T,T", "resourceVersion=T", "fooBarT=T", "T", "TTT=T",
  ]

  private func randomQuery(_ random: inout SeededGenerator) -> String {
    func token() -> String { Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &random)] }
    var query = ""
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      let template = Self.templates[Int.random(in: 0..<Self.templates.count, using: &random)]
      for character in template { query += character == "T" ? token() : String(character) }
      query += "&"
    }
    for _ in 0..<Int.random(in: 0...4, using: &random) { query += token() }
    return query
  }

  @Test func anyQueryIsReadOrRefused() throws {
    let seed = SeededGenerator.seed()
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    let rounds = SeededGenerator.rounds()
    for round in 0..<rounds {
      let query = randomQuery(&random)
      let context = "seed \(seed) round \(round): \(query.debugDescription)"
      let tree = QueryTree(parsing: query)
      try #require(QueryTree(parsing: tree.encoded(.symfony)) == tree, "\(context)")
      try #require(QueryTree(parsing: tree.encoded(.client)) == tree, "\(context)")
      let links = QueryString(parsing: query)
      // Links say what they would if they were made the way the site makes them, whatever is spared.
      let rebuilt = QueryTree(parsing: query, mangling: false).sortedByName.encoded(.symfony)
      try #require(links.uriQuery == rebuilt, "\(context)")
      try #require(links.selfQuery == QueryTree(parsing: rebuilt).encoded(.drupal), "\(context)")
      // Names that PHP rewrites are sorted before they are rewritten, and "0" is no parent to Drupal.
      if tree["0"] == nil, QueryTree(parsing: links.uriQuery).encoded(.symfony) == links.uriQuery {
        try #require(QueryString(parsing: links.selfQuery).selfQuery == links.selfQuery, "\(context)")
      }
      try #require(links.pagerQuery(offset: "50", limit: "50").contains("page%5Boffset%5D=50"), "\(context)")
      guard let parameters = try? QueryParameters(tree) else { continue }
      accepted += 1
      let again = try? QueryParameters(QueryTree(parsing: parameters.queryString))
      try #require(again == parameters, "\(context)")
      try #require(try QueryParameters(parameters.queryTree) == parameters, "\(context)")
    }
    #expect(accepted > rounds / 25, "seed \(seed)")
  }

  @Test func everyValueComesBack() throws {
    let seed = SeededGenerator.seed()
    var random = SeededGenerator(seed: seed)
    for round in 0..<SeededGenerator.rounds() / 2 {
      let value = RandomParameters(&random).value
      let again = try QueryParameters(QueryTree(parsing: value.queryString))
      try #require(again == value, "seed \(seed) round \(round): \(value.queryString)")
    }
  }
}

/// A random value that parsing can yield.
private struct RandomParameters {
  var value = QueryParameters()

  init(_ random: inout SeededGenerator) {
    var items: [FilterItem] = []
    if Bool.random(using: &random) { RandomParameters.addItems(to: &items, parent: nil, depth: 0, &random) }
    items.shuffle(using: &random)
    value.filter = Filter(items)
    value.sort = RandomParameters.list(&random, 0...3) { random in
      let langcode = Int.random(in: 0..<4, using: &random) == 0 ? RandomParameters.text(&random) : nil
      return SortKey(RandomParameters.path(&random), descending: .random(using: &random), langcode: langcode)
    }
    value.page = PageParameter(offset: .random(in: 0...300, using: &random), limit: .random(in: 1...50, using: &random))
    value.include = RandomParameters.list(&random, 0...3) { random in
      RandomParameters.list(&random, 1...3) { random in
        ["uid", "", "0", "é", "a b", "field_x"][Int.random(in: 0..<6, using: &random)]
      }
    }
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      value.fields[RandomParameters.name(&random)] = RandomParameters.list(&random, 0...3) {
        RandomParameters.name(&$0)
      }
    }
    if Bool.random(using: &random) { value.resourceVersion = RandomParameters.text(&random) }
    if Bool.random(using: &random) { value.custom["fooBar"] = .text(RandomParameters.text(&random)) }
    if Bool.random(using: &random) { value.custom["x-1"] = .tree(QueryTree(list: [RandomParameters.text(&random)])) }
  }

  private static func addItems(
    to items: inout [FilterItem], parent: String?, depth: Int, _ random: inout SeededGenerator
  ) {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      // The dash keeps "1" + "7a" and "17" + "a" apart: two items of one id are one item once they are parsed.
      let id = "\(items.count)-" + name(&random)
      if depth < 4, Int.random(in: 0..<3, using: &random) == 0 {
        items.append(FilterItem(id: id, memberOf: parent, .group(Bool.random(using: &random) ? .and : .or)))
        addItems(to: &items, parent: id, depth: depth + 1, &random)
      } else {
        let all = FilterOperator.allCases
        let comparison = all[Int.random(in: 0..<all.count, using: &random)]
        let count =
          switch comparison.arity {
          case .none: 0
          case .one: Int.random(in: 0...1, using: &random)
          case .pattern: 1
          case .two: 2
          case .many: Int.random(in: 1...4, using: &random)
          }
        let values = (0..<count).map { _ in text(&random) }
        items.append(
          FilterItem(id: id, memberOf: parent, .condition(FilterCondition(path(&random), comparison, values))))
      }
    }
  }

  private static func list<Element>(
    _ random: inout SeededGenerator, _ counts: ClosedRange<Int>, _ make: (inout SeededGenerator) -> Element
  ) -> [Element] {
    var elements: [Element] = []
    for _ in 0..<Int.random(in: counts, using: &random) { elements.append(make(&random)) }
    return elements
  }

  private static func text(_ random: inout SeededGenerator) -> String {
    let pieces = [
      "", "a", "%", "&", "=", "[", "]", "+", " ", "\0", "\r\n", "é", "e\u{301}", "🤘", ",", "/", "\"", "\\", "0",
    ]
    return list(&random, 0...4) { pieces[Int.random(in: 0..<pieces.count, using: &$0)] }.joined()
  }

  /// Not empty, without bracket, comma or NUL.
  private static func name(_ random: inout SeededGenerator) -> String {
    let pieces = ["a", "field_b", "node--topic", "é", "%", "&", "=", "+", ".", "/", "7"]
    return list(&random, 1...3) { pieces[Int.random(in: 0..<pieces.count, using: &$0)] }.joined()
  }

  private static func path(_ random: inout SeededGenerator) -> String {
    let pieces = ["a", "changed", ".", "meta", "-", ",", "é", "\u{301}"]
    return list(&random, 1...4) { pieces[Int.random(in: 0..<pieces.count, using: &$0)] }.joined()
  }
}
