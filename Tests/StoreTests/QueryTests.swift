import JSONAPI
import Store
import Support
import Testing

/// A query with what it means, said once more over the parsed JSON.
struct QueryCase: Sendable, CustomTestStringConvertible {
  var type: String
  var query: String
  var keep: @Sendable (JSON) -> Bool
  var before: (@Sendable (JSON, JSON) -> Bool)?

  init(_ type: String, _ query: String, _ keep: @escaping @Sendable (JSON) -> Bool) {
    (self.type, self.query, self.keep) = (type, query, keep)
  }

  init(_ type: String, _ query: String, before: (@Sendable (JSON, JSON) -> Bool)? = nil) {
    self.init(type, query) { _ in true }
    self.before = before
  }

  var testDescription: String { "\(type)?\(query)" }

  /// A condition in the long form.
  static func condition(_ path: String, _ comparison: String, _ values: [String], name: String = "k") -> String {
    let key = "filter[\(name)][condition]"
    let list =
      values.count == 1 && !comparison.contains("IN")
      ? ["\(key)[value]=\(values[0])"]
      : values.map {
        "\(key)[value][]=\($0)"
      }
    return (["\(key)[path]=\(path)", "\(key)[operator]=\(comparison)"] + list).joined(separator: "&")
  }
}

extension JSON {
  func text(_ name: String) -> String? { self["attributes"]?[name]?.string }
  func time(_ name: String) -> Int64 { RFC3339.unixSeconds(text(name) ?? "") ?? -1 }
  /// The targets of a relationship, as resources of the crawl.
  func targets(_ name: String) -> [JSON] {
    let data = self["relationships"]?[name]?["data"]
    return (data?.array ?? [data].compactMap { $0 }).compactMap {
      QueryTests.crawl["\($0["type"]?.string ?? "")/\($0["id"]?.string ?? "")"]
    }
  }
}

@Suite struct QueryTests {
  static let full = Result { try CrawledMirror.full() }
  static let crawl = (try? RecordedCrawl.resources()) ?? [:]
  static let topics = crawl.values.filter { $0["type"] == "node--topic" }.sorted { $0.serial < $1.serial }
  static let cases: [QueryCase] = {
    let (title, author) = (topics[7].text("title") ?? "", topics[7].targets("uid").first)
    let (word, end) = (String(title.prefix(4)), title.suffix(3).lowercased())
    let name = author?.text("name") ?? ""
    let user = author?["id"]?.string ?? ""
    let mine: @Sendable (JSON) -> Bool = { $0.targets("uid").contains { $0["id"]?.string == user } }
    func has(_ path: String, _ comparison: String, _ values: [String] = [], name: String = "k") -> String {
      QueryCase.condition(path, comparison, values, name: name)
    }
    return [
      QueryCase("node--topic", ""),
      QueryCase("node--topic", "filter[drupal_internal__nid]=\(topics[3].serial)") { $0.serial == topics[3].serial },
      QueryCase("node--topic", "filter[status]=0") { $0["attributes"]?["status"] == false },
      QueryCase("node--topic", has("title", "=", [title])) { $0.text("title")?.lowercased() == title.lowercased() },
      QueryCase("node--topic", has("title", "<>", [title])) { $0.text("title")?.lowercased() != title.lowercased() },
      QueryCase("node--topic", has("title", "STARTS_WITH", [word])) { $0.text("title")?.hasPrefix(word) == true },
      QueryCase("node--topic", has("title", "CONTAINS", ["ing"])) {
        $0.text("title")?.lowercased().contains("ing") == true
      },
      QueryCase("node--topic", has("title", "ENDS_WITH", [end])) {
        $0.text("title")?.lowercased().hasSuffix(end) == true
      },
      QueryCase("node--topic", has("drupal_internal__nid", ">", ["40"])) { $0.serial > 40 },
      QueryCase("node--topic", has("drupal_internal__nid", "<=", ["40"])) { $0.serial <= 40 },
      QueryCase("node--topic", has("drupal_internal__nid", "BETWEEN", ["20", "60"])) { (20...60).contains($0.serial) },
      QueryCase("node--topic", has("drupal_internal__nid", "NOT BETWEEN", ["20", "60"])) {
        !(20...60).contains($0.serial)
      },
      QueryCase("node--topic", has("drupal_internal__nid", "IN", ["20", "21", "22", "30"])) {
        [20, 21, 22, 30].contains($0.serial)
      },
      QueryCase("node--topic", has("drupal_internal__nid", "NOT IN", ["20", "21"])) { ![20, 21].contains($0.serial) },
      QueryCase("node--topic", has("created", ">=", ["\(topics[50].time("created"))"])) {
        $0.time("created") >= topics[50].time("created")
      },
      QueryCase("node--topic", has("changed", "<", ["\(topics[50].time("changed"))"])) {
        $0.time("changed") < topics[50].time("changed")
      },
      // A filter never finds the anonymous user, of which only the label is shown.
      QueryCase("user--user", has("mail", "IS NULL")) {
        $0.serial > 0 && $0["attributes"]?["mail"]?.isNull ?? true
      },
      QueryCase("user--user", has("mail", "IS NOT NULL")) { $0.text("mail") != nil },
      QueryCase("node--topic", "filter[id]=\(topics[5]["id"]?.string ?? "")") { $0["id"] == topics[5]["id"] },
      QueryCase("node--topic", "filter[uid.name]=\(name)") {
        $0.targets("uid").contains { $0.text("name")?.lowercased() == name.lowercased() }
      },
      QueryCase("node--topic", "filter[uid.id]=\(user)", mine),
      QueryCase("node--topic", "filter[uid.meta.drupal_internal__target_id]=\(author?.serial ?? 0)", mine),
      QueryCase("node--topic", "filter[uid.entity:user--user.drupal_internal__uid]=\(author?.serial ?? 0)", mine),
      QueryCase(
        "node--topic",
        "filter[g][group][conjunction]=OR&filter[a][condition][path]=status&filter[a][condition][value]=0"
          + "&filter[a][condition][memberOf]=g&" + has("uid.id", "=", [user], name: "b")
          + "&filter[b][condition][memberOf]=g"
          + "&" + has("drupal_internal__nid", ">", ["30"], name: "c")
      ) { ($0["attributes"]?["status"] == false || mine($0)) && $0.serial > 30 },
      QueryCase("node--topic", "sort=-drupal_internal__nid", before: { $0.serial > $1.serial }),
      QueryCase(
        "node--topic", "sort=changed,-drupal_internal__nid",
        before: {
          ($0.time("changed"), -$0.serial) < ($1.time("changed"), -$1.serial)
        }),
      QueryCase(
        "node--topic", "sort=-uid.drupal_internal__uid,drupal_internal__nid",
        before: {
          (-($0.targets("uid").first?.serial ?? 0), $0.serial) < (-($1.targets("uid").first?.serial ?? 0), $1.serial)
        }),
    ]
  }()

