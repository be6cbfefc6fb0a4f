import JSONAPI
import LocalAPI
import OpenSocial
import Support
import Testing

@Suite struct ReadRouteTests {
  /// From the entry point on, link by link: every recorded resource, exactly as recorded, on this server's own host.
  @Test func followingLinksGivesEverything() async throws {
    try await RunningLocalAPI.serving(CrawledMirror.full()) { api in
      let signedIn = try await api.signedIn()
      var expected: [String: String] = [:]
      for (name, resource) in try RecordedCrawl.resources() {
        expected[name] = resource.text(.site).replacing("{{BASE}}", with: api.base.replacing("/", with: #"\/"#))
      }
      let entry = try await api.send("GET", "/jsonapi", signedIn).document
      let links = (entry["links"]?.object?.members ?? []).filter { $0.name != "self" }
      #expect(links.count == 28)
      var seen: Set<String> = []
      for link in links {
        var next = link.value["href"]?.string
        while let href = next {
          #expect(href.hasPrefix(api.base + "/jsonapi/"))
          let answer = try await api.send("GET", String(href.dropFirst(api.base.count)), signedIn)
          #expect(
            answer.status == 200 && answer.fields["mirror-as-of"] == RFC3339.text(unixSeconds: CrawledMirror.knownUntil)
          )
          let page = try answer.document
          for resource in page["data"]?.array ?? [] {
            let name = "\(resource["type"]?.string ?? "")/\(resource["id"]?.string ?? "")"
            #expect(seen.insert(name).inserted && resource.text(.site) == expected[name])
          }
          next = page["links"]?["next"]?["href"]?.string
        }
      }
      #expect(seen == Set(expected.keys))
    }
  }

  /// A relationship that documents do not show is linked all the same, whatever the id holds.
  @Test func linksOfOddIDsAreLinks() async throws {
    let api = try await InProcessLocalAPI(.full())
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: try CrawledMirror.paths())
    let text =
      #"{"data":[{"type":"node--topic","id":"a b 50%","attributes":{"drupal_internal__nid":900001,"title":"T","changed":"2024-01-20T17:08:00+00:00"},"relationships":{}}]}"#
    _ = try api.made.apply([("node--topic", scanner.page(Array(text.utf8)))])
    let answer = await api.answer("GET", "/jsonapi/node/topic/a%20b%2050%25/relationships/uid")
    let related = try JSON(parsing: answer.body)["links"]?["related"]?["href"]?.string
    #expect(answer.status == 200 && related?.hasSuffix("/jsonapi/node/topic/a%20b%2050%25/uid") == true, "\(answer)")
  }

