import JSONAPI
import Store
import Support
import Testing

/// A query over the small community and the serial numbers that the site would give.
private struct Rows: Sendable, CustomTestStringConvertible {
  var query: String
  var expected: [Int64]
  init(_ query: String, _ expected: [Int64]) { (self.query, self.expected) = (query, expected) }
  var testDescription: String { query }

  static func of(_ path: String, _ comparison: String, _ values: [String] = [], _ expected: [Int64]) -> Rows {
    Rows(QueryCase.condition(path, comparison, values), expected)
  }
}

@Suite struct QuerySemanticsTests {
  private static let small = Result { try SmallCommunity.mirror(SmallCommunity.usual) }

  private static let text: [Rows] = [
    // Strings are compared by LIKE, but in lists and ranges: spaces at the end count.
    .of("title", "=", ["CAFE"], [101]), .of("title", "=", ["caf%C3%A9%20"], [102]),
    .of("title", "=", ["cafe%20%20"], []),
    .of("title", "=", ["caf_"], []), .of("title", "=", ["caf%25"], []), .of("title", "=", [""], []),
    .of("title", "<>", ["cafe"], [102, 103, 104, 105]), .of("title", "<>", ["CAFE%20"], [101, 103, 104, 105]),
    .of("title", "IN", ["CAFE", "zebra"], [101, 102, 105]),
    .of("title", "NOT IN", ["CAFE", "zebra"], [103, 104]), .of("title", "<", ["cafe"], [104]),
    .of("title", "BETWEEN", ["cafe", "cafet"], [101, 102]),
    .of("title", "BETWEEN", ["cafe", "cafet", "1"], [101, 102]),
    .of("title", "BETWEEN", ["cafe", "cafet", "x"], []), .of("title", "BETWEEN", ["cafe", "cafet", "2x", "0"], []),
    .of("title", "NOT BETWEEN", ["cafe", "cafet", "1"], [103, 104, 105]),
    .of("title", "NOT BETWEEN", ["a", "b", "0"], []),
    .of("title", "STARTS_WITH", ["caf%C3%A9"], [101, 102, 103]),
    .of("title", "ENDS_WITH", ["e"], [101]), .of("title", "ENDS_WITH", ["E%20"], [102]),
    .of("title", "CONTAINS", ["E%20"], [102]), .of("title", "CONTAINS", ["%25_"], [104]),
    .of("title", "CONTAINS", ["%5C"], [104]), .of("title", "CONTAINS", ["_"], [104]),
    .of("body.value", "CONTAINS", ["OF%20CAF"], [101, 102, 103]), .of("body.value", "IS NULL", [], [105]),
    .of("body.format", "=", ["PLAIN"], [101, 102, 103, 104]),
    .of("body.format", "=", ["plain%20"], [101, 102, 103, 104]),
    .of("id", "=", [SmallCommunity.uuid(101)], [101]), .of("id", "=", [SmallCommunity.uuid(101) + "%20"], []),
    .of("id", "<>", [SmallCommunity.uuid(101) + "%20"], [101, 102, 103, 104, 105]),
    .of("id", "IN", [SmallCommunity.uuid(101) + "%20"], [101]),
  ]
  private static let numbers: [Rows] = [
    .of("count", ">", ["1"], [102, 104]), .of("count", ">", ["1x"], [102, 104]), .of("count", "=", ["x"], []),
    .of("count", "<>", ["2"], [101, 104, 105]), .of("count", "IS NULL", [], [103]),
    .of("count", "NOT BETWEEN", ["0", "5"], [104, 105]), .of("rate", ">=", ["1.5"], [102, 104]),
    .of("count", "STARTS_WITH", ["1"], [101, 104]), .of("flag", "=", ["1"], [101, 103, 105]),
    .of("flag", "=", ["true"], [102]), .of("flag", "IS NOT NULL", [], [101, 102, 103, 105]),
    .of("created", "=", ["1704067204"], [101, 103, 104, 105]), .of("created", ">", ["1704067204"], [102]),
    .of("field_day", "=", ["2024-02-29T23:00:00"], [105]), .of("field_day", "STARTS_WITH", ["2024-02"], [105]),
  ]
  private static let relationships: [Rows] = [
    .of("uid.name", "=", ["ANNA"], [101]), .of("uid.name", "=", ["ANNA%20"], [103]),
    .of("uid.meta.drupal_internal__target_id", ">", ["1"], [102, 103]),
    .of("uid.entity:user.name", "=", ["bjorn"], [102]), .of("uid", "IS NULL", [], [104, 105]),
    // A path to a user counts for the whole filter: who has none is not found, in whatever group it stands.
    .of("uid.mail", "IS NULL", [], [101, 102, 103]),
    Rows(
      "filter[o][group][conjunction]=OR&filter[a][condition][path]=uid.name&filter[a][condition][value]=anna"
        + "&filter[a][condition][memberOf]=o&filter[b][condition][path]=title&filter[b][condition][operator]=%3C%3E"
        + "&filter[b][condition][value]=x&filter[b][condition][memberOf]=o", [101, 102, 103]),
    .of("field_tags.name", "=", ["RED"], [101, 104]), .of("field_tags.0.name", "=", ["red"], [101]),
    .of("field_tags.1.name", "=", ["red"], [104]), .of("field_tags.meta.place", "=", ["1"], [104]),
    .of("field_tags.id", "IN", [SmallCommunity.uuid(12), "nonsense"], [101, 102]),
    .of("words", "=", ["c"], [105]), .of("words", "IS NULL", [], [101, 102, 103, 104]),
    .of("words.1", "=", ["c"], [105]), .of("words.0", "=", ["c"], []), .of("title.0", "=", ["zebra"], [105]),
    // Two conditions of an AND group are about the same target, those of OR groups are not.
    Rows(
      QueryCase.condition("field_tags.name", "=", ["red"]) + "&"
        + QueryCase.condition("field_tags.weight", "=", ["12"], name: "b"), []),
    Rows(
      "filter[o][group][conjunction]=OR&filter[a][condition][path]=field_tags.name&filter[a][condition][value]=red"
        + "&filter[a][condition][memberOf]=o&filter[b][condition][path]=field_tags.weight"
        + "&filter[b][condition][value]=12&filter[b][condition][memberOf]=o", [101, 102, 104]),
    Rows(
      "filter[title]=cafe&filter[x][condition][path]=count&filter[x][condition][value]=9"
        + "&filter[x][condition][memberOf]=nowhere", [101]),
  ]
  private static let sorts: [Rows] = [
    Rows("sort=title", [104, 101, 102, 103, 105]), Rows("sort=-title", [105, 103, 102, 101, 104]),
    Rows("sort=count", [103, 105, 101, 102, 104]), Rows("sort=-count", [104, 102, 101, 105, 103]),
    Rows("sort=uid.name,-drupal_internal__nid", [105, 104, 103, 101, 102]),
    Rows("sort=field_tags.name,drupal_internal__nid", [103, 105, 104, 101, 102]),
    Rows("sort=flag,-count", [104, 102, 101, 105, 103]),
    // A key that is given again keeps its place; in one table the direction is that of the last.
    Rows("sort=title,-title", [105, 103, 102, 101, 104]), Rows("sort=-nid,title,nid", [101, 102, 103, 104, 105]),
  ]

