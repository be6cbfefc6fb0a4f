/// A route that tells what there is, where sites have them. What stands behind the site's own place is the case's text.
enum DescriptionRoute: String, CaseIterable, Sendable {
  /// It stands where the site's API does.
  case entryPoint = ""
  /// The description in the site's form (reference 8).
  case document = "/openapi/jsonapi"
  /// The page on who may use the API, and how.
  case overview = "/admin/config/opensocial/social-json-api"
  /// The page that shows the description, and what it consists of.
  case page = "/admin/config/services/openapi/redoc/jsonapi"
  case pageStart = "/admin/config/services/openapi/redoc/jsonapi/start.js"
  case pageScript = "/admin/config/services/openapi/redoc/jsonapi/redoc.standalone.js"
  case pageLicence = "/admin/config/services/openapi/redoc/jsonapi/redoc.standalone.js.license.txt"

  /// - Parameter path: in lower case, below the site's own place. Nil for the path of another route, and of the entry point.
  init?(below path: String) {
    // Nearly all that comes here is a file's.
    guard path.utf8.starts(with: "/openapi/".utf8) || path.utf8.starts(with: "/admin/config/".utf8) else { return nil }
    self.init(rawValue: path)
  }
}
