import HTTPTypes
import JSONAPI
import NIOCore
import OpenSocial
import Store
import Support
import Testing
import TokenIssuer

@testable import LocalAPI

/// `GET /mirror/search`: resources by the words in them.
@Suite struct SearchRouteTests {
  private static func indexed(_ made: CrawledMirror) throws -> CrawledMirror {
    while try made.mirror.searching.step() {}
    return made
  }

  private static func words(_ text: String) -> String { "/mirror/search?q=\(PercentCoding.encoded(text))" }

  @Test func resourcesComeWithSnippets() async throws {
    let api = try await InProcessLocalAPI(Self.indexed(.full()))
    let answer = await api.answer("GET", Self.words("garden riv*") + "&type=node,comment--comment&page%5Blimit%5D=3")
    #expect(answer.status == 200, "\(answer)")
    let document = try JSON(parsing: answer.body)
    let data = document["data"]?.array ?? []
    #expect(data.count == 3 && document["meta"] == nil)
    for resource in data {
      let type = resource["type"]?.string ?? ""
      #expect(type.hasPrefix("node--") || type == "comment--comment")
      #expect(resource["attributes"]?.object?.members.isEmpty == false && resource["links"]?["self"] != nil)
      let html = resource["meta"]?["snippet_html"]?.string ?? ""
      #expect(html.contains("<mark>") && !html.contains("<p>"))
      #expect(resource["meta"]?["snippet"]?.string?.isEmpty == false)
      // But for the snippet it is as anywhere else.
      let place = resource["links"]?["self"]?["href"]?.string ?? ""
      #expect(place.contains("/jsonapi/"))
    }
    // Page by page, each once, and the same as all at once.
    let all = try await ids(api, Self.words("garden riv*") + "&type=node,comment--comment&page%5Blimit%5D=50")
    var seen: [String] = []
    var next: String? = Self.words("garden riv*") + "&type=node,comment--comment&page%5Blimit%5D=3"
    while let target = next, seen.count < 50 {
      let page = try JSON(parsing: await api.answer("GET", target).body)
      seen += page["data"]?.array?.compactMap { $0["id"]?.string } ?? []
      #expect((page["links"]?["prev"] == nil) == (seen.count <= 3))
      next = page["links"]?["next"]?["href"]?.string.map { String($0.dropFirst("http://localhost".count)) }
    }
    #expect(seen.count > 3 && Array(seen.prefix(all.count)) == all)
    // Sparse fieldsets hold.
    let sparse = await api.answer("GET", Self.words("budget") + "&type=node--topic&fields%5Bnode--topic%5D=title")
    let first = try JSON(parsing: sparse.body)["data"]?.array?.first
    #expect(first?["attributes"]?.object?.names == ["title"] && first?["meta"]?["snippet"] != nil)
  }

  private func ids(_ api: InProcessLocalAPI, _ target: String) async throws -> [String] {
    try JSON(parsing: await api.answer("GET", target).body)["data"]?.array?.compactMap { $0["id"]?.string } ?? []
  }

  @Test func tagsFollowWhatIsFound() async throws {
    let api = try await InProcessLocalAPI(Self.indexed(.full()))
    let first = await api.answer("GET", Self.words("budget"))
    let tag = try #require(first.fields["etag"])
    #expect(await api.answer("GET", Self.words("budget"), ["If-None-Match": tag]).status == 304)
    #expect(await api.answer("HEAD", Self.words("budget")).status == 200)
    #expect(await api.answer("OPTIONS", "/mirror/search").status == 200)
    #expect(await api.answer("POST", Self.words("budget"), body: Array("{}".utf8)).status == 405)
    #expect(await api.answer("GET", "/mirror/search?q=budget", ["Authorization": nil]).status == 401)
    #expect(await api.answer("GET", "/Mirror/Search?q=budget").status == 301)
  }

  /// What is not in the index yet is said to be missing.
  @Test func anIndexThatIsBehindSaysSo() async throws {
    let api = try await InProcessLocalAPI(.full())
    let answer = try JSON(parsing: await api.answer("GET", Self.words("budget")).body)
    #expect(answer["data"]?.array?.isEmpty == true && answer["meta"]?["indexing"]?.bool == true)
  }

  static let refused = [
    "q=", "q=%20", "q[]=a", "q[a]=b", "q=*", "q=%22%22", "q=a*", "q=x&type=nowhere", "q=x&type=node--",
    "q=x&type[]=node",
    "q=x&page=3", "q=x&page[limit]=-1", "q=x&page[offset]=-1", "q=x&fields=a",
    "q=\(String(repeating: "word ", count: 300))",
    "q=%00", "q=\(String(repeating: "a", count: 1_001))",
  ]

