/// The site's own paths, under which the mirror serves: so the links of its answers lead to itself.
struct SitePaths: Sendable, Equatable {
  /// Where the site is on its host: empty at the root, else `/community`.
  var place = ""
  /// Where its entry point is, below that.
  var api = "/jsonapi"
  /// Where the entry point is reached, too; nil where it has one address alone.
  var plainAPI: String?
  /// Whether the site redirects from there.
  var redirects = false

  /// What of a path stands below the site's place; nil for a path elsewhere. Letter case does not count.
  func below(_ path: String) -> String? { place.isEmpty ? path : SitePaths.rest(of: path, behind: place) }

  /// Where a path below the site's place leads.
  enum Lead: Equatable {
    /// To the API: the path below the place, with the API's own beginning.
    case api(String)
    /// To the API's own address, by a redirect.
    case moved(String)
    case elsewhere
  }

  func lead(_ below: String) -> Lead {
    if below == api || SitePaths.rest(of: below, behind: api) != nil { return .api(below) }
    guard let plainAPI, let rest = SitePaths.rest(of: below, behind: plainAPI) else { return .elsewhere }
    return redirects ? .moved(place + api + rest) : .api(api + rest)
  }

  /// Whether a target, as it came, may be about the API: as far as can be told without decoding it.
  func mayBeAPI(_ target: String) -> Bool {
    guard place.isEmpty else { return target.hasPrefix(place + api + "/") }
    var (target, api) = (target, api)
    return target.withUTF8 { target in
      api.withUTF8 { api in
        target.count > api.count && target[api.count] == UInt8(ascii: "/")
          && target.prefix(api.count).elementsEqual(api)
      }
    }
  }

  /// What follows the first parts of a path; nil when it begins otherwise.
  private static func rest(of path: String, behind prefix: String) -> String? {
    guard path.utf8.count >= prefix.utf8.count else { return nil }
    let bytes = path.utf8
    let isSame = zip(bytes, prefix.utf8).allSatisfy { $0 == $1 || lower($0) == lower($1) }
    let rest = bytes.dropFirst(prefix.utf8.count)
    guard isSame, rest.isEmpty || rest.first == UInt8(ascii: "/") || rest.first == UInt8(ascii: "?") else { return nil }
    return String(Substring(rest))
  }

  private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
