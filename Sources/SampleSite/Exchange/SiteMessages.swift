/// A request as the site sees it, apart from any server.
package struct SiteRequest: Sendable {
  /// Such as `GET`.
  package var method: String
  /// Path and query as sent, percent-encoded: `/jsonapi/node/topic?page%5Blimit%5D=2`.
  package var target: String
  /// Names in lower case.
  package var headers: [String: String]
  /// The bytes of the request's body.
  package var body: [UInt8]
  /// Scheme and host of the request, such as `http://127.0.0.1:8080`; links are built from it.
  package var base: String

  /// A request with everything but method and target left out.
  package init(
    _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8] = [],
    base: String = "https://community.example.org"
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.base = base
  }

  /// The part of the target before `?`, decoded.
  var path: String {
    let end = target.firstIndex(of: "?") ?? target.endIndex
    return BracketParameters.decoded(Substring(target[..<end].replacing("+", with: "%2B")))
  }

  /// The part of the target after `?`.
  var query: Substring {
    guard let mark = target.firstIndex(of: "?") else { return "" }
    return target[target.index(after: mark)...]
  }
}

/// What the site answers.
package struct SiteResponse: Sendable {
  /// The HTTP status code.
  package var status: Int
  /// In the order sent; names in lower case.
  package var headers: [(name: String, value: String)]
  /// The whole body, even when `cutAfter` sends less.
  package var body: [UInt8]
  /// Send only so many bytes of the body, then close the connection.
  package var cutAfter: Int?
  /// The connection ends without an answer; status 0.
  package var isLost: Bool { status == 0 }
  /// Wait so long before sending.
  package var delay: Duration?

  /// The value of the first header of this name, given in lower case.
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  init(_ status: Int, _ headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  static var lost: SiteResponse { SiteResponse(0) }

  static let mediaType = "application/vnd.api+json"
  static let binaryType = "application/octet-stream"

  /// An HTML page in the manner of the site's.
  static func html(_ status: Int, _ title: String, _ headers: [(name: String, value: String)] = []) -> SiteResponse {
    let page = """

      <!DOCTYPE html>
      <html lang="en" dir="ltr" prefix="og: https://ogp.me/ns#">
        <head>
          <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
          <meta name="viewport" content="width=device-width, initial-scale=1 maximum-scale=1.0">
          <title>\(title) | Reference Community</title>
        </head>
        <body><h1>\(title)</h1></body>
      </html>
      """
    return SiteResponse(
      status, [("content-type", "text/html; charset=UTF-8")] + headers, body: Array(page.utf8))
  }
}
