import JSONAPI

/// A refusal, rendered as the site's error document (reference 4.2).
struct SiteError: Error, Sendable {
  var status: Int
  var detail: String
  /// The URL at fault, when it is not that of the request.
  var via: String?
  /// Where to read on, when it is not the section of RFC 2616.
  var info: String?
  var pointer: String?
  /// Without `links`: validation errors.
  var isViolation = false
  var headers: [(name: String, value: String)] = []

  init(_ status: Int, _ detail: String, via: String? = nil, pointer: String? = nil) {
    self.status = status
    self.detail = detail
    self.via = via
    self.pointer = pointer
  }

  static func violation(_ detail: String, _ pointer: String) -> SiteError {
    var error = SiteError(422, detail, pointer: pointer)
    error.isViolation = true
    return error
  }

  static func notGranted(_ via: String, reason: String = "") -> SiteError {
    SiteError(403, DocumentParts.notGranted(reason), via: via, pointer: "/data")
  }

  private static let titles = [
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    406: "Not Acceptable", 409: "Conflict", 415: "Unsupported Media Type", 422: "Unprocessable Content",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
  ]

  private static let sections = [
    400: "sec10.4.1", 401: "sec10.4.2", 403: "sec10.4.4", 404: "sec10.4.5", 405: "sec10.4.6", 406: "sec10.4.7",
    409: "sec10.4.10", 415: "sec10.4.16", 500: "sec10.5.1", 501: "sec10.5.2", 503: "sec10.5.4",
  ]

  /// The answer; `requestURL` is the request's own URL as the site writes it.
  func response(requestURL: String) -> SiteResponse {
    var error = JSONObject([
      ("title", .string(SiteError.titles[status] ?? "Error")), ("status", .string(String(status))),
      ("detail", .string(detail)),
    ])
    if !isViolation {
      var links = JSONObject([("via", ["href": .string(via ?? requestURL)])])
      let section = SiteError.sections[status].map { "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#\($0)" }
      if let info = info ?? section { links["info"] = ["href": .string(info)] }
      error["links"] = .object(links)
    }
    if let pointer { error["source"] = ["pointer": .string(pointer)] }
    let document: JSON = ["jsonapi": DocumentParts.version, "errors": [.object(error)]]
    return SiteResponse(
      status, [("content-type", SiteResponse.mediaType)] + headers, body: document.encoded(.site))
  }
}

/// What all documents share (reference 2.2).
enum DocumentParts {
  static let version: JSON = [
    "version": "1.0", "meta": ["links": ["self": ["href": "http://jsonapi.org/format/1.0/"]]],
  ]
  /// Why a resource is not shown, with the reason that some types give.
  static func notGranted(_ reason: String) -> String {
    "The current user is not allowed to GET the selected resource." + (reason.isEmpty ? "" : " " + reason)
  }
  static let omittedDetail = "Some resources have been omitted because of insufficient authorization."
  static let omittedHelp = "https://www.drupal.org/docs/8/modules/json-api/filtering#filters-access-control"
}
