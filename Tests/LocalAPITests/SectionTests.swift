import HTTPTypes
import JSONAPI
import Support
import Testing

@testable import LocalAPI

/// Which section has which path, and what sections answer where nothing stands.
@Suite struct SectionTests {
  private static let id = "a0000000-0000-4000-8000-000000000001"
  private static let topics = "/jsonapi/node/topic"

  private static let table: [(path: String, route: Route)] = [
    ("/jsonapi", .description(.entryPoint)), ("/JSONAPI", .description(.entryPoint)),
    (topics, .resource(.collection(topics))),
    ("\(topics)/\(id)", .resource(.individual(collection: topics, id: id))),
    ("\(topics)/\(id)/uid", .resource(.related(collection: topics, id: id, field: "uid"))),
    ("\(topics)/\(id)/relationships/uid", .resource(.relationship(collection: topics, id: id, field: "uid"))),
    ("\(topics)/", .moved(topics)), ("//oauth/token", .moved("/oauth/token")),
    ("/oauth/token", .signingIn(.token)), ("/oauth/jwks", .signingIn(.keys)),
    ("/OAuth/UserInfo", .signingIn(.userInfo)), ("/OAuth/Authorize", .signingIn(.authorize)),
    ("/oauth/authorize/x", .file(.content)), ("/oauth", .file(.content)), ("/.well-known/x", .file(.content)),
    ("/openapi/jsonapi", .description(.document)), ("/openapi/", .file(.content)), ("/openapi/rest", .file(.content)),
    ("/Admin/config/opensocial/social-json-api", .description(.overview)),
    ("/admin/config/services/openapi/redoc/jsonapi", .description(.page)), ("/admin/config", .file(.content)),
    ("/mirror/openapi.json", .own(.description)), ("/Mirror/Search", .own(.search)),
    ("/Mirror/Changes", .own(.changes)),
    ("/mirror/", .own(.nothing)), ("/mirror/nowhere", .own(.nothing)), ("/Mirror/nowhere", .own(.nothing)),
    ("/mirror", .file(.content)), ("/mirrors/x", .file(.content)), ("/", .file(.content)),
    ("/sites/default/files/a.png", .file(.content)), ("\(topics)//x", .file(.content)),
  ]

  @Test func everyPathHasItsSection() {
    for row in Self.table { #expect(Route(row.path) == row.route, "\(row.path)") }
  }

  /// A route of the mirror's own that no path leads to would never be answered.
  @Test func everyRouteOfOursHasAPath() {
    for route in OwnRoute.allCases {
      #expect(Route("/mirror/\(route.rawValue)") == .own(route))
      #expect(route.rawValue == route.rawValue.loweredASCII, "paths are compared in lower case")
    }
  }

  /// At the site's own place, and at the root of its host.
  @Test func everyRouteOfSigningInHasItsPath() {
    let paths = SitePaths(place: "/Community")
    for route in SigningInRoute.allCases {
      #expect(Route(route.rawValue) == .signingIn(route))
      #expect(Route(route.rawValue, paths) == .signingIn(route))
      #expect(Route("/community" + route.rawValue, paths) == .signingIn(route))
    }
    #expect(
      Route("/.well-known/oauth-authorization-server/community", paths) == .signingIn(.authorizationServer),
      "RFC 8414 section 3.1")
    #expect(Route("/.well-known/oauth-authorization-server/community") == .file(.content))
  }

  /// Reads of other paths are answered at once.
  @Test(
    arguments: [
      ("/oauth/authorize", true), ("/oauth/authorize?a=/b", true), ("/Community/oauth/authorize?x", true),
      ("/OAuth/authorize", false), ("/oauth/authorize/", false), ("/oauth/authorizer", false), ("/", false),
      ("", false),
      ("/mirror/changes", true), ("/mirror/changes?since=1", true), ("/Community/mirror/changes", true),
      ("/mirror/changes/", false), ("/mirror/exchanges", false), ("/mirror/change", false), ("s", false),
      ("oauth/authorize", false), ("/jsonapi/node/topic?x=/oauth/authorize", false), ("/jsonapi/node/topic", false),
    ]) func anAwaitedReadIsKnownByTheEndOfItsPath(target: String, mayBe: Bool)
  {
    let head = RequestHead(HTTPRequest(method: .get, scheme: "http", authority: "h", path: target))
    #expect(AwaitedRead.mayBe(head) == mayBe)
    let options = RequestHead(HTTPRequest(method: .options, scheme: "http", authority: "h", path: target))
    #expect(!AwaitedRead.mayBe(options))
  }

  /// What only looks like a page is answered as any other read.
  @Test func whatLooksLikeAPageIsNone() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    for target in ["/x/oauth/authorize", "/jsonapi/node/oauth/authorize", "/jsonapi/oauth/authorize"] {
      for method in ["GET", "HEAD"] { #expect(await api.answer(method, target).status == 404, "\(method) \(target)") }
    }
  }

  /// The same of what tells of the API; the entry point is where the site's API is.
  @Test func everyRouteThatTellsOfTheAPIHasAPath() {
    for route in DescriptionRoute.allCases where route != .entryPoint {
      #expect(Route(route.rawValue) == .description(route))
      #expect(Route("/community\(route.rawValue)", SitePaths(place: "/community")) == .description(route))
      #expect(route.rawValue == route.rawValue.loweredASCII, "paths are compared in lower case")
    }
  }

  /// A site whose API is where the mirror's own routes would be keeps its paths.
  @Test func theSitesPathsComeFirst() {
    let paths = SitePaths(place: "/mirror", api: "/jsonapi")
    #expect(Route("/mirror/jsonapi", paths) == .description(.entryPoint))
    #expect(Route("/mirror/jsonapi/node/topic", paths) == .resource(.collection(Self.topics)))
    #expect(Route("/mirror/mirror/", paths) == .own(.nothing))
  }

  @Test func whereNothingStandsIsAPage() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    let asked = [
      ("GET", "/mirror/", 404), ("HEAD", "/mirror/nowhere", 404), ("OPTIONS", "/mirror/nowhere", 404),
      ("POST", "/mirror/nowhere", 404), ("GET", "/nowhere", 404), ("DELETE", "/nowhere", 404),
      ("GET", "/oauth/token", 405), ("PUT", "/oauth/token", 405), ("PUT", "/oauth/jwks", 405),
      ("DELETE", "/oauth/userinfo", 405), ("GET", "/oauth/revoke", 405), ("GET", "/oauth/introspect", 405),
      ("PUT", "/oauth/authorize", 405), ("POST", "/oauth/debug", 405),
      ("POST", "/.well-known/openid-configuration", 405),
      ("GET", "/oauth/debug", 406),
    ]
    for (method, target, status) in asked {
      let answer = await api.answer(method, target)
      #expect(answer.status == status, "\(method) \(target)")
      #expect(answer.fields["content-type"] == "text/html; charset=UTF-8", "\(method) \(target)")
    }
  }

  /// The entry point can only be read.
  @Test func theEntryPointTellsItsMethods() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    let options = await api.answer("OPTIONS", "/jsonapi")
    #expect(options.status == 200 && options.fields["allow"] == "GET")
    let refused = await api.answer("POST", "/jsonapi")
    #expect(refused.status == 405 && refused.fields["content-type"] == "application/vnd.api+json")
  }
}
