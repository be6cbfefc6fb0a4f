/// What the site says about HTTP status codes in errors (reference 4.2).
package enum HTTPStatus {
  /// The name, as Symfony 6.3 and later write it; nil for codes that errors do not have.
  package static func title(_ status: Int) -> String? { titles[status] }

  /// The section of RFC 2616 that `info` links to; nil for codes defined elsewhere, such as 422.
  package static func info(_ status: Int) -> String? {
    let section: String
    switch status {
    case 400...417: section = "4.\(status - 399)"
    case 500...505: section = "5.\(status - 499)"
    default: return nil
    }
    return "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.\(section)"
  }

  private static let titles: [Int: String] = [
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout",
    409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed",
    422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency", 428: "Precondition Required",
    429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 507: "Insufficient Storage",
  ]
}