  /// A type may be called anything (jsonapi_extras); its collection stands where the site has it.
  @Test func typesWithSlashesAreServed() async throws {
    let api = try await InProcessLocalAPI(.full())
    let (name, id) = ("Groups/flex", "11111111-2222-4333-8444-555555555555")
    let paths = try CrawledMirror.paths().merging([name: "/jsonapi/Groups/flex"]) { first, _ in first }
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: paths)
    let text =
      #"{"data":[{"type":"Groups\/flex","id":"\#(id)","attributes":{"drupal_internal__id":1,"label":"L","changed":"2024-01-20T17:08:00+00:00"},"relationships":{"next":{"data":{"type":"Groups\/flex","id":"\#(id)"}}}}]}"#
    _ = try api.made.apply([(name, scanner.page(Array(text.utf8)))], paths: paths)
    let one = await api.answer("GET", "/jsonapi/groups/flex/\(id)?include=next&fields%5BGroups/flex%5D=label,next")
    let document = try JSON(parsing: one.body)
    #expect(one.status == 200 && document["data"]?["type"] == "Groups/flex", "\(one)")
    #expect(document["data"]?["relationships"]?["next"]?["data"]?["type"] == "Groups/flex")
    let all = await api.answer("GET", "/jsonapi/groups/flex?filter%5Bnext.id%5D=\(id)")
    #expect(try JSON(parsing: all.body)["data"]?.array?.compactMap { $0["id"]?.string } == [id], "\(all)")
  }

  @Test func routesBehindAResource() async throws {
    let crawl = try RecordedCrawl.resources()
    let found =
      crawl.values.filter { $0["type"] == "node--topic" }.lazy.compactMap { topic -> (JSON, JSON)? in
        let data = topic["relationships"]?["uid"]?["data"]
        return crawl["user--user/\(data?["id"]?.string ?? "")"].map { (topic, $0) }
      }.first
    let (topic, author) = try #require(found)
    let path = "/jsonapi/node/topic/\(topic["id"]?.string ?? "")"
    let empty = try #require(topic["relationships"]?.object?.members.first { $0.value["data"] == [] })
    try await RunningLocalAPI.serving(CrawledMirror.full()) { api in
      let signedIn = try await api.signedIn()
      func get(_ target: String) async throws -> JSON {
        let text = try await api.send("GET", target, signedIn).text
        return try JSON(parsing: text.replacing(api.base.replacing("/", with: #"\/"#), with: "{{BASE}}"))
      }
      #expect(try await get(path)["data"] == topic)
      #expect(try await get("\(path)/uid")["data"] == author)
      #expect(try await get("\(path)/\(empty.name)")["data"] == [])
      #expect(try await get("\(path)/relationships/uid")["data"] == topic["relationships"]?["uid"]?["data"])
      #expect(try await get("\(path)/relationships/\(empty.name)")["data"] == [])
      let included = try await get("\(path)?include=uid&fields%5Buser--user%5D=name")
      #expect(included["data"] == topic && included["included"]?.array?.count == 1)
      #expect(included["included"]?[0]?["attributes"]?.object?.names == ["name"])
      let page = try await get(
        "/jsonapi/node/topic?filter%5Buid.id%5D=\(author["id"]?.string ?? "")&sort=-drupal_internal__nid")
      let serials = page["data"]?.array?.compactMap { $0["attributes"]?["drupal_internal__nid"]?.integer } ?? []
      let mine = crawl.values.filter {
        $0["type"] == "node--topic" && $0["relationships"]?["uid"]?["data"]?["id"] == author["id"]
      }
      let expected = mine.compactMap { $0["attributes"]?["drupal_internal__nid"]?.integer }.sorted(by: >)
      #expect(!serials.isEmpty && serials == Array(expected.prefix(50)))
    }
  }

  @Test func methodsAndMistakes() async throws {
    try await RunningLocalAPI.serving(CrawledMirror.full()) { api in
      let signedIn = try await api.signedIn()
      func send(_ method: String, _ target: String, body: String = "") async throws -> RunningLocalAPI.Answer {
        try await api.send(method, target, signedIn, body: body)
      }
      let (get, head) = (try await send("GET", "/jsonapi/node/topic"), try await send("HEAD", "/jsonapi/node/topic"))
      #expect(head.status == 200 && head.body.isEmpty && head.fields["content-length"] == "\(get.body.count)")
      let options = try await send("OPTIONS", "/jsonapi/node/topic")
      #expect(options.status == 200 && options.fields["allow"] == "GET, POST")
      let put = try await send("PUT", "/jsonapi/node/topic", body: "{}")
      #expect(put.status == 405)
      #expect(try put.document["errors"]?[0]?["detail"]?.string?.contains("No route found for \"PUT") == true)
      let post = try await send("POST", "/jsonapi/node/topic", body: "{}")
      #expect(post.status == 415 && post.text.contains("Content-Type"))
      let unknown = try await send("GET", "/jsonapi/node/topic/00000000-0000-4000-8000-000000000000")
      #expect(unknown.status == 404 && unknown.fields["content-type"] == "application/vnd.api+json")
      #expect(try unknown.document["errors"]?[0]?["title"] == "Not Found")
      for path in ["/", "/jsonapi/no/such", "/nothing", "/jsonapi/node/topic/x/y/z"] {
        let page = try await send("GET", path)
        #expect(page.status == 404 && page.fields["content-type"]?.hasPrefix("text/html") == true, "\(path)")
      }
      let moved = try await send("GET", "/jsonapi/node/topic/")
      #expect(moved.status == 301 && moved.fields["location"] == "\(api.base)/jsonapi/node/topic")
      let bad = try await send("GET", "/jsonapi/node/topic?foo=1")
      #expect(
        bad.status == 400
          && bad.text.contains("The following query parameters violate the JSON:API spec: \\u0027foo\\u0027."))
      let field = try await send("GET", "/jsonapi/node/topic?sort=nope")
      #expect(field.status == 400 && field.text.contains("The field `nope`, given in the path `nope`, does not exist."))
    }
  }

  @Test func linksHaveTheHostThatWasAsked() async throws {
    try await RunningLocalAPI.serving(CrawledMirror.full()) { api in
      var fields = try await api.signedIn()
      fields["Host"] = "mirror.example.net:8443"
      let text = try await api.send("GET", "/jsonapi/node/topic?page%5Blimit%5D=2", fields).text
      #expect(
        text.contains(#"http:\/\/mirror.example.net:8443\/jsonapi\/node\/topic\/"#) && !text.contains("127.0.0.1"))
      fields["Host"] = "a\"b"
      #expect(try await api.send("GET", "/jsonapi", fields).status == 400)
    }
  }
}
