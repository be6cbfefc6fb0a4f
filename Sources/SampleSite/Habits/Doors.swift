import JSONAPI

/// What answers in the site's place.
enum Doors {
  static func answer(_ request: SiteRequest, _ habits: Set<Habit>) -> SiteResponse? {
    if habits.contains(.basicDoor) {
      return .html(401, "401 Authorization Required", [("www-authenticate", "Basic realm=\"Staging\"")])
    }
    if habits.contains(.firewallPage) {
      return SiteResponse(
        403, [("content-type", "text/html; charset=UTF-8"), ("server", "cloudflare")],
        body: Array(
          """
          <!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title><style>p { color: red }</style></head>
          <body><h1>Sorry, you have been blocked</h1><p>You are unable to access example.org</p></body></html>
          """.utf8))
    }
    if habits.contains(.maintenance) {
      return request.path == "/oauth/token"
        ? .html(503, "Site under maintenance", [("retry-after", "10")])
        : .maintenance(requestURL: request.base + request.target)
    }
    return nil
  }
}
