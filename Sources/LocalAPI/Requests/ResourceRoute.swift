import JSONAPI
import OpenSocial
import Store

/// A route of the JSON:API below its entry point: of reading and of writing.
enum ResourceRoute: Equatable, Sendable {
  /// A collection's path; or one whose last parts may be an id that is no UUID, see `readings`.
  case collection(String)
  /// A collection's path, and an id in the letter case of the request.
  case individual(collection: String, id: String)
  case related(collection: String, id: String, field: String)
  case relationship(collection: String, id: String, field: String)

  /// - Parameter path: from the API's own path on, without a slash at its end. Nil for one with empty parts.
  init?(_ path: String) {
    if !ResourceRoute.hasEmptyPart(path), case .individual(let collection, let id)? = ResourceRoute(plain: path) {
      self = .individual(collection: ResourceRoute.plain(collection), id: id)
      return
    }
    let parts = ResourceRoute.parts(of: path)
    guard !parts.contains(where: { $0.isEmpty }) else { return nil }
    func isUUID(fromEnd index: Int) -> Bool {
      parts.count > index + 1 && ResourceID(String(parts[parts.count - 1 - index]))?.folded.isUUID == true
    }
    if isUUID(fromEnd: 1) {
      self = ResourceRoute.reading(path, parts, as: 2)
    } else if isUUID(fromEnd: 2), String(parts[parts.count - 2]).loweredASCII == "relationships" {
      self = ResourceRoute.reading(path, parts, as: 3)
    } else {
      self = .collection(path)
    }
  }

  /// That of a resource, of a path in which nothing has to be folded and no part is empty; nil for others.
  init?(plain path: String) {
    guard ResourceRoute.endsInUUID(path) else { return nil }
    let slash = path.utf8.index(path.endIndex, offsetBy: -37)
    self = .individual(collection: String(path[..<slash]), id: String(path[path.utf8.index(after: slash)...]))
  }

  /// A collection's path in lower case. The site takes an encoded slash in it for one.
  private static func plain(_ path: String) -> String {
    let path = path.loweredASCII
    return path.utf8.contains(0xEF) ? path.replacing(Route.encodedSlash, with: "/") : path
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

  /// The same as far as its length and its signs tell, without a look at the digits.
  static func mayEndInUUID(_ target: String) -> Bool {
    var target = target
    return target.withUTF8 { bytes in
      guard bytes.count > 36 else { return false }
      let start = bytes.count - 36
      let dash = UInt8(ascii: "-")
      return bytes[start - 1] == UInt8(ascii: "/") && bytes[start + 8] == dash && bytes[start + 13] == dash
        && bytes[start + 18] == dash && bytes[start + 23] == dash
    }
  }

  /// The path read with its last `count` parts behind the collection's: what stands first there is an id.
  private static func reading(_ path: String, _ parts: [Substring], as count: Int) -> ResourceRoute {
    let collection = plain(String(path[..<path.utf8.index(before: parts[parts.count - count].startIndex)]))
    let id = String(parts[parts.count - count].replacing(Route.encodedSlash, with: "/"))
    let field = String(parts[parts.count - 1]).loweredASCII
    return switch count {
    case 1: .individual(collection: collection, id: id)
    case 2: .related(collection: collection, id: id, field: field)
    default: .relationship(collection: collection, id: id, field: field)
    }
  }

  /// All ways to read the path, the likeliest first. Only the types tell which one is meant: `/jsonapi/node/topic/x` is a
  /// resource that does not exist, when there is a collection `/jsonapi/node/topic`.
  var readings: [ResourceRoute] { [likeliest] + others }

  /// The first of `readings`.
  var likeliest: ResourceRoute {
    guard case .collection(let path) = self else { return self }
    return .collection(ResourceRoute.plain(path))
  }

  /// The rest of `readings`: asked for where the first leads nowhere, as few requests do.
  var others: [ResourceRoute] {
    guard case .collection(let path) = self else { return [] }
    let parts = ResourceRoute.parts(of: path)
    var all: [ResourceRoute] = []
    // How many parts a collection's path has, only the types know: a prefix and one name at least.
    if parts.count > 2 { all.append(ResourceRoute.reading(path, parts, as: 1)) }
    if parts.count > 3 { all.append(ResourceRoute.reading(path, parts, as: 2)) }
    if parts.count > 4, String(parts[parts.count - 2]).loweredASCII == "relationships" {
      all.append(ResourceRoute.reading(path, parts, as: 3))
    }
    return all
  }

  /// The path of the collection that the route is about.
  var collectionPath: String {
    switch self {
    case .collection(let path), .individual(let path, _), .related(let path, _, _), .relationship(let path, _, _): path
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
    case .collection: return ["GET", "HEAD", "POST"]
    case .individual: return upload + ["GET", "HEAD", "DELETE", "PATCH"]
    case .related(_, _, let name):
      guard let field = schema?.field(name), field.isRelationship, !field.isInternal else { return upload }
      return ["GET", "HEAD"] + upload
    case .relationship(_, _, let name):
      guard schema?.field(name)?.isRelationship == true else { return [] }
      return ["DELETE", "GET", "HEAD", "PATCH", "POST"]
    }
  }
}
