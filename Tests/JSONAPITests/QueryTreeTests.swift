import JSONAPI
import Testing

@Suite struct QueryTreeTests {
  /// Raw query, and the tree PHP 8.2 makes of it, in `.symfony` encoding.
  @Test(arguments: [
    ("", ""), ("&&", ""), ("=x", ""), ("[a]=x", ""), ("a", "a="), ("a=", "a="), ("a=1&a=2", "a=2"),
    ("a=1&b=2&a=3", "a=3&b=2"), ("a=x+y%20z", "a=x%20y%20z"), ("a=%", "a=%25"), ("a=%4", "a=%254"),
    ("a=%zz", "a=%25zz"), ("a=b=c", "a=b%3Dc"), ("a%3Db=c", "a%3Db=c"),
    ("a[]=1&a[]=2", "a%5B0%5D=1&a%5B1%5D=2"),
    ("a[5]=1&a[]=2&a[x]=3&a[]=4", "a%5B5%5D=1&a%5B6%5D=2&a%5Bx%5D=3&a%5B7%5D=4"),
    ("a[-3]=1&a[]=2", "a%5B-3%5D=1&a%5B0%5D=2"), ("a[05]=1&a[]=2", "a%5B05%5D=1&a%5B0%5D=2"),
    ("a[9223372036854775807]=1&a[]=2", "a%5B9223372036854775807%5D=1"),
    ("a[b][c]=1&a[b][d]=2", "a%5Bb%5D%5Bc%5D=1&a%5Bb%5D%5Bd%5D=2"), ("a[b]=1&a[b][c]=2", "a%5Bb%5D%5Bc%5D=2"),
    ("a[b][c]=1&a[b]=2", "a%5Bb%5D=2"), ("a=1&a[b]=2", "a%5Bb%5D=2"),
    ("a[][x]=1&a[][x]=2", "a%5B0%5D%5Bx%5D=1&a%5B1%5D%5Bx%5D=2"),
    ("a.b=1&a b=2", "a_b=2"), ("a.b[c.d]=1", "a_b%5Bc.d%5D=1"), ("%20%20a=1", "a=1"), ("a[b=1", "a_b=1"),
    ("a[b.c[d=1", "a_b_c_d=1"), ("a[b][c=1", "a%5Bb%5D=1"), ("a[b]c=1", "a%5Bb%5D=1"), ("a[b]c[d]=1", "a%5Bb%5D=1"),
    ("a]=1", "a%5D=1"), ("a[[b]=1", "a%5B%5Bb%5D=1"), ("a[ ]=1", "a%5B0%5D=1"), ("a[ b]=1", "a%5B%20b%5D=1"),
    ("a%00b=1", "a=1"), ("a=1%002", "a=1%002"), ("a%5Bb%5D=1", "a%5Bb%5D=1"), ("é=ü", "%C3%A9=%C3%BC"),
    ("a=%FF", "a=%EF%BF%BD"), ("a=/,:~*", "a=%2F%2C%3A~%2A"),
  ])
  func phpReadsIt(raw: String, expected: String) {
    #expect(QueryTree(parsing: raw).encoded(.symfony) == expected)
  }

  @Test func deepAndWideQueriesAreCutAsInPHP() {
    let deep = "x=1&a" + String(repeating: "[b]", count: 64) + "=1"
    #expect(QueryTree(parsing: deep)["a"] != nil)
    let deeper = "x=1&a[c]=1&a" + String(repeating: "[b]", count: 65) + "=1"
    #expect(QueryTree(parsing: deeper).members.map(\.name) == ["x"])
    let wide = (0..<1500).map { "v\($0)=1" }.joined(separator: "&")
    #expect(QueryTree(parsing: wide).members.count == 1000)
  }

  @Test func namesAreComparedByteForByte() {
    let tree = QueryTree(parsing: "%C3%A9=1&e%CC%81=2")
    #expect(tree.members.count == 2)
    #expect(tree["e\u{301}"]?.text == "2")
  }

  /// Raw query, `self`, `via`, and pager for offset 10, limit 5.
  @Test(arguments: [
    (
      "sort=a&page[limit]=5&include=b", "include=b&page%5Blimit%5D=5&sort=a", "include=b&page%5Blimit%5D=5&sort=a",
      "sort=a&page%5Boffset%5D=10&page%5Blimit%5D=5&include=b"
    ),
    ("x.y=a/b", "x_y=a/b", "x.y=a%2Fb", "x_y=a/b&page%5Boffset%5D=10&page%5Blimit%5D=5"),
    (
      "b[z]=1&b[a]=2&a[]=3", "a%5B0%5D=3&b%5Bz%5D=1&b%5Ba%5D=2", "a%5B0%5D=3&b%5Bz%5D=1&b%5Ba%5D=2",
      "b%5Bz%5D=1&b%5Ba%5D=2&a%5B0%5D=3&page%5Boffset%5D=10&page%5Blimit%5D=5"
    ),
    ("10=a&9=b&B=c", "9=b&10=a&B=c", "9=b&10=a&B=c", "0=a&1=b&B=c&page%5Boffset%5D=10&page%5Blimit%5D=5"),
    ("", "", "", "page%5Boffset%5D=10&page%5Blimit%5D=5"),
    ("include", "include=", "include=", "include=&page%5Boffset%5D=10&page%5Blimit%5D=5"),
  ])
  func linksRepeatIt(raw: String, selfQuery: String, via: String, pager: String) {
    let query = QueryString(parsing: raw)
    #expect(query.selfQuery == selfQuery)
    #expect(query.uriQuery == via)
    #expect(query.pagerQuery(offset: "10", limit: "5") == pager)
  }

  @Test func requestURIsSplitAtTheFirstQuestionMark() {
    let request = RequestURI(base: "https://h:8", target: "/jsonapi/a%20b?x?=1")
    #expect(request.path == "/jsonapi/a%20b")
    #expect(request.via == "https://h:8/jsonapi/a%20b?x%3F=1")
    #expect(RequestURI(base: "https://h", target: "/p?").selfLink == "https://h/p")
  }

  @Test(arguments: [
    ("node--topic", "node", "topic"), ("user--user", "user", "user"),
    ("group_content--open_group-group_node-event", "group_content", "open_group-group_node-event"),
    ("a--b--c", "a", "b--c"), ("topics", "topics", "topics"), ("", "", ""),
  ])
  func typeNamesSplitAtTheFirstDoubleHyphen(raw: String, entityType: String, bundle: String) {
    let name = ResourceTypeName(raw)
    #expect(name.entityType == entityType)
    #expect(name.bundle == bundle)
    #expect("\(name)" == raw)
  }
}
