import Coding

/// One error (JSON:API 1.0, "Error Objects"; reference 4.2).
package struct ErrorObject: Sendable, Hashable {
  /// The members as they were sent, unknown ones included.
  package private(set) var members: JSONObject

  private static let order = ["title", "status", "detail", "links", "code", "source", "meta"]

  /// Reads an error.
  /// - Throws: `DocumentError` when it is no object, or `links`, `source` or `meta` have the wrong shape.
  package init(_ json: JSON, at pointer: String = "") throws(DocumentError) {
    members = try json.requireObject("an error", at: pointer)
    if let links = members["links"] { _ = try Links(links, at: "\(pointer)/links") }
    for name in ["source", "meta"] { try members.checkObject(name, at: pointer) }
  }

  /// An error with the site's title for its status.
  /// - Parameters:
  ///   - via: the URI of the request; nil leaves the link out.
  ///   - info: a page on the error; nil leaves the link out.
  ///   - pointer: the part of the request's document that is meant.
  package init(status: Int, detail: String, via: String? = nil, info: String? = nil, pointer: String? = nil) {
    members = JSONObject()
    if let title = HTTPStatus.title(status) { members["title"] = .string(title) }
    members["status"] = .string(String(status))
    members["detail"] = .string(detail)
    var links = Links()
    if let via { links["via"] = Link(via) }
    if let info { links["info"] = Link(info) }
    if !links.members.isEmpty { members["links"] = links.json }
    if let pointer { members["source"] = ["pointer": .string(pointer)] }
  }

  /// The error as JSON; exactly what was read.
  package var json: JSON { .object(members) }

  /// The name of the status.
  package var title: String? { members["title"]?.string }
  /// The HTTP status; sent as a string.
  package var status: Int? { members["status"]?.string.flatMap { Int($0) } }
  /// What happened.
  package var detail: String? { members["detail"]?.string }
  /// The program's own code; older sites send a number.
  package var code: String? {
    switch members["code"] {
    case .string(let text), .number(let text): text
    default: nil
    }
  }
  /// `via` and `info`.
  package var links: Links? { members["links"].flatMap { try? Links($0) } }
  /// The part of the request's document that is meant, as a JSON pointer.
  package var pointer: String? { members["source"]?["pointer"]?.string }
  /// Facts about the error.
  package var meta: JSONObject? {
    get { members["meta"]?.object }
    set { members.set("meta", to: newValue.map { .object($0) }, order: ErrorObject.order) }
  }
}
