import Testing

@testable import LocalAPI

/// Paths of sites that are not at the root of their host, or whose API is elsewhere.
@Suite struct RoutePathTests {
  let id = "a0000000-0000-4000-8000-000000000001"

  @Test func aSubPathWithALanguage() {
    let paths = SitePaths(place: "/community", api: "/en/jsonapi", plainAPI: "/jsonapi", redirects: false)
    #expect(Route("/community/en/jsonapi", paths) == .description(.entryPoint))
    #expect(Route("/community/jsonapi", paths) == .description(.entryPoint))
    #expect(Route("/community/en/jsonapi/node/topic", paths) == .resource(.collection("/en/jsonapi/node/topic")))
    #expect(
      Route("/community/jsonapi/node/topic/\(id)", paths)
        == .resource(.individual(collection: "/en/jsonapi/node/topic", id: id)))
    #expect(Route("/community/en/jsonapi/node/topic/", paths) == .moved("/community/en/jsonapi/node/topic"))
    #expect(Route("/community/oauth/token", paths) == .signingIn(.token))
    #expect(Route("/oauth/token", paths) == .signingIn(.token))
    for path in ["/jsonapi", "/en/jsonapi", "/communityx/en/jsonapi", "/community/enx/jsonapi", "/community"] {
      #expect(Route(path, paths) == .file(.content), "\(path)")
    }
  }

  @Test func anotherPrefixWithARedirect() {
    let paths = SitePaths(api: "/api", plainAPI: "/jsonapi", redirects: true)
    #expect(
      Route("/api/topics/\(id)/uid", paths) == .resource(.related(collection: "/api/topics", id: id, field: "uid")))
    #expect(Route("/jsonapi", paths) == .moved("/api"))
    #expect(Route("/jsonapi/topics", paths) == .moved("/api/topics"))
    #expect(Route("/apis", paths) == .file(.content))
    #expect(Route("//api/topics", paths) == .moved("/api/topics"))
  }

  @Test func theUsualPathIsNoneOfAMovedApi() {
    let paths = SitePaths(api: "/api")
    #expect(Route("/jsonapi/node/topic", paths) == .file(.content))
    #expect(!paths.mayBeAPI("/jsonapi/node/topic") && paths.mayBeAPI("/api/node/topic?x=1"))
  }
}
