import JSONAPI
import Store

/// Where a path leads (reference 1.2), as far as the path alone tells. Paths come without query.
enum Route: Equatable {
  case entryPoint
  /// A collection's path; or one whose last parts may be an id that is no UUID, see `readings`.
  case collection(String)
  /// A collection's path, and an id in the letter case of the request.
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
  ///   - path: as `decoded` gives it. Letter case counts in ids alone, as on the site.
  ///   - paths: the site's own.
  init(_ original: String, _ paths: SitePaths = SitePaths()) {
    let path = Route.lowered(original)
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
      case .api(let own):
        // What follows the API's own path stands at the end of both, in as many bytes.
        let rest = original.utf8.suffix(own.utf8.count - paths.api.utf8.count)
        self =
          own == paths.api ? .entryPoint : Route.resource(paths.api + String(Substring(rest)), of: paths.place)
      case .moved(let target): self = .moved(target)
      case .elsewhere: self = .unknown
      }
    }
  }

  /// The path without percent-encoding; an encoded slash, which parts nothing, is a mark until an id is read.
  static func decoded(_ path: String) -> String {
    guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
    let marked = path.replacing("%2F", with: Route.encodedSlash).replacing("%2f", with: Route.encodedSlash)
    return PercentCoding.decodedPath(marked)
  }

  /// The noncharacter U+FDD1: it stands in no path.
  private static let encodedSlash = String(decoding: [0xEF, 0xB7, 0x91] as [UInt8], as: UTF8.self)

  /// The letters of ASCII in lower case.
  private static func lowered(_ path: String) -> String {
    func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    guard path.utf8.contains(where: isCapital) else { return path }
    return String(decoding: path.utf8.map { isCapital($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  private static func resource(_ path: String, of place: String) -> Route {
    if path.utf8.last == UInt8(ascii: "/") {
      var path = Substring(path)
      while path.hasSuffix("/") { path.removeLast() }
      return .moved(place + path)
    }
    if Route.endsInUUID(path), !Route.hasEmptyPart(path) {
      let slash = path.utf8.index(path.endIndex, offsetBy: -37)
      return .individual(
        collection: Route.plain(String(path[..<slash])), id: String(path[path.utf8.index(after: slash)...]))
    }
    let parts = Route.parts(of: path)
    guard !parts.contains(where: { $0.isEmpty }) else { return .unknown }
    func isUUID(fromEnd index: Int) -> Bool {
      parts.count > index + 1 && ResourceID(String(parts[parts.count - 1 - index]))?.folded.isUUID == true
    }
    if isUUID(fromEnd: 1) { return reading(path, parts, as: 2) }
    if isUUID(fromEnd: 2), lowered(String(parts[parts.count - 2])) == "relationships" {
      return reading(path, parts, as: 3)
    }
    return .collection(path)
  }

  /// A collection's path in lower case. The site takes an encoded slash in it for one.
  private static func plain(_ path: String) -> String {
    let path = lowered(path)
    return path.utf8.contains(0xEF) ? path.replacing(encodedSlash, with: "/") : path
  }

  /// What stands between the slashes. Slashes are looked for as bytes: every request passes here.
  private static func parts(of path: String) -> [Substring] {
    path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
  }

  /// Whether two slashes follow each other.
  static func hasEmptyPart(_ path: String) -> Bool {
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
      return ResourceID(utf8: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes).suffix(36)))?.folded.isUUID
        == true
    }
  }

  /// The path read with its last `count` parts behind the collection's: what stands first there is an id.
  private static func reading(_ path: String, _ parts: [Substring], as count: Int) -> Route {
    let collection = plain(String(path[..<path.utf8.index(before: parts[parts.count - count].startIndex)]))
    let id = String(parts[parts.count - count].replacing(encodedSlash, with: "/"))
    let field = lowered(String(parts[parts.count - 1]))
    return switch count {
    case 1: .individual(collection: collection, id: id)
    case 2: .related(collection: collection, id: id, field: field)
    default: .relationship(collection: collection, id: id, field: field)
    }
  }

  /// All ways to read the path, the likeliest first. Only the types tell which one is meant: `/jsonapi/node/topic/x` is a
  /// resource that does not exist, when there is a collection `/jsonapi/node/topic`.
  var readings: [Route] {
    guard case .collection(let path) = self else { return [self] }
    let parts = Route.parts(of: path)
    var all = [Route.collection(Route.plain(path))]
    // How many parts a collection's path has, only the types know: a prefix and one name at least.
    if parts.count > 2 { all.append(Route.reading(path, parts, as: 1)) }
    if parts.count > 3 { all.append(Route.reading(path, parts, as: 2)) }
    if parts.count > 4, Route.lowered(String(parts[parts.count - 2])) == "relationships" {
      all.append(Route.reading(path, parts, as: 3))
    }
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
