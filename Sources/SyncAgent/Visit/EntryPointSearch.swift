import Store
import Upstream

/// Finds the site's entry point: where it was configured, or else where it was last, at the usual place, or at another where
/// sites have it.
struct EntryPointSearch: Sendable {
  let site: Site
  /// What the mirror remembers; nil where there is none yet.
  let reading: Reading?

  /// What one place answered.
  private enum Found {
    case entry(EntryPoint, InboundResponse)
    /// Nothing is there; the language of the page that said so.
    case nothing(language: String?)
  }

  /// Finds and reads it.
  /// - Parameter asked: is told of every request.
  /// - Throws: what asking the site throws; `SyncFault.noEntryPoint` where it is nowhere.
  func find(asked: () -> Void = {}) async throws -> EntryPoint {
    if let path = site.apiPath {
      guard case .entry(let entry, let response) = try await ask(path, asked) else {
        throw SyncFault.noEntryPoint(tried: [path], isConfigured: true)
      }
      return try await settled(entry, response, asked)
    }
    var places = [try reading?.fact(.apiPath), EntryPoint.usualPath].compactMap { $0 }
    var tried: [String] = []
    var isWidened = false
    while !places.isEmpty {
      let place = places.removeFirst()
      guard !tried.contains(place) else { continue }
      tried.append(place)
      switch try await ask(place, asked) {
      case .entry(let entry, let response): return try await settled(entry, response, asked)
      case .nothing(let language):
        guard !isWidened, places.isEmpty else { continue }
        isWidened = true
        places = EntryPointSearch.others(language)
        if let described = try await described(asked) { places.insert(described, at: 0) }
      }
    }
    throw SyncFault.noEntryPoint(tried: tried, isConfigured: false)
  }

  /// Finds it and reads it as of now: its `Date` bounds a round. Where a cache had it, or it is older than at the last round, it is
  /// asked for once more past all caches.
  /// - Throws: as `find`.
  func findWithTime(asked: () -> Void = {}) async throws -> EntryPoint {
    var entry: EntryPoint
    do { entry = try await find(asked: asked) } catch let error as SiteError where error.kind == .serverFault {
      // It may fail over the user of a token that it still renews.
      guard (try? await site.session.signInAnew()) ?? false else { throw error }
      entry = try await find(asked: asked)
    }
    let noted = try reading?.fact(.siteTime).flatMap { Int64($0) }
    guard let date = entry.date, entry.isKept || date < noted ?? date else { return entry }
    let request = EntryPoint.request(entry.path).pastCaches(site.freshNumber())
    entry.date = try await site.ask(request, asked: asked) { response in
      _ = try SiteAnswer.document(of: response)
      return response.date
    }
    return entry
  }

  /// Where sites have it that have moved it (jsonapi_extras), with and without a language.
  private static func others(_ language: String?) -> [String] {
    let usual = ["/jsonapi", "/api", "/api/jsonapi", "/api/v1", "/json-api", "/v1", "/rest"]
    guard let language, isLanguage(language) else { return usual }
    return ["/\(language)/jsonapi"] + usual + ["/\(language)/api"]
  }

  private static func isLanguage(_ text: String) -> Bool {
    (2...12).contains(text.utf8.count) && text.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D }
  }

  private func ask(_ path: String, _ asked: () -> Void, ownPath: String? = nil) async throws -> Found {
    try await site.ask(EntryPoint.request(path), asked: asked) { response in
      // No document and no redirect: whatever page a site has for what it does not know.
      if response.status == 404 || response.status == 410 { return .nothing(language: response["Content-Language"]) }
      var entry = try EntryPoint.parse(response, base: site.base, asked: path, ownPath: ownPath)
      entry.isKept = site.clock.isOld(response)
      return .entry(entry, response)
    }
  }

  /// Where the entry point names another address for itself, and no redirect led there, it is asked there: a language stands
  /// before the paths of such a site. Where nothing is, what stands before them is what a proxy takes away.
  private func settled(
    _ entry: EntryPoint, _ response: InboundResponse, _ asked: () -> Void
  ) async throws -> EntryPoint {
    guard entry.path != entry.asked, !entry.isMoved else { return entry }
    if try reading?.fact(.apiPath) == entry.path { return entry }
    if case .entry(var other, _) = try await ask(entry.path, asked), other.path == entry.path {
      other.asked = entry.asked
      return other
    }
    guard entry.path.hasSuffix(entry.asked) else { return entry }
    let before = String(entry.path.dropLast(entry.asked.count))
    return try EntryPoint.parse(
      response, base: site.base, asked: entry.asked, ownPath: site.base.path + before)
  }

  /// What the site's description says of it, where it has one that is open to the account.
  private func described(_ asked: () -> Void) async throws -> String? {
    let path: String?
    do {
      path = try await site.ask(SiteDescription.request, asked: asked) { SiteDescription.parse($0)?.basePath }
    } catch let error as TransportError where error.kind == .tooLarge { path = nil }
    return path.flatMap { $0.hasPrefix("/") && $0 != "/" && $0.utf8.count <= 255 ? $0 : nil }
  }
}

extension EntryPointSearch {
  /// Reads it where it was last, once: to see whether the site answers at all.
  /// - Throws: what the one request throws; `SiteError` where it is no longer there.
  func once() async throws -> EntryPoint {
    let path = try site.apiPath ?? reading?.fact(.apiPath) ?? EntryPoint.usualPath
    return try await site.ask(EntryPoint.request(path), attempts: { _ in 1 }) { response in
      try EntryPoint.parse(response, base: site.base, asked: path)
    }
  }
}
