/// A route of signing in, where sites with OAuth have them. What stands behind the site's own place is the case's text.
enum SigningInRoute: String, CaseIterable, Sendable {
  case token = "/oauth/token"
  case authorize = "/oauth/authorize"
  case revoke = "/oauth/revoke"
  case introspect = "/oauth/introspect"
  case keys = "/oauth/jwks"
  case userInfo = "/oauth/userinfo"
  case debug = "/oauth/debug"
  case authorizationServer = "/.well-known/oauth-authorization-server"
  case openIDConfiguration = "/.well-known/openid-configuration"

  /// - Parameters:
  ///   - path: in lower case.
  ///   - paths: the site's own. The routes are also where they are at a site of its own host: that is what clients try first; and what is
  ///     well-known of a place is told at the root of its host, too (RFC 8414 section 3.1).
  init?(_ path: String, _ paths: SitePaths) {
    // Nearly all that comes here is a file's.
    guard path.utf8.count < 1_024 else { return nil }
    if let route = SigningInRoute(rawValue: paths.below(path) ?? path) {
      self = route
    } else if !paths.place.isEmpty, path == SigningInRoute.authorizationServer.rawValue + paths.place.loweredASCII {
      self = .authorizationServer
    } else {
      return nil
    }
  }
}