  @Test(arguments: cases) func rowsAreTheNaiveOnes(_ one: QueryCase) throws {
    let kept = Self.crawl.values.filter { $0["type"]?.string == one.type && one.keep($0) }
    let expected = kept.sorted(by: one.before ?? { $0.serial < $1.serial }).map(\.serial)
    var got: [Int64] = []
    // One row more than the page says whether there is a next one.
    for offset in stride(from: 0, to: 400, by: 50) {
      let rows = try Self.full.get().rows(
        one.type, (one.query.isEmpty ? "" : one.query + "&") + "page[offset]=\(offset)")
      got += rows.prefix(50)
      if rows.count <= 50 { break }
    }
    #expect(got == expected)
    #expect(
      one.query.isEmpty || one.query.hasPrefix("sort") || (!expected.isEmpty && expected.count < Self.topics.count))
  }

  @Test(arguments: [1, 7, 50]) func aPageHasOneRowMore(limit: Int) throws {
    let rows = try Self.full.get().rows("node--topic", "page[limit]=\(limit)&page[offset]=3")
    #expect(rows == Self.topics.dropFirst(3).prefix(limit + 1).map(\.serial))
  }

  /// What clients write is compared as it stands.
  @Test(arguments: ["it's 100%", "a_b", #"back\slash"#, #"say "hi""#, "'; DROP TABLE resource; --"])
  func valuesAreLiteral(title: String) throws {
    let made = try CrawledMirror()
    func take(_ title: String, _ number: Int) throws {
      let id = Topic.id.replacing("555555555555", with: "55555555555\(number)")
      let text = JSON.string(title).text(.site)
      _ = try made.take(
        Topic.usual(title: String(text.dropFirst().dropLast())).replacing(Topic.id, with: id)
          .replacing(":9001", with: ":\(number)"))
    }
    try take(title, 1)
    try take("its 1000, axb, backslash, backXslash, say hi", 2)
    let value = JSON.string(title).string?.addingPercent ?? ""
    for comparison in ["=", "CONTAINS", "STARTS_WITH", "ENDS_WITH"] {
      #expect(try made.rows("node--topic", QueryCase.condition("title", comparison, [value])) == [1], "\(comparison)")
    }
    #expect(try made.rows("node--topic", QueryCase.condition("title", "IN", [value, "x"])) == [1])
    #expect(
      try made.rows("node--topic", QueryCase.condition("title", "CONTAINS", ["%25"]))
        == (title.contains("%") ? [1] : []))
  }

  @Test(arguments: ["filter[no_such]=1", "sort=no_such"]) func unknownFieldsAreNamed(query: String) throws {
    let full = try Self.full.get()
    let words = "Invalid nested filtering. The field `no_such`, given in the path `no_such`, does not exist."
    #expect(throws: QueryParameterError(words)) { try full.rows("node--topic", query) }
    let nested = query.replacing("no_such", with: "uid.no_such")
    #expect(throws: QueryParameterError(words.replacing("path `no_such`", with: "path `uid.no_such`"))) {
      try full.rows("node--topic", nested)
    }
  }
}

extension String {
  /// Every byte percent-encoded.
  var addingPercent: String {
    utf8.map { "%" + String(Int($0) + 0x100, radix: 16).suffix(2) }.joined()
  }
}
