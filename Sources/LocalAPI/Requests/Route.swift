import JSONAPI

/// Where a path leads (reference 1.2), as far as the path alone tells, by the section that answers it. Paths come without query.
enum Route: Equatable, Sendable {
  case resource(ResourceRoute)
  case signingIn(SigningInRoute)
  case description(DescriptionRoute)
  case own(OwnRoute)
  /// A path that no other section has.
  case file(FileRoute)
  /// A path that the site redirects: with a trailing slash, or two at its start. The one it leads to.
  case moved(String)

  /// - Parameters:
  ///   - path: as `decoded` gives it. Letter case counts in ids alone, as on the site.
  ///   - paths: the site's own.
  init(_ original: String, _ paths: SitePaths = SitePaths()) {
    let path = original.loweredASCII
    if let route = SigningInRoute(path, paths) {
      self = .signingIn(route)
      return
    }
    switch paths.below(path) ?? path {
    case _ where path.utf8.starts(with: "//".utf8): self = .moved("/" + path.drop { $0 == "/" })
    case let below:
      guard paths.place.isEmpty || paths.below(path) != nil else {
        self = Route.elsewhere(below)
        return
      }
      switch paths.lead(below) {
      case .api(let own):
        // What follows the API's own path stands at the end of both, in as many bytes.
        let rest = original.utf8.suffix(own.utf8.count - paths.api.utf8.count)
        self =
          own == paths.api
          ? .description(.entryPoint) : Route.resource(paths.api + String(Substring(rest)), of: paths.place)
      case .moved(let target): self = .moved(target)
      case .elsewhere: self = Route.elsewhere(below)
      }
    }
  }

  /// The same for a path as `Spelling(plain:)` gives it, of which nothing has to be folded.
  init(plain path: String, _ paths: SitePaths) {
    if paths.place.isEmpty, paths.mayBeAPI(path), let route = ResourceRoute(plain: path) {
      self = .resource(route)
    } else {
      self.init(path, paths)
    }
  }

  private static func elsewhere(_ path: String) -> Route {
    if let route = OwnRoute(path) { return .own(route) }
    return DescriptionRoute(below: path).map { Route.description($0) } ?? .file(.content)
  }

  private static func resource(_ path: String, of place: String) -> Route {
    if path.utf8.last == UInt8(ascii: "/") {
      var path = Substring(path)
      while path.hasSuffix("/") { path.removeLast() }
      return .moved(place + path)
    }
    return ResourceRoute(path).map { Route.resource($0) } ?? .file(.content)
  }

  /// The path without percent-encoding; an encoded slash, which parts nothing, is a mark until an id is read.
  static func decoded(_ path: String) -> String {
    guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
    let marked = path.replacing("%2F", with: Route.encodedSlash).replacing("%2f", with: Route.encodedSlash)
    return PercentCoding.decodedPath(marked)
  }

  /// The noncharacter U+FDD1: it stands in no path.
  static let encodedSlash = String(decoding: [0xEF, 0xB7, 0x91] as [UInt8], as: UTF8.self)
}

extension String {
  /// The letters of ASCII in lower case.
  var loweredASCII: String {
    func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    guard utf8.contains(where: isCapital) else { return self }
    return String(decoding: utf8.map { isCapital($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
