import HTTPTypes
import JSONAPI
import Measures
import NIOCore

/// An answer, before it is sent.
struct Answer: Sendable {
  var status: Int
  var fields: HTTPFields
  var body: ByteBuffer
  /// Sent instead of `body`.
  var file: FileSlice?
  /// Sent instead of `body`, as it comes.
  var stream: AnswerStream?
  /// What in the body may stand in other bodies too; nil until it is coded where that is not told.
  var pieces: AnswerPieces?
  /// The body's size before a coding was applied; 0 until it is finished.
  var plainBytes = 0
  /// Where the request led, for measures.
  var kind = RouteKind.other

  /// A JSON:API document. `fields` are added to those of every answer.
  init(document body: ByteBuffer, status: Int = 200) {
    self.status = status
    self.body = body
    fields = Answer.documentFields
  }

  /// An error in the site's form.
  init(_ error: ErrorResponse) {
    status = error.status
    body = ByteBuffer(bytes: error.body)
    fields = Answer.common(error.contentType)
    for field in error.fields {
      if let name = HTTPField.Name(field.name) { fields[name] = field.value }
    }
  }

  /// A page for what is no JSON:API route: the site answers those with HTML (reference 1.2).
  init(page title: String, status: Int) {
    self.status = status
    body = ByteBuffer(
      string:
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n"
    )
    fields = Answer.common("text/html; charset=UTF-8")
    fields.closePage()
  }

  /// No body at all, as OPTIONS has it.
  init(allowing methods: [String]) {
    status = 200
    body = ByteBuffer()
    fields = Answer.common("text/html; charset=UTF-8")
    fields[.allow] = methods.joined(separator: ", ")
  }

  /// A redirect, with the page that the site's framework makes for it.
  init(movedTo location: String, status: Int = 301) {
    self.status = status
    body = ByteBuffer(bytes: RedirectPage.body(location))
    fields = Answer.common("text/html; charset=utf-8")
    fields[.location] = location
  }

  /// 304: the client has the content of this tag (RFC 9110 section 15.4.5).
  init(notModified tag: String, knownUntil: Int64, pending: Int?) {
    status = 304
    body = ByteBuffer()
    fields = Answer.documentFields
    fields[.contentType] = nil
    speaks(tag: tag, knownUntil: knownUntil, pending: pending)
  }

  /// An answer without content: 204.
  init(status: Int) {
    self.status = status
    body = ByteBuffer()
    fields = Answer.documentFields
    fields[.contentType] = nil
  }

  /// Says which state of the content it shows, up to when that is known, and how many local changes in it are not settled.
  /// To be called once at most.
  /// - Parameters:
  ///   - tag: the `ETag`, if it has one.
  ///   - knownUntil: Unix seconds; 0 before the first complete pull, when nothing can be said.
  ///   - pending: nil when it is not known without reading the content.
  mutating func speaks(tag: String? = nil, knownUntil: Int64, pending: Int? = 0) {
    var said: [HTTPField] = []
    said.reserveCapacity(3)
    if let tag { said.append(HTTPField(name: .eTag, value: tag)) }
    if knownUntil > 0 { said.append(HTTPField(name: .mirrorAsOf, value: RFC3339.text(unixSeconds: knownUntil))) }
    if let pending { said.append(HTTPField(name: .mirrorPending, value: String(pending))) }
    fields.append(contentsOf: said)
  }

  /// The content of a file.
  init(file: FileSlice) {
    status = 200
    body = ByteBuffer()
    self.file = file
    fields = HTTPFields()
    fields[.xContentTypeOptions] = "nosniff"
  }

  /// The same answer with another status and another part of the file.
  func reduced(to status: Int, slice: FileSlice?) -> Answer {
    var answer = self
    answer.status = status
    answer.file = slice
    if slice == nil { answer.fields[.contentType] = nil }
    return answer
  }

  /// The body's length, also where the body stays out because of HEAD.
  var length: Int { file.map { Int($0.range.count) } ?? body.readableBytes }

  /// Whether the body is the content of a file, which is sent piece by piece.
  func isStreamed(to method: HTTPRequest.Method) -> Bool {
    file.map { method != .head && !$0.range.isEmpty } ?? false
  }

  private static let documentFields = common("application/vnd.api+json")

  /// The headers that matter on every answer of the site to a signed-in request (reference 4.1). `Accept-Encoding` is in
  /// `Vary` because the coding follows it.
  static func common(_ contentType: String) -> HTTPFields {
    var fields = HTTPFields()
    fields[.contentType] = contentType
    fields[.cacheControl] = "must-revalidate, no-cache, private"
    fields[.contentLanguage] = "en"
    fields[.vary] = "X-Consumer-ID, Accept-Encoding"
    fields[.xContentTypeOptions] = "nosniff"
    return fields
  }
}

extension HTTPField.Name {
  /// The time up to which the site is known, RFC 3339.
  static let mirrorAsOf = parsed("Mirror-As-Of")
  /// How many local changes in the answer are not settled.
  static let mirrorPending = parsed("Mirror-Pending")
  /// RFC 7240 section 2.
  static let prefer = parsed("Prefer")
  /// RFC 7240 section 3.
  static let preferenceApplied = parsed("Preference-Applied")

  static func parsed(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .date }
}
