import Coding

/// A link (JSON:API 1.0, "Links"): an object with `href` and perhaps `meta`, or a bare string.
package struct Link: Sendable, Hashable {
  /// The link as it was sent, unknown members included.
  package private(set) var json: JSON

  /// Reads a link.
  /// - Throws: `DocumentError` when it is neither a string, an object nor null.
  package init(_ json: JSON, at pointer: String = "") throws(DocumentError) {
    guard json.string != nil || json.object != nil || json.isNull else {
      throw DocumentError("a link should be an object", at: pointer)
    }
    self.json = json
  }

  /// A link object.
  package init(_ href: String, meta: JSONObject? = nil) {
    var object = JSONObject([("href", .string(href))])
    if let meta { object["meta"] = .object(meta) }
    json = .object(object)
  }

  /// The target; absent on links that only carry `meta`.
  package var href: String? { json.string ?? json["href"]?.string }
  /// What is said about the link.
  package var meta: JSONObject? { json["meta"]?.object }
}

/// The links of a document, resource, relationship or error, in order.
package struct Links: Sendable, Hashable {
  /// The members as they were sent.
  package private(set) var members: JSONObject

  /// Reads links.
  /// - Throws: `DocumentError` when it is no object, or a member no link.
  package init(_ json: JSON, at pointer: String = "") throws(DocumentError) {
    members = try json.requireObject("'links'", at: pointer)
    for member in members.members { _ = try Link(member.value, at: "\(pointer)/\(member.name)") }
  }

  /// Links in the given order.
  package init(_ links: [(String, Link)] = []) { members = JSONObject(links.map { ($0, $1.json) }) }

  /// The links as JSON; exactly what was read.
  package var json: JSON { .object(members) }

  /// One link; setting an existing one keeps its place.
  package subscript(name: String) -> Link? {
    get { members[name].flatMap { try? Link($0) } }
    set { members[name] = newValue?.json }
  }
}
