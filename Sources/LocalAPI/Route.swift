import JSONAPI

/// Where a path leads (reference 1.2), as far as the path alone tells. Paths come without query.
enum Route: Equatable {
  case entryPoint
  /// A collection's path.
  case collection(String)
  /// A collection's path and what stands where a UUID should.
  case individual(collection: String, id: String)
  case related(collection: String, id: String, field: String)
  case relationship(collection: String, id: String, field: String)
  case token
  case keys
  case userInfo
  /// A path with a trailing slash that the site redirects, without it.
  case moved(String)
  case unknown

  init(_ path: String) {
    switch path {
    case "/jsonapi": self = .entryPoint
    case "/oauth/token": self = .token
    case "/oauth/jwks": self = .keys
    case "/oauth/userinfo": self = .userInfo
    default: self = Route.resource(path)
    }
  }

  private static func resource(_ path: String) -> Route {
    guard path.hasPrefix("/jsonapi/") else { return .unknown }
    if path.hasSuffix("/") { return .moved(String(path.dropLast())) }
    let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains("") else { return .unknown }
    func collection(_ count: Int) -> String { "/" + parts.prefix(parts.count - count).joined(separator: "/") }
    func isUUID(fromEnd index: Int) -> Bool {
      parts.count > index + 1 && ResourceUUID(String(parts[parts.count - 1 - index])) != nil
    }
    if isUUID(fromEnd: 0) { return .individual(collection: collection(1), id: String(parts[parts.count - 1])) }
    if isUUID(fromEnd: 1) {
      return .related(
        collection: collection(2), id: String(parts[parts.count - 2]), field: String(parts[parts.count - 1]))
    }
    if isUUID(fromEnd: 2), parts[parts.count - 2] == "relationships" {
      return .relationship(
        collection: collection(3), id: String(parts[parts.count - 3]), field: String(parts[parts.count - 1]))
    }
    return .collection(path)
  }
}
