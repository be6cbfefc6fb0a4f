import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Requests at the edges of the routes, asked of a mirror of the recorded crawl.
@Suite struct EdgeTests {
  struct Case: Sendable {
    var method = "GET"
    var target: String
    var status: Int
    /// What the body holds.
    var text = ""
    var allow: String?
    var isPage = false
  }

  /// `T` stands for a topic, `F` for a file, `E` for an enrollment.
  static let cases: [Case] = [
    // A resource that is not there comes before a bad query, a route that is not there before both.
    Case(target: "/jsonapi/node/topic/00000000-0000-4000-8000-000000000000?foo=1", status: 404, text: "not converted"),
    Case(target: "/jsonapi/node/topic/x?_format=json", status: 406, text: "No route found for the specified format"),
    Case(target: "/jsonapi/node/nope?foo=1", status: 404, isPage: true),
    Case(target: "T?foo=1", status: 400, text: "violate the JSON:API spec"),
    Case(target: "T/nope?foo=1", status: 405, text: "Method Not Allowed", allow: "POST"),
    // Parts that should be a UUID.
    Case(target: "/jsonapi/node/topic/x", status: 404, text: "node--topic.individual"),
    Case(target: "/jsonapi/node/topic/x/uid", status: 404, text: "node--topic.uid.related"),
    Case(target: "/jsonapi/node/topic/x/relationships/uid", status: 404, text: "node--topic.uid.relationship.get"),
    Case(target: "/jsonapi/node/topic/x/y/z", status: 404, isPage: true),
    Case(target: "T/relationships/nope", status: 404, isPage: true),
    Case(target: "F", status: 200), Case(target: "E", status: 200),
    // Upload routes take any name, where resources have files.
    Case(target: "T/node_type", status: 405, text: #"GET http:\/\/localhost\/jsonapi\/node\/topic\/"#, allow: "POST"),
    Case(method: "HEAD", target: "T/node_type", status: 405, allow: "POST"),
    Case(target: "E/nope", status: 404, isPage: true),
    // Versions.
    Case(target: "T?resourceVersion=rel:latest-version", status: 200),
    Case(target: "T?resourceVersion=rel%3Aworking-copy", status: 200),
    Case(target: "T?resourceVersion=id:999999", status: 404, text: "identified by `id:999999`, could not be found"),
    Case(target: "T/uid?resourceVersion=id:999999", status: 404, text: "could not be found"),
    Case(target: "T/relationships/uid?resourceVersion=rel:nope", status: 400, text: "An invalid resource version"),
    Case(target: "T?resourceVersion=", status: 400, text: "invalid format: ``"),
    Case(target: "T?resourceVersion%5B%5D=id:1", status: 400, text: "non-scalar"),
    Case(target: "F?resourceVersion=nonsense", status: 501, text: "not yet supported for this resource type"),
    Case(target: "/jsonapi/file/file?resourceVersion=rel:latest-version", status: 501, text: "not yet supported"),
    Case(target: "/jsonapi/node/topic?resourceVersion=foo:bar", status: 400, text: "Collection resources only support"),
    Case(
      target: "/jsonapi/node/topic?resourceVersion=rel:working-copy&filter%5Bstatus%5D=1", status: 501,
      text: "does not support filtering on revisions"),
    // Slashes, case, percent-encoding, absolute-form, length.
    Case(target: "/jsonapi/node/topic//?sort=nid&a-b=1", status: 302, text: "/jsonapi/node/topic/?a-b=1&amp;sort=nid'"),
    Case(target: "//jsonapi/node/topic", status: 302), Case(target: "/jsonapi/node//nope", status: 302),
    Case(method: "POST", target: "//nowhere", status: 302), Case(target: "/index.php//jsonapi", status: 302),
    Case(target: "/jsonapi/node/topic/?sort=nid&a-b=1", status: 301, text: "/jsonapi/node/topic?sort=nid&amp;a-b=1'"),
    Case(target: "/jsonapi/node/topic?", status: 301), Case(target: "T?", status: 301),
    Case(target: "/jsonapi/?", status: 301),
    Case(target: "/jsonapi/node/topic?&", status: 200),
    Case(target: "/index.php/jsonapi", status: 301, text: "/jsonapi'"),
    Case(target: "/index.php/jsonapi/node/topic?foo=1", status: 301, text: "/jsonapi/node/topic?foo=1'"),
    Case(target: "/index.php/jsonapi/node/nope", status: 404, isPage: true),
    Case(target: "/oauth/USERINFO", status: 301),
    Case(target: "/jsonapi/node/nope/", status: 404, isPage: true), Case(target: "/JSONAPI/Node/TOPIC", status: 301),
    Case(target: "T/Uid", status: 301, text: "/uid'"), Case(target: "T/relationships/UID/", status: 301),
    Case(target: "/JSONAPI/node/topic?_format=json", status: 406),
    Case(target: "/jsonapi/node/topic?_format=", status: 400),
    Case(target: "/JSONAPI/node/topic/00000000-0000-0000-0000-000000000000", status: 404, text: "was not converted"),
    Case(target: "/jsonapi/node/topic?_format=html", status: 406, isPage: true),
    Case(
      target: "/jsonapi/node/topic?filter%5Buuid%5D=1", status: 400, text: "The field `uuid`, given in the path `uuid`"),
    Case(
      target: "/jsonapi/node/topic?filter%5Buid.pass%5D=1", status: 403,
      text: "given in the path `uid.entity:user.pass`"),
    Case(
      target: "/jsonapi/node/topic?filter%5Buid.entity:node.title%5D=1", status: 400,
      text: "The field `title`, given in the path `uid.entity:node.title`"),
    Case(target: "/jsonapi/%6eode/topic", status: 200), Case(target: "/jsonapi/node%2Ftopic", status: 200),
    Case(target: "/jsonapi/node/topic%00", status: 400, isPage: true),
    Case(target: "/jsonapi/node/topic%zz", status: 400, isPage: true), Case(target: "/jsonapi#x", status: 200),
    Case(target: "/jsonapi/node/t%FFpic", status: 404, isPage: true),
    Case(target: "http://elsewhere.example/jsonapi", status: 200), Case(target: "*", status: 404, isPage: true),
    Case(target: "/jsonapi/node/topic?a-b=" + String(repeating: "x", count: 40_000), status: 414, isPage: true),
    // Methods.
    Case(method: "OPTIONS", target: "T", status: 200, allow: "POST, GET, DELETE, PATCH"),
    Case(method: "OPTIONS", target: "E", status: 200, allow: "GET, DELETE, PATCH"),
    Case(method: "OPTIONS", target: "T/uid", status: 200, allow: "GET, POST"),
    Case(method: "OPTIONS", target: "E/user_id", status: 200, allow: "GET"),
    Case(method: "OPTIONS", target: "T/nope", status: 200, allow: "POST"),
    Case(method: "OPTIONS", target: "E/nope", status: 404, isPage: true),
    Case(method: "OPTIONS", target: "T/relationships/uid", status: 200, allow: "DELETE, GET, PATCH, POST"),
    Case(method: "OPTIONS", target: "T/relationships/nope", status: 404, isPage: true),
    Case(method: "OPTIONS", target: "/jsonapi/node/nope", status: 404, isPage: true),
    Case(method: "PUT", target: "/jsonapi/node/nope", status: 404, isPage: true),
    Case(method: "POST", target: "/jsonapi", status: 405, allow: "GET, HEAD"),
    Case(method: "TRACE", target: "T", status: 405, allow: "POST, GET, DELETE, PATCH", isPage: true),
    Case(method: "TRACE", target: "/jsonapi/node/nope", status: 405, allow: "OPTIONS", isPage: true),
    Case(method: "TRACE", target: "/oauth/token", status: 405, allow: "POST", isPage: true),
    Case(method: "OPTIONS", target: "/oauth/token", status: 200, allow: "POST"),
    Case(method: "OPTIONS", target: "/oauth/userinfo", status: 200, allow: "GET, POST"),
    Case(method: "PUT", target: "/oauth/userinfo", status: 405, allow: "GET, POST, HEAD"),
    Case(method: "PURGE", target: "T", status: 405, allow: "POST, GET, HEAD, DELETE, PATCH"),
    Case(method: "PUT", target: "T/uid", status: 405, allow: "GET, HEAD, POST"),
    Case(method: "PUT", target: "T/relationships/uid", status: 405, allow: "DELETE, GET, HEAD, PATCH, POST"),
    // One parameter after the other, and paths before anything else of the filter; rows before include and fields.
    Case(target: "/jsonapi/node/topic?sort=&filter%5Bnope%5D=1", status: 400, text: "field `nope`"),
    Case(
      target: "/jsonapi/node/topic?filter%5Ba%5D%5Boperator%5D=LIKE&filter%5Ba%5D%5Bvalue%5D=1&filter%5Bnope%5D=1",
      status: 400, text: "field `a`"),
    Case(
      target:
        "/jsonapi/node/topic?filter%5Bk%5D%5Bcondition%5D%5Bpath%5D=nope&filter%5Bk%5D%5Bcondition%5D%5Boperator%5D=LIKE",
      status: 400, text: "field `nope`"),
    Case(target: "/jsonapi/node/topic?page=1&sort=", status: 400, text: "value for the sort parameter"),
    Case(target: "/jsonapi/node/topic?page=1&sort=nope", status: 400, text: #"\u0022page\u0022"#),
    Case(target: "/jsonapi/node/topic?fields=1&include%5B%5D=1&sort=nope", status: 400, text: "field `nope`"),
    Case(target: "/jsonapi/node/topic?fields=1&include=nope", status: 400, text: "`nope` is not a valid relationship"),
    Case(target: "/jsonapi/node/topic?fields=1&include%5B%5D=uid", status: 400, text: "non-scalar"),
    Case(target: "/jsonapi/node/topic?filter%5Bnid%5D=-1&include=nope", status: 200, text: #""data":[]"#),
    Case(target: "T?fields=1&include=nope", status: 400, text: "`nope` is not a valid relationship"),
    // Include paths are looked up in all types that a relationship may lead to.
    Case(target: "/jsonapi/comment/comment?include=entity_id.field_event_image", status: 200),
    Case(target: "T?include=uid.nope", status: 400, text: "`uid.nope` is not a valid include path. `nope` is not"),
    Case(target: "T?include=uid.", status: 400, text: "`uid.` is not a valid include path. Empty include path."),
    Case(target: "T?include=,uid", status: 400, text: #""detail":"Empty include path.""#),
    Case(
      target: "T?include=node_type.uid", status: 400,
      text: #"`node_type.uid` is not a valid include path. `uid` is not a valid relationship field name.""#),
    // Described as an object, empty in all users.
    Case(target: "/jsonapi/user/user?filter%5Bpreferred_admin_langcode%5D=en", status: 200, text: #""data":[]"#),
    // Names of the site's own code, and of its database.
    Case(target: "/jsonapi/node/topic?filter%5Bnid%5D=1&sort=type.meta", status: 200),
    Case(target: "/jsonapi/node/topic?sort=uuid", status: 400, text: "The field `uuid`, given in the path `uuid`"),
    Case(
      target: "/jsonapi/node/topic?filter%5Buid.target_id%5D=1", status: 400,
      text: "The field `target_id`, given in the path `uid.target_id`, does not exist."),
    Case(
      target: "/jsonapi/node/topic?filter%5Btype%5D=1", status: 400,
      text: "The field `type`, given in the path `type` is"),
    Case(
      target: "/jsonapi/comment/comment?filter%5Bhostname%5D=1", status: 403, text: "filter by the `hostname` field"),
    Case(
      target: "/jsonapi/taxonomy_term/interests?filter%5Bparent.meta.drupal_internal__target_id%5D=0", status: 200,
      text: #""data":[{"#),
    Case(target: "/jsonapi/taxonomy_term/interests?filter%5Bparent.id%5D=virtual", status: 200, text: #""data":[]"#),
    // Configuration is found out of only when the query is carried out: paths of a sort come before.
    Case(target: "/jsonapi/node/topic?filter%5Bnode_type.id%5D=1&sort=nope", status: 400, text: "field `nope`"),
    Case(target: "/jsonapi/node/topic?filter%5Bnode_type.nope%5D=1", status: 400, text: "field `nope`"),
    Case(
      target: "/jsonapi/node/topic?filter%5Bnode_type.id%5D=1", status: 400,
      text: "You tried to filter on a Content type config entity."),
  ]

  @Test func answers() async throws {
    let api = try await InProcessLocalAPI(.full())
    let crawl = try RecordedCrawl.resources()
    func path(_ type: String) throws -> String {
      let id = try #require(crawl.keys.filter { $0.hasPrefix("\(type)/") }.min()).dropFirst(type.count + 1)
      return "/jsonapi/\(type.replacing("--", with: "/"))/\(id)"
    }
    let paths = [
      "T": try path("node--topic"), "F": try path("file--file"), "E": try path("event_enrollment--event_enrollment"),
    ]
    for test in Self.cases {
      let start = paths[String(test.target.prefix(1))]
      let target = start.map { $0 + test.target.dropFirst() } ?? test.target
      let answer = await api.answer(test.method, target)
      let text = String(decoding: answer.body, as: UTF8.self)
      let name = "\(test.method) \(target.prefix(120)): \(answer.status) \(text.prefix(200))"
      #expect(
        answer.status == test.status && text.contains(test.text) && answer.fields["allow"] == test.allow, "\(name)")
      if test.isPage { #expect(answer.fields["content-type"] == "text/html; charset=UTF-8", "\(name)") }
      if test.method == "HEAD" { #expect(answer.body.isEmpty, "\(name)") }
    }
  }

  @Test func theEntryPointIsAsOldAsTheOldestType() async throws {
    let made = try CrawledMirror.full()
    try made.mirror.pulling.save(.init(changed: 1, internalID: 1, knownUntil: 1_700_000_000), of: "file--file")
    let api = try await InProcessLocalAPI(made)
    let old = RFC3339.text(unixSeconds: 1_700_000_000)
    let new = RFC3339.text(unixSeconds: CrawledMirror.knownUntil)
    #expect(await api.answer("GET", "/jsonapi").fields["mirror-as-of"] == old)
    #expect(await api.answer("GET", "/jsonapi", ["Authorization": nil]).fields["mirror-as-of"] == old)
    #expect(await api.answer("GET", "/jsonapi/node/topic").fields["mirror-as-of"] == new)
    #expect(await api.answer("GET", "/jsonapi/file/file").fields["mirror-as-of"] == old)
    // An answer is as old as the oldest of what it shows.
    let shown = await api.answer("GET", "/jsonapi/node/topic?include=field_topic_image")
    #expect(shown.fields["mirror-as-of"] == old && shown.fields["mirror-pending"] == "0")
    let missing = await api.answer("GET", "/jsonapi/node/topic/00000000-0000-4000-8000-000000000000")
    #expect(missing.status == 404 && missing.fields["mirror-as-of"] == new)
  }
}
