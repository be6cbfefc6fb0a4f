import Foundation
import JSONAPI
import Testing

@Suite struct QueryParametersTests {
  private static let incomplete = QueryParameterError.invalidCondition.detail

  /// Queries the site refuses, and its words.
  @Test(arguments: [
    ("foo=1", "The following query parameters violate the JSON:API spec: 'foo'."),
    ("foo=1&a_=2&b-c=3", "The following query parameters violate the JSON:API spec: 'foo', 'a_'."),
    ("_format=api_json&foo=1", QueryParameterError.formatParameter.detail),
    ("_format=xml", "No route found for the specified format. Supported formats: api_json."),
    ("filter=x", "Unexpected value for parameter \"filter\": expecting \"array\", got \"string\"."),
    ("page=5", "Unexpected value for parameter \"page\": expecting \"array\", got \"string\"."),
    ("fields=a", "Unexpected value for parameter \"fields\": expecting \"array\", got \"string\"."),
    ("include[]=a", "Input value \"include\" contains a non-scalar value."),
    ("resourceVersion[]=a", "Input value \"resourceVersion\" contains a non-scalar value."),
    ("filter[@root]=1", "'@root' is a reserved filter id."),
    ("filter[0]=1", "No field name was provided for the filter."),
    ("filter[k][path]=&filter[k][value]=1", "No field name was provided for the filter."),
    ("filter[k][condition][value]=1", incomplete),
    ("filter[k][operator]=IS NULL", incomplete),
    ("filter[k][condition]=x", incomplete),
    ("filter[k][condition][path][]=x&filter[k][condition][value]=1", incomplete),
    ("filter[k][condition][path]=a&filter[k][condition][value][a][b]=1", incomplete),
    ("filter[a][operator]=!=&filter[a][value]=1", "The '!=' operator is not allowed in a filter parameter."),
    ("filter[a][operator]=in&filter[a][value]=1", "The 'in' operator is not allowed in a filter parameter."),
    ("filter[a][operator]=&filter[a][value]=1", "The '' operator is not allowed in a filter parameter."),
    ("filter[a][operator][]=x&filter[a][value]=1", "The 'Array' operator is not allowed in a filter parameter."),
    (
      "filter[a][operator]=IS NULL&filter[a][value]=1",
      "Filters using the 'IS NULL' operator should not provide a value."
    ),
    ("filter[a][value][]=1&filter[a][value][]=2", "Query condition 'a = 1, 2' must have an array compatible operator."),
    ("filter[a][operator]=BETWEEN&filter[a][value]=1", "The 'BETWEEN' operator needs two values."),
    ("filter[a][condition][path]=a&filter[a][condition][operator]=IN", "Query condition 'a IN ()' cannot be empty."),
    ("filter[g][group][conjunction]=or&filter[a]=1", "Allowed conjunctions: AND, OR."),
    ("filter[g][group]=x&filter[a]=1", "Allowed conjunctions: AND, OR."),
    ("filter[g][group][memberOf]=@root&filter[a]=1", "Allowed conjunctions: AND, OR."),
    ("filter[g][group][conjunction]=OR&filter[a]=1", "The filter group 'g' has no members."),
    (
      "filter[a][condition][path]=a&filter[a][condition][value]=1&filter[a][condition][memberOf]=no",
      "The filter has no condition that belongs to a known group."
    ),
    (
      "filter[g][group][conjunction]=OR&filter[g][group][memberOf]=h&filter[h][group][conjunction]=OR&filter[h][group][memberOf]=g",
      "The filter has no condition that belongs to a known group."
    ),
    ("sort=", "You need to provide a value for the sort parameter."),
    ("sort=0", "You need to provide a value for the sort parameter."),
    ("sort=a,", "No field name was provided for the filter."),
    ("sort=-", "No field name was provided for the filter."),
    ("sort[]=x", "You need to provide a field name for the sort parameter."),
    ("sort[a][direction]=DESC", "You need to provide a field name for the sort parameter."),
    ("page[limit]=0", "The page size needs to be a positive integer."),
    ("page[limit]=-1", "The page size needs to be a positive integer."),
    ("page[limit]=", "Unsupported operand types: string + int"),
    ("page[offset]=x", "Unsupported operand types: string - int"),
    ("page[offset]=-1", "The page offset needs to be 0 or a positive integer."),
  ])
  func badQueriesAreRefused(query: String, detail: String) {
    #expect {
      _ = try QueryParameters(QueryTree(parsing: query))
    } throws: { error in
      (error as? QueryParameterError)?.detail == detail
    }
  }

  @Test func firstComplaintIsTheSitesFirst() {
    let query = "page=5&sort=&filter[a][operator]=no&filter[a][value]=1&filter[0]=1&include[]=x"
    #expect(throws: QueryParameterError.noFieldName) { try QueryParameters(QueryTree(parsing: query)) }
    #expect(throws: QueryParameterError("Input value \"include\" contains a non-scalar value.")) {
      try QueryParameters(QueryTree(parsing: query), for: .resource)
    }
  }

  @Test(arguments: [
    ("", 0, 50), ("page[limit]=10", 0, 10), ("page[limit]=51", 0, 50), ("page[limit]=abc", 0, 50),
    ("page[limit][]=1", 0, 50), ("page[limit]=1e3", 0, 50), ("page[limit]= 7 ", 0, 7), ("page[limit]=4abc", 0, 4),
    ("page[limit]=5abc", 0, 50), ("page[limit]=50abc", 0, 50), ("page[limit]=2.9", 0, 2),
    ("page[limit]=99999999999999999999999", 0, 50), ("page[offset]=7&page[number]=2", 7, 50),
    ("page[offset]=99999999999999999999999", 1 << 60, 50), ("page[size]=3", 0, 50), ("page[offset]=.5", 0, 50),
  ])
  func pagesAreReadAsPHPDoes(query: String, offset: Int, limit: Int) throws {
    let page = try QueryParameters(QueryTree(parsing: query)).page
    #expect(page.offset == offset && page.limit == limit)
  }

  /// Links to other pages, as a living site wrote them for these queries.
  @Test(
    arguments: [
      ("page[limit]=0x10", "0x10", "0", nil), ("page[limit]=0x10&page[offset]=3", "0x10", "3", "3"),
      ("page[limit]=1.5", "1.5", "1.5", nil), ("page[limit]=1e1", "1e1", "10", nil), ("page[limit]=05", "05", "5", nil),
      ("page[limit]=4%20", "4 ", "4", nil), ("page[limit]=.5", ".5", "0.5", nil), ("page[limit]=5.", "5.", "5", nil),
      ("page[limit]=abc", "50", "50", nil), ("page[limit]=%2B3", "+3", "3", nil),
      ("page[limit]=49.9", "49.9", "49.9", nil),
      ("page[limit]=50.0", "50.0", "50", nil), ("page[limit]=50.5", "50", "50", nil),
      ("page[limit]=0x", "0x", "0", nil),
      ("page[limit]=3&page[offset]=1.5", "3", "4.5", "0"), ("page[limit]=3&page[offset]=1e1", "3", "13", "7"),
      ("page[limit]=3&page[offset]=05", "3", "8", "2"), ("page[limit]=3&page[offset]=0x10", "3", "3", "0"),
      ("page[limit]=3&page[offset]=-0.5", "3", "2.5", nil), ("page[limit]=3&page[offset]=5x", "3", "8", "2"),
      ("page[limit]=3&page[offset]=1e3", "3", "1003", "997"),
      ("page[limit]=3&page[offset]=99999999999999999999", "3", "1.0E+20", "1.0E+20"),
      ("page[limit]=3&page[offset]=9223372036854775800", "3", "9223372036854775803", "9223372036854775797"),
      ("page[limit]=1.5&page[offset]=0.5", "1.5", "2", "0"), ("page[offset]=0.1&page[limit]=0.2", "0.2", "0.3", "0"),
      ("page[offset]=1e-7&page[limit]=3", "3", "3.0000001", "0"), ("page[offset]=2.50&page[limit]=3", "3", "5.5", "0"),
      ("page[offset]=3.0&page[limit]=2", "2", "5", "1"), ("page[offset]=&page[limit]=3", "3", "3", nil),
      ("page[offset]=123456789012345678&page[limit]=3", "3", "123456789012345681", "123456789012345675"),
    ] as [(String, String, String, String?)])
  func linksToOtherPagesAreCalculatedAsPHPDoes(query: String, limit: String, next: String, previous: String?) throws {
    let parameters = try QueryParameters(QueryTree(parsing: query))
    #expect(parameters.page.links == .init(limit: limit, next: next, previous: previous))
    #expect(try QueryParameters(parameters.queryTree) == parameters)
  }

  @Test(arguments: [
    (1e14, "1.0E+14"), (1e13, "10000000000000"), (1.2345678901234567e17, "1.2345678901235E+17"), (0.0001, "0.0001"),
    (0.00001, "1.0E-5"), (-2.5, "-2.5"), (0.1 + 0.2, "0.3"), (99_999_999_999_999.9, "1.0E+14"), (1.5e300, "1.5E+300"),
  ])
  func fractionsArePrintedAsPHPDoes(value: Double, text: String) throws {
    let number = try #require(PHPNumber("\(value)"))
    #expect(number.plus(PHPNumber(0)).text == text)
  }

  @Test(arguments: [
    ("filter[title]=x", [FilterItem(id: "title", .condition(FilterCondition("title", .equal, ["x"])))]),
    (
      "filter[title][value]=x&filter[title][operator]=CONTAINS",
      [FilterItem(id: "title", .condition(FilterCondition("title", .contains, ["x"])))]
    ),
    (
      "filter[k][path]=uid.id&filter[k][value][]=x&filter[k][value][]=y&filter[k][operator]=IN",
      [FilterItem(id: "k", .condition(FilterCondition("uid.id", .in, ["x", "y"])))]
    ),
    (
      "filter[k][value]=x&filter[k][memberOf]=g", [FilterItem(id: "k", .condition(FilterCondition("k", .equal, ["x"])))]
    ),
    (
      "filter[k][condition][path]=a&filter[k][condition][operator]=IS NULL&filter[k][condition][memberOf]=@root",
      [FilterItem(id: "k", .condition(FilterCondition("a", .isNull)))]
    ),
    ("filter[k][condition][path]=a", [FilterItem(id: "k", .condition(FilterCondition("a")))]),
    (
      "filter[k][condition][path]=a&filter[k][condition][operator]=CONTAINS",
      [FilterItem(id: "k", .condition(FilterCondition("a", .contains, [""])))]
    ),
    ("filter[a][value]=1&filter[a][operator]=IN", [FilterItem(id: "a", .condition(FilterCondition("a", .in, ["1"])))]),
    (
      "filter[b]=1&filter[a][condition][path]=a&filter[a][condition][value]=1&filter[a][condition][memberOf]=no",
      [FilterItem(id: "b", .condition(FilterCondition("b", .equal, ["1"])))]
    ),
    (
      "filter[k][condition][path]=a&filter[k][condition][value]=1&filter[k][condition][memberOf]=g&filter[g][group][conjunction]=OR",
      [
        FilterItem(id: "k", memberOf: "g", .condition(FilterCondition("a", .equal, ["1"]))),
        FilterItem(id: "g", .group(.or)),
      ]
    ),
  ])
  func filtersAreReadInAllForms(query: String, items: [FilterItem]) throws {
    #expect(try QueryParameters(QueryTree(parsing: query)).filter.items == items)
  }

  @Test func groupsNest() {
    let filter = Filter([
      FilterItem(id: "a", memberOf: "in", .condition(FilterCondition("a"))),
      FilterItem(id: "out", .group(.or)),
      FilterItem(id: "in", memberOf: "out", .group(.and)),
      FilterItem(id: "lost", memberOf: "nowhere", .condition(FilterCondition("b"))),
      FilterItem(id: "x", memberOf: "y", .group(.and)),
      FilterItem(id: "y", memberOf: "x", .group(.and)),
    ])
    let inner = Filter.Node.group(id: "in", .and, [.condition(id: "a", FilterCondition("a"))])
    #expect(filter.root == .group(id: "@root", .and, [.group(id: "out", .or, [inner])]))
  }

  @Test func lookalikeGroupNamesMakeNoCircle() {
    // Two names that Unicode holds to be equal.
    let filter = Filter([
      FilterItem(id: "\u{E9}", .group(.and)), FilterItem(id: "e\u{301}", memberOf: "\u{E9}", .group(.and)),
      FilterItem(id: "\u{E9}", memberOf: "\u{E9}", .group(.and)),
    ])
    guard case .group(_, _, let members) = filter.root else { return }
    #expect(members.count == 1)
  }

  @Test func sortIncludeAndFields() throws {
    let query =
      "sort[a][path]=changed&sort[a][direction]=desc&sort[b][path]=title&sort[b][langcode]=nl"
      + "&include= uid , field_event.uid,&fields[node--topic]=title,,uid&fields[user--user]=&resourceVersion=rel:latest-version&fooBar[x]=1"
    let parameters = try QueryParameters(QueryTree(parsing: query))
    #expect(parameters.sort == [SortKey("changed", descending: true), SortKey("title", langcode: "nl")])
    #expect(parameters.include == [["uid"], ["field_event", "uid"], [""]])
    #expect(parameters.fields == ["node--topic": ["title", "uid"], "user--user": []])
    #expect(parameters.resourceVersion == "rel:latest-version")
    #expect(parameters.custom == QueryTree(parsing: "fooBar[x]=1"))
    #expect(FieldPath("uid.meta.x").parts == ["uid", "meta", "x"])
    #expect(FieldPath("a.\u{301}b..").parts == ["a", "\u{301}b", "", ""])
    #expect(
      try QueryParameters(QueryTree(parsing: "sort=-a,b.c")).sort == [SortKey("a", descending: true), SortKey("b.c")])
    #expect(try QueryParameters(QueryTree(parsing: "include=")).include == [])
    #expect(try QueryParameters(QueryTree(parsing: "filter=x&page=1&sort="), for: .resource) == QueryParameters())
  }

  @Test(
    arguments: [
      ("id:12", ResourceVersion.id(12), nil), ("rel:latest-version", .latestVersion, nil),
      ("rel:working-copy", .workingCopy, nil),
      ("bogus", nil, "A resource version identifier was provided in an invalid format: `bogus`"),
      ("x:1", nil, "A resource version identifier was provided in an invalid format: `x:1`"),
      ("id:1_2", nil, "A resource version identifier was provided in an invalid format: `id:1_2`"),
      ("rel:newest", nil, "An invalid resource version identifier, `rel:newest`, was provided."),
      ("id:abc", nil, "An invalid resource version identifier, `id:abc`, was provided."),
      ("my_own:1", nil, "An invalid resource version identifier, `my_own:1`, was provided."),
    ] as [(String, ResourceVersion?, String?)])
  func versions(text: String, version: ResourceVersion?, complaint: String?) {
    do {
      let parsed = try ResourceVersion(text)
      #expect(parsed == version)
      #expect(parsed.text == text)
    } catch {
      #expect(error.detail == complaint)
    }
  }
}

