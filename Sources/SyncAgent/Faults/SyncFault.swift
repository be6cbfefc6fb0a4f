/// Why a round cannot go on, in words for the operator.
package enum SyncFault: Error, Sendable, CustomStringConvertible {
  /// The mirror holds the copy of another site.
  case otherSite(mirrored: String, configured: String)
  /// There is no entry point where one was looked for.
  case noEntryPoint(tried: [String], isConfigured: Bool)
  /// The account is another one than before.
  case otherAccount(before: String, now: String)
  /// The site took the request for an anonymous visitor's.
  case anonymous
  /// None of the types that were asked for is there.
  case nothingToMirror(asked: [String])
  /// The unfiltered collection shows resources, the filtered one none, though a probe said that filters work.
  case filterRefused(type: String)
  /// The site shows nothing of a type of which resources are stored.
  case sawNothing(type: String, stored: Int)

  /// Members that resources of a type had are missing from too many of them.
  case lostFields(type: String, fields: [String], lost: Int, had: Int)

  /// What was seen of vanished members, without the way out.
  var seen: String {
    guard case .lostFields(_, let fields, let lost, let had) = self else { return description }
    let names = fields.prefix(8).joined(separator: ", ") + (fields.count > 8 ? " and \(fields.count - 8) more" : "")
    return "the site no longer sends \(names), missing from \(lost) of \(had) resources that had it"
  }

  /// Whether it concerns one type, so that the others go on.
  package var isOfOneType: Bool {
    switch self {
    case .filterRefused, .sawNothing, .lostFields: true
    case .otherSite, .noEntryPoint, .otherAccount, .anonymous, .nothingToMirror: false
    }
  }

  /// What is wrong and the way out.
  package var description: String {
    switch self {
    case .otherSite(let mirrored, let configured):
      "this mirror is the copy of \(mirrored), but site.baseURL is \(configured). Give another mirror.path for "
        + "another site; if it is the same site at a new address: social-mirror sync --moved"
    case .noEntryPoint(let tried, let isConfigured):
      "the site has no JSON:API entry point at \(tried.joined(separator: ", ")): "
        + (isConfigured
          ? "site.apiPath should be the path that follows site.baseURL, such as /jsonapi or /api"
          : "set site.apiPath (environment SITE_API_PATH) to its path behind site.baseURL, such as /api, and see that the "
            + "JSON:API module is on")
    case .otherAccount(let before, let now):
      "the site says that the account is \(now), but the mirror was made with \(before): nothing was changed. "
        + "Sign in as before, or give another mirror.path"
    case .anonymous:
      "the site took a signed-in request for an anonymous one: nothing was read. Check that the consumer's user is active "
        + "and that no proxy removes the Authorization header"
    case .nothingToMirror(let asked):
      "the site's entry point names none of the types \(asked.joined(separator: ", ")); check site.entityTypes and --only"
    case .filterRefused(let type):
      "the site shows resources of \(type), but its answer to a filter on changed was empty: \(type) was not read"
    case .lostFields(let type, _, _, _):
      "\(seen): nothing of \(type) was changed. Has the account lost a role? If that is right: "
        + "social-mirror sync --accept-removals \(type)"
    case .sawNothing(let type, let stored):
      "the site shows nothing of \(type), but \(stored) resources are stored: nothing was changed. If the type really is "
        + "empty: social-mirror sync --sweep, and then --accept-removals \(type)"
    }
  }
}
