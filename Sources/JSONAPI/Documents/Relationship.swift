import Coding

/// A relationship of a resource (JSON:API 1.0, "Relationships"; reference 2.7).
package struct Relationship: Sendable, Hashable {
  /// The members as they were sent, unknown ones included.
  package private(set) var members: JSONObject

  private static let order = ["data", "links", "meta"]

  /// Reads a relationship.
  /// - Throws: `DocumentError` when a known member has the wrong shape.
  package init(_ json: JSON, at pointer: String = "") throws(DocumentError) {
    members = try json.requireObject("a relationship", at: pointer)
    if let data = members["data"] { _ = try Linkage(data, at: "\(pointer)/data") }
    if let links = members["links"] { _ = try Links(links, at: "\(pointer)/links") }
    try members.checkObject("meta", at: pointer)
  }

  /// A relationship of this linkage.
  package init(data: Linkage?, links: Links? = nil, meta: JSONObject? = nil) {
    members = JSONObject()
    self.data = data
    self.links = links
    self.meta = meta
  }

  /// The relationship as JSON; exactly what was read.
  package var json: JSON { .object(members) }

  /// What it points to; nil when the member is absent.
  package var data: Linkage? {
    get { members["data"].flatMap { try? Linkage($0) } }
    set { members.set("data", to: newValue?.json, order: Relationship.order) }
  }
  /// `related` and `self`.
  package var links: Links? {
    get { members["links"].flatMap { try? Links($0) } }
    set { members.set("links", to: newValue?.json, order: Relationship.order) }
  }
  /// Facts about the relationship.
  package var meta: JSONObject? {
    get { members["meta"]?.object }
    set { members.set("meta", to: newValue.map { .object($0) }, order: Relationship.order) }
  }
}
