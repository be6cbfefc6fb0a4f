import JSONAPI
import Store
import Upstream

/// Whose copy a mirror is: one site's, seen by one account.
enum SiteIdentity {
  /// Checks an entry point against what the mirror knows, before anything is touched, and gives the account's id.
  /// - Throws: `SyncFault.anonymous`, `.otherAccount`, `.otherSite`.
  static func check(_ entry: EntryPoint, of site: Site, in mirror: Mirror) throws -> String {
    guard let me = entry.me else { throw SyncFault.anonymous }
    let base = site.base.description
    let isSame = try mirror.fact(.siteBaseURL).map { mirrored in
      try isSameSite(mirrored, base, known: mirror.siteBases(), named: entry.bases) || site.hasMoved
    }
    if isSame == false, let mirrored = try mirror.fact(.siteBaseURL) {
      throw SyncFault.otherSite(mirrored: mirrored, configured: base)
    }
    if let before = try mirror.fact(.siteAccount), before != me {
      throw SyncFault.otherAccount(before: before, now: me)
    }
    return me
  }

  /// Whether two addresses are one site's: the site itself named both, or they differ only in the scheme or a leading `www.`.
  /// - Parameters:
  ///   - known: the base URLs that the site's links have named so far.
  ///   - named: those that its links name now.
  static func isSameSite(_ mirrored: String, _ base: String, known: [String], named: [String]) -> Bool {
    mirrored == base || known.contains(base) || named.contains(mirrored) || bare(mirrored) == bare(base)
  }

  private static func bare(_ base: String) -> String {
    var text = base.lowercased()
    for prefix in ["https://", "http://", "www."] where text.hasPrefix(prefix) {
      text = String(text.dropFirst(prefix.count))
    }
    return text
  }

  /// The base URLs that stand for the site in its documents, those of its own links first.
  /// - Parameter known: those of before: a site's texts name its old addresses for long.
  static func bases(_ entry: EntryPoint, of site: Site, known: [String]) -> [String] {
    var all: [String] = []
    for base in entry.bases + [site.base.description] + known where !all.contains(base) && !base.isEmpty {
      all.append(base)
    }
    return Array(all.prefix(2 * EntryPoint.mostBases))
  }

  /// What stands before the paths of the site's routes: a language. Errors name routes without it.
  static func languagePrefix(_ entry: EntryPoint) -> String {
    if entry.path != entry.asked, entry.path.hasSuffix(entry.asked) {
      return String(entry.path.dropLast(entry.asked.count))
    }
    guard let language = entry.language?.lowercased(), !language.isEmpty else { return "" }
    let first = entry.path.dropFirst().prefix { $0 != "/" }
    return first.lowercased() == language && first.count + 1 < entry.path.count ? "/" + first : ""
  }
}

extension Mirror {
  /// A scanner for the site's documents.
  /// - Parameter paths: the path of each resource type.
  package func scanner(of site: Site, paths: [String: String]) throws -> PageScanner {
    let bases = try siteBases()
    var scanner = PageScanner(
      base: DocumentBase(bases.first ?? site.base.description),
      others: (bases + [site.base.description]).map { DocumentBase($0) }, paths: paths, serials: try serialNumbers())
    for (type, names) in try attributeNames() { scanner.call(names, of: type) }
    return scanner
  }
}
