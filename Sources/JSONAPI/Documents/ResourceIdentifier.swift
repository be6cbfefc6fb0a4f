import Coding

/// What a relationship points to (JSON:API 1.0, "Resource Identifier Objects"; reference 2.7).
package struct ResourceIdentifier: Sendable, Hashable {
  /// The members as they were sent, unknown ones included.
  package private(set) var members: JSONObject

  private static let order = ["type", "id", "meta"]

  /// Reads an identifier.
  /// - Throws: `DocumentError` when `type` or `id` is no string, or `meta` no object.
  package init(_ json: JSON, at pointer: String = "") throws(DocumentError) {
    members = try json.requireObject("a resource identifier", at: pointer)
    _ = try members.requireString("type", at: pointer)
    _ = try members.requireString("id", at: pointer)
    try members.checkObject("meta", at: pointer)
  }

  /// An identifier.
  package init(type: String, id: String, meta: JSONObject? = nil) {
    members = JSONObject([("type", .string(type)), ("id", .string(id))])
    self.meta = meta
  }

  /// The identifier as JSON; exactly what was read.
  package var json: JSON { .object(members) }

  /// The resource type's name, such as `user--user`; `unknown` for a dangling target of one of several types.
  package var type: String {
    get { members["type"]?.string ?? "" }
    set { members.set("type", to: .string(newValue), order: ResourceIdentifier.order) }
  }
  /// The UUID; `missing` or `virtual` where there is no resource.
  package var id: String {
    get { members["id"]?.string ?? "" }
    set { members.set("id", to: .string(newValue), order: ResourceIdentifier.order) }
  }
  /// Facts about the reference.
  package var meta: JSONObject? {
    get { members["meta"]?.object }
    set { members.set("meta", to: newValue.map { .object($0) }, order: ResourceIdentifier.order) }
  }

  /// Which of several references to the same target this is, from 0; nil when there is only one.
  package var arity: Int64? { meta?["arity"]?.integer }
  /// Whether the target was deleted. Never to be fetched; refused in writes.
  package var isMissing: Bool { id == "missing" }
  /// Whether it stands for the root of a taxonomy. Never to be fetched; skipped in writes.
  package var isVirtual: Bool { id == "virtual" }
  /// Whether the site could not tell the target's type.
  package var isUnknown: Bool { type == "unknown" }
  /// Whether there is a resource to fetch.
  package var isResource: Bool { !isMissing && !isVirtual && !isUnknown }
}

/// The `data` of a relationship (JSON:API 1.0, "Resource Linkage").
package enum Linkage: Sendable, Hashable {
  /// An empty to-one relationship.
  case none
  /// A to-one relationship.
  case one(ResourceIdentifier)
  /// A to-many relationship, perhaps empty.
  case many([ResourceIdentifier])

  /// Reads linkage.
  /// - Throws: `DocumentError` when it is neither null, an identifier nor an array of them.
  package init(_ json: JSON, at pointer: String = "") throws(DocumentError) {
    switch json {
    case .null: self = .none
    case .array(let elements):
      var identifiers: [ResourceIdentifier] = []
      for (index, element) in elements.enumerated() {
        identifiers.append(try ResourceIdentifier(element, at: "\(pointer)/\(index)"))
      }
      self = .many(identifiers)
    default: self = .one(try ResourceIdentifier(json, at: pointer))
    }
  }

  /// The linkage as JSON; exactly what was read.
  package var json: JSON {
    switch self {
    case .none: .null
    case .one(let identifier): identifier.json
    case .many(let identifiers): .array(identifiers.map(\.json))
    }
  }

  /// All identifiers, in order.
  package var identifiers: [ResourceIdentifier] {
    switch self {
    case .none: []
    case .one(let identifier): [identifier]
    case .many(let identifiers): identifiers
    }
  }
}