@Suite struct KeysetTests {
  @Test func changesAreAskedForByTimeOrNumberInTheOrderOfNumbers() {
    func condition(_ name: String, _ path: String, _ comparison: String, _ value: Int, _ group: String = "") -> String {
      "&filter%5B\(name)%5D%5Bcondition%5D%5Bpath%5D=\(path)&filter%5B\(name)%5D%5Bcondition%5D%5Boperator%5D=\(comparison)"
        + "&filter%5B\(name)%5D%5Bcondition%5D%5Bvalue%5D=\(value)"
        + (group.isEmpty ? "" : "&filter%5B\(name)%5D%5Bcondition%5D%5BmemberOf%5D=\(group)")
    }
    let number = "drupal_internal__nid"
    let either =
      "filter%5Bor%5D%5Bgroup%5D%5Bconjunction%5D=OR" + condition("gt", "changed", "%3E", 1001, "or")
      + condition("new", number, "%3E%3D", 1002, "or")
    let first = QueryParameters.changes(
      since: 1001, orFrom: 1002, after: nil, idAttribute: number, changedAttribute: "changed")
    #expect(first.queryString == either + "&sort=\(number)&page%5Blimit%5D=50")
    let second = QueryParameters.changes(
      since: 1001, orFrom: 1002, after: 1003, idAttribute: number, changedAttribute: "changed", offset: 5, limit: 10)
    #expect(
      second.queryString == either + condition("ix", number, "%3E", 1003)
        + "&sort=\(number)&page%5Blimit%5D=10&page%5Boffset%5D=5")
  }

  @Test func sweepsAndWalks() {
    let sweep = QueryParameters.idKeyset(
      after: 7, idAttribute: "drupal_internal__nid",
      fields: ["node--topic": ["drupal_internal__nid", "drupal_internal__vid", "changed"]])
    #expect(
      sweep.queryString
        == "filter%5Bix%5D%5Bcondition%5D%5Bpath%5D=drupal_internal__nid&filter%5Bix%5D%5Bcondition%5D%5Boperator%5D=%3E"
        + "&filter%5Bix%5D%5Bcondition%5D%5Bvalue%5D=7&sort=drupal_internal__nid"
        + "&fields%5Bnode--topic%5D=drupal_internal__nid,drupal_internal__vid,changed&page%5Blimit%5D=50")
    let walk = QueryParameters.unfiltered(
      sort: [SortKey("changed", descending: true), SortKey("drupal_internal__id", descending: true)], offset: 40)
    #expect(
      walk.queryString == "sort=-changed,-drupal_internal__id&page%5Blimit%5D=50&page%5Boffset%5D=40")
    #expect(QueryParameters.unfiltered(sort: [], offset: -1, limit: 500).queryString == "page%5Blimit%5D=50")
  }
}
