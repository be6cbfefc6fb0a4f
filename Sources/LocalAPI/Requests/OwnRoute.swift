/// A route that no site has, below `/mirror/`. What stands there is the case's text.
enum OwnRoute: String, CaseIterable, Sendable {
  /// A name that no route has.
  case nothing = ""
  /// The description of the API in OpenAPI 3.1.
  case description = "openapi.json"
  /// Resources by the words in them.
  case search = "search"
  /// What has changed, in order.
  case changes = "changes"

  /// With its slashes.
  private static let place = "/mirror/"

  /// - Parameter path: in lower case, below the site's own place. Nil for a path elsewhere.
  init?(_ path: String) {
    guard path.utf8.starts(with: OwnRoute.place.utf8) else { return nil }
    let name = String(Substring(path.utf8.dropFirst(OwnRoute.place.utf8.count)))
    self = OwnRoute(rawValue: name) ?? .nothing
  }
}
