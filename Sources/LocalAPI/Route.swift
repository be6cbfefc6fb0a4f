import JSONAPI
import Store

/// Where a path leads (reference 1.2), as far as the path alone tells. Paths come without query.
enum Route: Equatable {
  case entryPoint
  /// A collection's path; or one whose last parts may be no UUID where one should be, see `readings`.
  case collection(String)
  /// A collection's path and what stands where a UUID should.
  case individual(collection: String, id: String)
  case related(collection: String, id: String, field: String)
  case relationship(collection: String, id: String, field: String)
  case token
  case keys
  case userInfo
  /// A path that the site redirects: with a trailing slash, or two at its start. The one it leads to.
  case moved(String)
  case unknown

  /// - Parameters:
  ///   - path: as `compared` gives it.
  ///   - paths: the site's own.
  init(_ path: String, _ paths: SitePaths = SitePaths()) {
    // The token route is also where it is at a site of its own host: that is what clients try first.
    switch paths.below(path) ?? path {
    case "/oauth/token": self = .token
    case "/oauth/jwks": self = .keys
    case "/oauth/userinfo": self = .userInfo
    case _ where path.utf8.starts(with: "//".utf8): self = .moved("/" + path.drop { $0 == "/" })
    case let below:
      guard paths.place.isEmpty || paths.below(path) != nil else {
        self = .unknown
        return
      }
      switch paths.lead(below) {
      case .api(let own): self = own == paths.api ? .entryPoint : Route.resource(own, below: paths.api, of: paths.place)
      case .moved(let target): self = .moved(target)
      case .elsewhere: self = .unknown
      }
    }
  }

  /// The path as routes compare it: without percent-encoding and in lower case, as the site does.
  static func compared(_ path: String) -> String {
    var bytes = path
    let isPlain = bytes.withUTF8 { $0.allSatisfy { $0 != UInt8(ascii: "%") && !(0x41...0x5A).contains($0) } }
    return isPlain ? path : PercentCoding.decodedPath(path).lowercased()
  }

  private static func resource(_ path: String, below api: String, of place: String) -> Route {
    if path.utf8.last == UInt8(ascii: "/") {
      var path = Substring(path)
      while path.hasSuffix("/") { path.removeLast() }
      return .moved(place + path)
    }
    if Route.endsInUUID(path), !Route.hasEmptyPart(path) {
      let slash = path.utf8.index(path.endIndex, offsetBy: -37)
      return .individual(collection: String(path[..<slash]), id: String(path[path.utf8.index(after: slash)...]))
    }
    let parts = Route.parts(of: path)
    guard !parts.contains(where: { $0.isEmpty }) else { return .unknown }
    func isUUID(fromEnd index: Int) -> Bool {
      parts.count > index + 1 && ResourceUUID(String(parts[parts.count - 1 - index])) != nil
    }
    if isUUID(fromEnd: 1) { return reading(path, parts, as: 2) }
    if isUUID(fromEnd: 2), parts[parts.count - 2] == "relationships" { return reading(path, parts, as: 3) }
    return .collection(path)
  }

  /// What stands between the slashes. Slashes are looked for as bytes: every request passes here.
  private static func parts(of path: String) -> [Substring] {
    path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
  }

  private static func hasEmptyPart(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { bytes in
      var last = UInt8(0)
      for byte in bytes {
        if byte == UInt8(ascii: "/"), last == byte { return true }
        last = byte
      }
      return false
    }
  }

  /// Whether a target's last part is a UUID, as that of a resource is.
  static func endsInUUID(_ target: String) -> Bool {
    var target = target
    return target.withUTF8 { bytes in
      guard bytes.count > 36, bytes[bytes.count - 37] == UInt8(ascii: "/") else { return false }
      return ResourceUUID(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes).suffix(36))) != nil
    }
  }

  /// The path read with its last `count` parts behind the collection's: what stands there is a UUID or should be one.
  private static func reading(_ path: String, _ parts: [Substring], as count: Int) -> Route {
    let collection = String(path[..<path.utf8.index(before: parts[parts.count - count].startIndex)])
    let id = String(parts[parts.count - count])
    return switch count {
    case 1: .individual(collection: collection, id: id)
    case 2: .related(collection: collection, id: id, field: String(parts[parts.count - 1]))
    default: .relationship(collection: collection, id: id, field: String(parts[parts.count - 1]))
    }
  }

  /// All ways to read the path, the likeliest first. Only the types tell which one is meant: `/jsonapi/node/topic/x` is a
  /// resource that does not exist, when there is a collection `/jsonapi/node/topic`.
  var readings: [Route] {
    guard case .collection(let path) = self else { return [self] }
    let parts = Route.parts(of: path)
    var all = [self]
    // How many parts a collection's path has, only the types know: a prefix and one name at least.
    if parts.count > 2 { all.append(Route.reading(path, parts, as: 1)) }
    if parts.count > 3 { all.append(Route.reading(path, parts, as: 2)) }
    if parts.count > 4, parts[parts.count - 2] == "relationships" { all.append(Route.reading(path, parts, as: 3)) }
    return all
  }

  /// The path of the collection that the route is about; nil for routes of no type.
  var collectionPath: String? {
    switch self {
    case .collection(let path), .individual(let path, _), .related(let path, _, _), .relationship(let path, _, _): path
    case .entryPoint, .token, .keys, .userInfo, .moved, .unknown: nil
    }
  }

  /// The methods of the route in the site's order, which is that of its routes' names (reference 1.2); HEAD goes with GET.
  /// Upload routes take any name. None where the type has no such relationship.
  /// - Parameters:
  ///   - schema: the type's; nil while nothing is known of it.
  ///   - hasUploads: whether the type takes files.
  func methods(schema: TypeSchema?, hasUploads: Bool) -> [String] {
    let upload = hasUploads ? ["POST"] : []
    switch self {
    case .entryPoint: return ["GET", "HEAD"]
    case .collection: return ["GET", "HEAD", "POST"]
    case .individual: return upload + ["GET", "HEAD", "DELETE", "PATCH"]
    case .related(_, _, let name):
      guard let field = schema?.field(name), field.isRelationship, !field.isInternal else { return upload }
      return ["GET", "HEAD"] + upload
    case .relationship(_, _, let name):
      guard schema?.field(name)?.isRelationship == true else { return [] }
      return ["DELETE", "GET", "HEAD", "PATCH", "POST"]
    case .token, .keys, .userInfo, .moved, .unknown: return []
    }
  }
}
