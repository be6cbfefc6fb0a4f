import Store
import SyncAgent

/// What there is to say of a site, by what was found out about it alone.
enum SiteFindings {
  /// All of it, in the order in which a round would meet it.
  static func all(_ site: SiteEvidence) -> [DoctorFinding] {
    var found: [DoctorFinding] = []
    if let entry = site.entry { found += reached(site, entry) }
    if let failure = site.failure { found.append(FailureFindings.finding(failure, at: site.base)) }
    if let account = site.account {
      found.append(DoctorFinding(.fine, .signIn, "the site takes the credentials; the account is \(account)"))
    }
    if let ahead = site.clockAhead { found.append(clock(ahead)) }
    found += site.kept.map { [cache($0)] } ?? []
    if let entry = site.entry { found += versions(site, entry) }
    found += site.misnamed.map {
      DoctorFinding(.warning, .types, "\($0.subject): \($0.reason)", next: "correct site.entityTypes")
    }
    found += site.selection.map { DoctorFinding(.note, .types, $0.sentence) }
    found += TypeFindings.all(site)
    found += site.writes.map { [writes($0, at: site.base)] } ?? []
    return found
  }

  private static func reached(_ site: SiteEvidence, _ entry: SiteEvidence.Entry) -> [DoctorFinding] {
    var found = [DoctorFinding(.fine, .reachability, "\(site.base)\(entry.path) answers")]
    if entry.isMoved {
      found.append(
        DoctorFinding(
          .note, .reachability, "\(entry.asked) redirects to \(entry.path), within the site: it is asked there"))
    }
    if !entry.otherBases.isEmpty {
      found.append(
        DoctorFinding(
          .note, .reachability,
          "the site's links name \(entry.otherBases.joined(separator: ", ")); it is asked at \(site.base) alone"))
    }
    found.append(
      site.isEncrypted
        ? DoctorFinding(.fine, .tls, "the certificate is trusted and in date")
        : DoctorFinding(.note, .tls, "the site is asked without TLS, as site.baseURL says"))
    return found
  }

  /// Seconds that two clocks may differ without a word, for an answer takes some; and without a warning, for a round waits longer for
  /// writes to show (`sync.settleWindowSeconds`).
  private static let slack: UInt64 = 5
  private static let tolerable: UInt64 = 60

  private static func clock(_ ahead: Int64) -> DoctorFinding {
    let apart = ahead.magnitude
    guard apart > slack else { return DoctorFinding(.fine, .clock, "the site's clock and this machine's agree") }
    let text = "the site's clock is \(duration(apart)) \(ahead > 0 ? "ahead of" : "behind") this machine's"
    guard apart > tolerable else { return DoctorFinding(.note, .clock, text) }
    return DoctorFinding(
      .warning, .clock,
      text
        + ": changes are read by the site's clock, and where that is set back later, everything is read again; times in status "
        + "are wrong by as much",
      next: "on both machines: timedatectl; on the one that is wrong: timedatectl set-ntp true")
  }

  private static func duration(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<120: "\(seconds) seconds"
    case ..<7200: "\(seconds / 60) minutes"
    case ..<172_800: "\(seconds / 3600) hours"
    default: "\(seconds / 86_400) days"
    }
  }

  private static func cache(_ kept: KeptAnswer) -> DoctorFinding {
    switch kept {
    case .fresh: DoctorFinding(.fine, .caches, "no cache answers signed-in requests")
    case .bySite:
      DoctorFinding(
        .note, .caches, "the site answers from its own cache, which forgets what is saved: nothing has to be done")
    case .inFront(let sign, let age):
      DoctorFinding(
        .warning, .caches,
        "a cache in front of the site answers signed-in requests with what it kept (\(sign)"
          + (age.map { ", \($0) seconds old" } ?? "")
          + "): changes come late, and one account may see another's answers",
        next:
          "in that cache: let requests with an Authorization header pass, nginx: proxy_cache_bypass $http_authorization; "
          + "proxy_no_cache $http_authorization; Varnish: if (req.http.Authorization) { return (pass); }")
    }
  }

  private static func versions(_ site: SiteEvidence, _ entry: SiteEvidence.Entry) -> [DoctorFinding] {
    var words = ["\(entry.types) resource types"]
    if let generator = site.generator { words.insert(generator, at: 0) }
    if let version = entry.version { words.append("JSON:API \(SiteFindings.plain(version))") }
    let types = Set(site.types.map(\.entityType))
    if types.contains("group_relationship") { words.append("Group 2 or 3") }
    if types.contains("group_content") { words.append("Group 1 or 2") }
    var found = [DoctorFinding(.fine, .versions, words.joined(separator: ", "))]
    if !entry.untold.isEmpty {
      found.append(
        DoctorFinding(
          .note, .types,
          "nothing tells yet what \(entry.untold.count) links of the entry point are (such as "
            + "\(entry.untold.prefix(3).joined(separator: ", "))): the first round asks"))
    }
    if site.isDescribed == false {
      found.append(
        DoctorFinding(
          .note, .versions,
          "the site's API description is not there, or closed to the account: fields are learned from documents",
          next:
            "on the site, if it is wanted: drush pm:enable openapi_jsonapi, and the permission “access openapi api docs”"
        ))
    } else if site.isDescribed == true {
      found.append(DoctorFinding(.fine, .versions, "the site's API description is open to the account"))
    }
    return found
  }

  /// A word of the site, short.
  private static func plain(_ text: String) -> String { String(text.prefix(40)) }

  private static func writes(_ writes: SiteEvidence.Writes, at base: String) -> DoctorFinding {
    switch writes {
    case .open:
      return DoctorFinding(.fine, .writes, "JSON:API takes writes; what the account may write, each write shows")
    case .readOnly(let words):
      return DoctorFinding(
        .warning, .writes, "JSON:API is set to reading only: local changes cannot reach the site (it says: \(words))",
        next:
          "at \(base)/admin/config/services/jsonapi: accept all create, read, update and delete operations; or on the site: "
          + "drush config:set jsonapi.settings read_only 0")
    case .intercepted(let words):
      return DoctorFinding(
        .warning, .writes, "something in front of the site answers writes in its place: \(words)",
        next: "there: let POST, PATCH and DELETE pass to /jsonapi, from this machine's address")
    case .unclear(let words):
      return DoctorFinding(.note, .writes, "whether JSON:API takes writes could not be told: \(words)")
    }
  }
}