  @Test(arguments: text + numbers + relationships + sorts) private func rowsAreTheSites(_ one: Rows) throws {
    #expect(try Self.small.get().rows("node--topic", one.query) == one.expected)
  }

  /// The same answers once every path has its index.
  @Test(arguments: text + numbers + relationships + sorts) private func indexesGiveTheSame(_ one: Rows) throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    try made.indexEverything()
    #expect(try made.rows("node--topic", one.query) == one.expected)
  }

  @Test(arguments: [
    (
      "title.value",
      "The property `value`, given in the path `title.value`, does not exist. Filter by `title`, not "
        + "`title.value` (the JSON:API module elides property names from single-property fields)."
    ),
    (
      "body",
      "The field `body`, given in the path `body` is incomplete, it must end with one of the following "
        + "specifiers: `value`, `format`, `processed`."
    ),
    (
      "body.x",
      "The property `x`, given in the path `body.x`, does not exist. Must be one of the following property "
        + "names: `value`, `format`, `processed`."
    ),
    (
      "uid",
      "The field `uid`, given in the path `uid` is incomplete, it must end with one of the following specifiers: "
        + "`id`, `meta.drupal_internal__target_id`."
    ),
    (
      "field_tags",
      "The field `field_tags`, given in the path `field_tags` is incomplete, it must end with one of the "
        + "following specifiers: `id`, `meta.drupal_internal__target_id`, `meta.place`."
    ),
    (
      "field_tags.drupal_internal__target_id",
      "The property `drupal_internal__target_id`, given in the path "
        + "`field_tags.drupal_internal__target_id` belongs to the meta object of a relationship and must be preceded by "
        + "`meta`."
    ),
    ("uid.nope", "The field `nope`, given in the path `uid.nope`, does not exist."),
    ("type", "The field `type`, given in the path `type`, does not exist."),
    ("uuid", "The field `uuid`, given in the path `uuid`, does not exist."),
    ("uid.uuid", "The field `uuid`, given in the path `uid.uuid`, does not exist."),
    ("uid.target_id", "The field `target_id`, given in the path `uid.target_id`, does not exist."),
    ("uid.meta.nope", "The field `nope`, given in the path `uid.meta.nope`, does not exist."),
    ("uid.entity:node.title", "The field `title`, given in the path `uid.entity:node.title`, does not exist."),
    ("field_tags.0.entity.nope", "The field `nope`, given in the path `field_tags.0.entity.nope`, does not exist."),
  ]) func badPathsAreNamed(path: String, words: String) throws {
    #expect(throws: QueryParameterError("Invalid nested filtering. \(words)")) {
      try Self.small.get().rows("node--topic", "filter[\(path)]=1")
    }
  }

  /// Passwords are closed to every account, on whatever way; the message has the names of the site's own code.
  @Test(arguments: [("uid.pass", "uid.entity:user.pass"), ("uid.0.entity.pass", "uid.0.entity.pass")])
  func closedFieldsAreRefused(path: String, named: String) {
    let words = "The current user is not authorized to filter by the `pass` field, given in the path `\(named)`."
    for query in ["filter[\(path)]=1", "sort=\(path)"] {
      #expect(throws: QueryParameterError(words, status: 403)) {
        try Self.small.get().rows("node--topic", query)
      }
    }
  }

  @Test func filesOfOthersAreFoundOnlyWhenPublic() throws {
    let made = try SmallCommunity.mirror([
      file(1, "public://a", 2), file(2, "private://B", 2), file(3, "private://c", 1),
    ])
    try made.mirror.discovery.note(.siteAccount, SmallCommunity.uuid(1))
    #expect(try made.rows("file--file", "filter[status]=1") == [1, 3])
    #expect(try made.rows("file--file", "filter[uri.value]=PUBLIC://A") == [])
    #expect(try made.rows("file--file", "") == [1, 2, 3])
  }

  private func file(_ number: Int, _ uri: String, _ owner: Int) -> String {
    SmallCommunity.object(
      "file--file", number, #""drupal_internal__fid":\#(number),"status":true,"uri":{"value":"\#(uri)","url":"\/x"}"#,
      #""uid":{"data":\#(SmallCommunity.link("user--user", owner))}"#)
  }
}
