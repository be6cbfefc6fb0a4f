import HTTPTypes

/// One answer of the admin port. The server adds `Content-Length`, `Date` and, where the answer has none of its own, fields
/// that forbid storing, framing, guessing of types, and anything from elsewhere (`AdminAnswer.guarded`).
package struct AdminAnswer: Sendable {
  /// The status code (RFC 9110 section 15).
  package var status: Int
  /// `Content-Type`; nil for an answer without a body.
  package var contentType: String?
  /// Further header fields.
  package var fields: HTTPFields
  /// Left out in the answer to HEAD.
  package var body: [UInt8]

  /// An answer of these parts.
  package init(status: Int = 200, contentType: String?, fields: HTTPFields = [:], body: [UInt8] = []) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
  }

  /// Plain text, with a line break at its end.
  package init(status: Int = 200, text: String, fields: HTTPFields = [:]) {
    self.init(
      status: status, contentType: "text/plain; charset=utf-8", fields: fields, body: Array((text + "\n").utf8))
  }

  /// A page.
  package init(status: Int = 200, html: String, fields: HTTPFields = [:]) {
    self.init(status: status, contentType: "text/html; charset=utf-8", fields: fields, body: Array(html.utf8))
  }

  /// On to another path of this server by GET (RFC 9110 section 15.4.4), as after a form.
  package init(seeOther location: String, fields: HTTPFields = [:]) {
    var fields = fields
    fields[.location] = location
    self.init(status: 303, contentType: nil, fields: fields)
  }
}
