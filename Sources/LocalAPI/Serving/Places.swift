import Foundation
import JSONAPI

/// Tells where a request leads.
struct Places: Sendable {
  let bases: BaseURLs
  let facts: KnownSiteFacts
  /// Longer targets are answered 414, as web servers do before the site sees them. Bytes.
  let longestTarget: Int

  /// Longer paths lead nowhere. Bytes.
  private static let longestPath = 4_096

  /// Why a request leads nowhere, as it is answered.
  struct Unplaced: Error {
    var answer: Answer

    init(title: String, status: Int) { answer = Answer(page: title, status: status) }
    /// A path with empty parts: the site answers so before it looks for anything.
    init(location: String) { answer = Answer(movedTo: location, status: 302) }
  }

  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - mostTargets: how many targets of relationships may be looked at for it.
  /// - Throws: `Unplaced` for a request without a place.
  func place(
    _ request: RequestHead, _ viewer: Viewer, at now: Double = Date().timeIntervalSince1970, mostTargets: Int = .max
  ) throws -> Asked {
    let paths = try facts.facts(at: now).paths
    guard let base = bases.base(of: request, place: paths.place) else {
      bases.refused.note(request.authority)
      throw Unplaced(title: "Bad request", status: 400)
    }
    let authority = paths.place.isEmpty ? base.text : String(base.text.dropLast(paths.place.count))
    if let target = request.path, target.utf8.count <= longestTarget,
      let spelling = Spelling(plain: target, longest: Places.longestPath)
    {
      let uri = RequestURI(base: authority, path: spelling.path, query: spelling.query)
      return Asked(
        head: request, viewer: viewer, uri: uri, base: base, route: Route(plain: spelling.path, paths),
        spelling: spelling, mostTargets: mostTargets)
    }
    let target = Places.origin(request.path ?? "/")
    guard !Spelling.isMalformed(target) else { throw Unplaced(title: "Bad request", status: 400) }
    guard target.utf8.count <= longestTarget else {
      throw Unplaced(title: "Request-URI Too Large", status: 414)
    }
    // No route is as long, and to compare one takes time by its length.
    guard target.utf8.prefix(while: { $0 != UInt8(ascii: "?") }).count <= Places.longestPath else {
      throw Unplaced(title: "Page not found", status: 404)
    }
    let uri = RequestURI(base: authority, target: target)
    if let path = Spelling.withoutEmptyParts(uri.path) {
      throw Unplaced(location: uri.base + path + (uri.query.uriQuery.isEmpty ? "" : "?\(uri.query.uriQuery)"))
    }
    let spelling = Spelling(target)
    return Asked(
      head: request, viewer: viewer, uri: uri, base: base, route: Route(Route.decoded(spelling.path), paths),
      spelling: spelling, mostTargets: mostTargets)
  }

  /// A target in absolute-form is taken for its path and query (RFC 9112 section 3.2.2).
  private static func origin(_ target: String) -> String {
    let target = target.utf8.firstIndex(of: UInt8(ascii: "#")).map { String(target[..<$0]) } ?? target
    guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.range(of: "://") else { return target }
    return target[scheme.upperBound...].firstIndex(of: "/").map { String(target[$0...]) } ?? "/"
  }
}
