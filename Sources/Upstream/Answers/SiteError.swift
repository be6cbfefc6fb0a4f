import JSONAPI

/// An answer of the site that is not what was asked for.
package struct SiteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of answer it was.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A page, or another media type than the site's: says nothing about the resource, whatever its status.
    case html
    /// 401.
    case unauthorized
    /// 403 as a JSON:API error document.
    case forbidden
    /// 404 as a JSON:API error document; 410 likewise.
    case notFound
    /// 409: the UUID exists already.
    case conflict
    /// 422: validation failed.
    case unprocessable
    /// Another 4xx as a JSON:API error document: the request is wrong.
    case badRequest
    /// 429.
    case throttled
    /// 502, 503, 504 or 408: not at present.
    case unavailable
    /// Another 5xx: a fault of the site, often of one query.
    case serverFault
    /// A status or content that JSON:API does not have.
    case malformed
  }

  /// What kind of answer it was.
  package var kind: Kind
  /// The status code.
  package var status: Int
  /// `detail` of the first error, or else its `title`; for `malformed`, what is wrong.
  package var detail: String?
  /// `source.pointer` of the first error, such as `/data/attributes/changed`.
  package var pointer: String?
  /// Seconds to wait, if the site says so.
  package var retryAfter: Int?
  /// The media type of the answer.
  package var mediaType: String?
  /// The site's error document as it came, to be kept with a rejected change.
  package var document: [UInt8]?
  /// How an answer begins that cannot be used, for people.
  package var excerpt: String?
  /// What it is the answer to: method and URL without the query.
  package var request: String?
  /// What answered in the site's place, such as a firewall's name; nil where nothing tells.
  package var door: String?
  /// Whether the site says that it is in maintenance mode, which takes longer than one waits.
  package var isMaintenance = false

  /// - Parameter document: the bytes of the site's error document.
  package init(
    _ kind: Kind, status: Int, detail: String? = nil, pointer: String? = nil, retryAfter: Int? = nil,
    mediaType: String? = nil, document: [UInt8]? = nil, excerpt: String? = nil
  ) {
    self.excerpt = excerpt
    self.kind = kind
    self.status = status
    self.detail = detail
    self.pointer = pointer
    self.retryAfter = retryAfter
    self.mediaType = mediaType
    self.document = document
  }

  /// One sentence for the operator.
  package var description: String {
    let site = detail.map { ": \(SiteWords.tidy($0))" } ?? ""
    return switch kind {
    case .html:
      "the site answered with status \(status) and \(mediaType ?? "no media type") instead of JSON:API\(answered)\(site)\(begins); "
        + SiteError.way(past: door)
    case .unauthorized: "the site does not accept the token (401)\(site); check site.auth"
    case .forbidden: "the account may not do this on the site (403)\(site)"
    case .notFound: "the site does not have it (\(status))\(site)"
    case .conflict: "the site has this already (409)\(site)"
    case .unprocessable: "the site does not accept the values (422)\(site)"
    case .badRequest: "the site does not accept the request (\(status))\(site)"
    case .throttled: "the site asks for fewer requests (429)\(wait); lower site.requestsPerSecond"
    case .unavailable where isMaintenance:
      "the site is in maintenance mode (\(status))\(site); the next round tries again"
    case .unavailable: "the site is not available at present (\(status))\(site)\(wait)"
    case .serverFault: "the site failed (\(status))\(site); its own log says why"
    case .malformed:
      "the site's answer (\(status), \(mediaType ?? "no media type")) cannot be used\(answered)\(site)\(begins)"
    }
  }

  /// To which request.
  private var answered: String { request.map { " to \($0)" } ?? "" }

  /// How the answer begins.
  private var begins: String { excerpt.map { $0.isEmpty ? "" : ", which begins: \($0)" } ?? "" }

  private var wait: String { retryAfter.map { "; it asks to wait \($0) seconds" } ?? "" }

  /// What to do about a page in the place of a document.
  static func way(past door: String?) -> String {
    guard let door else {
      return "check site.baseURL, and whether a proxy, firewall or login page stands before the site"
    }
    return
      "that is \(door) in front of the site: let this machine's address through there to the paths of JSON:API and /oauth"
  }
}
