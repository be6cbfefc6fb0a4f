import Logging
import Store
import Upstream

/// The addresses of a site, as its entry point has them, noted in the mirror: where its API is, and what else its links call it.
enum SiteAddresses {
  /// Notes them. What is new about them is said once; base URLs that were unknown until now stand unmarked in what is stored,
  /// so all is read again.
  /// - Parameter time: this machine's Unix seconds.
  static func note(_ entry: EntryPoint, of site: Site, in mirror: Mirror, _ logger: Logger, at time: Int64) throws {
    let base = site.base.description
    let before = try mirror.reading.fact(.siteBaseURL)
    let known = try mirror.reading.siteBases()
    let bases = SiteAddresses.bases(entry, of: site, known: known.isEmpty ? [before].compactMap { $0 } : known)
    if let before, before != base {
      logger.notice("the site is now asked at \(base); the mirror was made from \(before)")
    }
    let isKnown = try mirror.reading.fact(.apiPath) == entry.path && entry.asked == entry.path
    if let before {
      let fresh = bases.filter { !known.contains($0) && $0 != before && $0 != base }
      // Before the bases are noted: a round that is cut short here finds them again.
      if !fresh.isEmpty { try mirror.pulling.forgetCursors(of: mirror.reading.types().map(\.name)) }
    }
    try mirror.discovery.note([
      (.siteBaseURL, base), (.siteBases, bases.joined(separator: "\n")), (.apiPath, entry.path),
    ])
    if !isKnown {
      try mirror.discovery.note([
        (.plainAPIPath, entry.asked == entry.path ? nil : entry.asked),
        (.plainAPIPathRedirects, entry.asked != entry.path && entry.isMoved ? "1" : nil),
        (.languagePrefix, SiteAddresses.languagePrefix(entry)),
      ])
    }
    try setAside(entry, of: site, in: mirror, known: known, logger, at: time)
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

  /// Names the addresses that are not the one that is asked.
  private static func setAside(
    _ entry: EntryPoint, of site: Site, in mirror: Mirror, known: [String], _ logger: Logger, at time: Int64
  ) throws {
    let base = site.base.description
    let foreign = entry.bases.filter { $0 != base }
    for name in foreign where !known.contains(name) {
      logger.notice("the site's links name \(name): they are taken for the site's own, and asked at \(base)")
    }
    for link in entry.oddLinks.prefix(20) {
      logger.debug("the link of \(link.name) at the entry point is passed over", metadata: ["reason": "\(link.reason)"])
    }
    let named = foreign.map { name in
      SetAside(
        .address, subject: name,
        reason:
          "the site's links name it as the site's own address; it is asked at \(base) alone, and the mirror's own "
          + "links lead to the mirror",
        advice: "nothing has to be done if that is the same site; else correct its trusted hosts and proxy settings",
        at: time)
    }
    let odd = entry.oddLinks.map { link in
      SetAside(
        .address, type: link.name, subject: "entry point", reason: "\(link.reason); the type is not read",
        advice: "is site.baseURL the address that the site itself uses?", at: time)
    }
    let there = try mirror.reading.setAside().filter { $0.kind == .address }
    let now = Set(named.map(\.subject))
    for thing in there where thing.type.isEmpty && thing.subject.hasPrefix("http") && !now.contains(thing.subject) {
      try mirror.pulling.takeBack(.address, subject: thing.subject)
    }
    for thing in there where thing.subject == "entry point" && !odd.contains(where: { $0.type == thing.type }) {
      try mirror.pulling.takeBack(.address, of: thing.type, subject: thing.subject)
    }
    try mirror.pulling.setAside(named + odd)
  }
}
