import Coding

/// A resource (JSON:API 1.0, "Resource Objects"; reference 2.5).
package struct ResourceObject: Sendable, Hashable {
  /// The members as they were sent, unknown ones included.
  package private(set) var members: JSONObject

  private static let order = ["type", "id", "links", "attributes", "relationships", "meta"]

  /// Reads a resource. `id` may be absent, as in a document that creates one.
  /// - Throws: `DocumentError` when `type` is no string or another known member has the wrong shape.
  package init(_ json: JSON, at pointer: String = "") throws(DocumentError) {
    members = try json.requireObject("a resource", at: pointer)
    _ = try members.requireString("type", at: pointer)
    if members["id"] != nil { _ = try members.requireString("id", at: pointer) }
    if let links = members["links"] { _ = try Links(links, at: "\(pointer)/links") }
    for name in ["attributes", "relationships", "meta"] { try members.checkObject(name, at: pointer) }
    for member in members["relationships"]?.object?.members ?? [] {
      _ = try Relationship(member.value, at: "\(pointer)/relationships/\(member.name)")
    }
  }

  /// A resource without fields.
  package init(type: String, id: String?) {
    members = JSONObject([("type", .string(type))])
    self.id = id
  }

  /// The resource as JSON; exactly what was read.
  package var json: JSON { .object(members) }

  /// The resource type's name, such as `node--topic`.
  package var type: String {
    get { members["type"]?.string ?? "" }
    set { set("type", .string(newValue)) }
  }
  /// The UUID.
  package var id: String? {
    get { members["id"]?.string }
    set { set("id", newValue.map { .string($0) }) }
  }
  /// Type and UUID; nil without a UUID.
  package var identifier: ResourceIdentifier? { id.map { ResourceIdentifier(type: type, id: $0) } }
  /// `self` and others.
  package var links: Links? {
    get { members["links"].flatMap { try? Links($0) } }
    set { set("links", newValue?.json) }
  }
  /// The attributes; nil when the member is absent, as the site leaves it out when empty.
  package var attributes: JSONObject? {
    get { members["attributes"]?.object }
    set { set("attributes", newValue.map { .object($0) }) }
  }
  /// Facts about the resource.
  package var meta: JSONObject? {
    get { members["meta"]?.object }
    set { set("meta", newValue.map { .object($0) }) }
  }
  /// The relationships; nil when the member is absent.
  package var relationships: JSONObject? {
    get { members["relationships"]?.object }
    set { set("relationships", newValue.map { .object($0) }) }
  }
  /// The names of the relationships, in order.
  package var relationshipNames: [String] { members["relationships"]?.object?.names ?? [] }

  /// One relationship; setting an existing one keeps its place, and removing the last one removes the member.
  package subscript(relationship name: String) -> Relationship? {
    get { members["relationships"]?[name].flatMap { try? Relationship($0) } }
    set {
      var relationships = members["relationships"]?.object ?? JSONObject()
      relationships[name] = newValue?.json
      set("relationships", relationships.isEmpty ? nil : .object(relationships))
    }
  }

  private mutating func set(_ name: String, _ value: JSON?) {
    members.set(name, to: value, order: ResourceObject.order)
  }
}