  @Test func whatCannotBeLookedForIsRefused() async throws {
    let api = try await InProcessLocalAPI(Self.indexed(.full()))
    for query in Self.refused {
      let query = query.replacing(" ", with: "%20").replacing("[", with: "%5B").replacing("]", with: "%5D")
      let answer = await api.answer("GET", "/mirror/search?\(query)")
      #expect(answer.status == 400, "\(query): \(answer)")
      #expect(try JSON(parsing: answer.body)["errors"]?.array?.first?["detail"]?.string?.isEmpty == false)
    }
  }

  /// Nothing that a client writes is an expression of FTS5.
  @Test func noTextIsAnExpression() async throws {
    let api = try await InProcessLocalAPI(Self.indexed(.full()))
    let texts = [
      #""budget"#, #"budget" OR "x"#, "NEAR(budget meeting, 2)", "title : budget", "{title text_1} : budget", "-budget",
      "budget AND", "OR", "NOT budget", "(budget", "budget)", "^budget", "budget + meeting", "budget * *",
      "'; DROP TABLE x --",
      "search_index", "rank", "b\0udget", "\u{2}budget\u{3}", "\u{E000}", "😀 budget", "\u{301}budget", "a\u{200B}b",
      "budget\u{10FFFD}", String(repeating: "\"", count: 400) + "budget", "col:\"x\"*",
    ]
    for text in texts {
      let answer = await api.answer("GET", Self.words(text))
      #expect(answer.status == 200 || answer.status == 400, "\(text): \(answer)")
      #expect(try JSON(parsing: answer.body)["errors"] != nil || answer.status == 200)
    }
    #expect(await api.answer("GET", "/mirror/search?q=" + String(repeating: "%22", count: 33_000)).status >= 400)
  }

  /// A word of what is left out finds nothing, and the same is found in a mirror that does not have it.
  @Test func sightsHold() throws {
    let desks = try [true, false].map { SightDesk(try Self.indexed(SightTwins.mirror(isWhole: $0))) }
    let words = [
      "Delta", "Bravo", "Charlie", "Echo", "Golf", "Anna", "Bob", "Cara", "note", "note*", "red", "f31", "f32", "png",
      "ch*", "delta note", "example", "de* alfa",
    ]
    for word in words {
      let texts = try desks.map { try $0.text(Self.words(word)) }
      #expect(texts[0] == texts[1], "\(word)")
      #expect(texts[0].hasPrefix("200"), "\(word)")
      for hidden in ["Charlie", "Echo", "Golf", "note ", "anna@", "\"red"] {
        #expect(!texts[0].replacing("q=\(word)", with: "").contains(hidden), "\(word): \(hidden)")
      }
    }
    func count(_ word: String, as token: AccessToken) throws -> Int? {
      let answer = try #require(try desks[0].ask(Self.words(word), as: token))
      return try JSON(parsing: Array(answer.body.readableBytesView))["data"]?.array?.count
    }
    let everything = SightTwins.token(sights: [])
    #expect(try count("charlie", as: everything) == 1 && count("charlie", as: SightTwins.token()) == 0)
    #expect(try count("note", as: everything) == 7 && count("note", as: SightTwins.token()) == 0)
    #expect(try count("delta", as: SightTwins.token()) == 1)
    // Scopes of types are as sights.
    #expect(try count("anna", as: SightTwins.token(sights: [], scopes: ["read:node"])) == 0)
    #expect(try count("delta", as: SightTwins.token(sights: [], scopes: ["read:node"])) == 1)
    // A type that is left out is as one that there is not.
    let place = Self.words("red") + "&type=taxonomy_term"
    #expect(try desks[0].ask(place)?.status == 400 && desks[0].ask(place, as: everything)?.status == 200)
  }

  @Test func snippetsJoinWhatTheSiteHasInMeta() {
    let snippet = SearchSnippet(marked: "a <b> \u{2}c\u{3}")
    let own =
      ##""snippet":"a \u003Cb\u003E c","snippet_html":"a \u0026lt;b\u0026gt; \u003Cmark\u003Ec\u003C\/mark\u003E""##
    for (before, after) in [
      (#"{"id":"x"}"#, #"{"id":"x","meta":{\#(own)}}"#),
      (#"{"meta":{"a":1},"id":"x"}"#, #"{"meta":{"a":1,\#(own)},"id":"x"}"#),
      (#"{"meta":{}}"#, #"{"meta":{\#(own)}}"#), (#"{"meta":null}"#, #"{"meta":{\#(own)}}"#),
    ] {
      var bytes = Array(before.utf8)
      SearchAnswers.add(snippet, to: &bytes)
      #expect(String(decoding: bytes, as: UTF8.self) == after)
    }
  }
}
