import Coding

/// A whole JSON:API document (JSON:API 1.0, "Document Structure"; reference 2.2). For documents handled as values; the
/// hot path works on bytes.
package struct DocumentBody: Sendable, Hashable {
  /// The primary data: resources, or identifiers on relationship routes, which are resources without fields.
  package enum Data: Sendable, Hashable {
    /// `null`.
    case none
    /// An object.
    case one(ResourceObject)
    /// An array, perhaps empty.
    case many([ResourceObject])

    /// All resources, in order.
    package var resources: [ResourceObject] {
      switch self {
      case .none: []
      case .one(let resource): [resource]
      case .many(let resources): resources
      }
    }
  }

  /// The members as they were sent, unknown ones included.
  package private(set) var members: JSONObject

  private static let order = ["jsonapi", "data", "errors", "included", "meta", "links"]

  /// Reads a document.
  /// - Throws: `DocumentError` when it is no object, or a known member has the wrong shape.
  package init(_ json: JSON) throws(DocumentError) {
    members = try json.requireObject("a document", at: "")
    if let data = members["data"] { _ = try DocumentBody.data(data) }
    for (name, json) in [("included", members["included"]), ("errors", members["errors"])] {
      guard let json else { continue }
      guard let elements = json.array else { throw DocumentError("'\(name)' should be an array", at: "/\(name)") }
      for (index, element) in elements.enumerated() {
        if name == "errors" {
          _ = try ErrorObject(element, at: "/errors/\(index)")
        } else {
          _ = try ResourceObject(element, at: "/included/\(index)")
        }
      }
    }
    for name in ["jsonapi", "meta"] { try members.checkObject(name, at: "") }
    if let links = members["links"] { _ = try Links(links, at: "/links") }
  }

  /// A document that begins with the site's `jsonapi` member.
  package init() { members = JSONObject([("jsonapi", DocumentBody.version)]) }

  /// The document as JSON; exactly what was read.
  package var json: JSON { .object(members) }

  /// Resources; nil when the member is absent, as in errors.
  package var data: Data? {
    get { members["data"].flatMap { try? DocumentBody.data($0) } }
    set {
      let json: JSON? =
        switch newValue {
        case nil: nil
        case .some(.none): .null
        case .one(let resource): resource.json
        case .many(let resources): .array(resources.map(\.json))
        }
      set("data", json)
    }
  }
  /// Resources that the primary data points to; empty when the member is absent, which is how the site writes none.
  package var included: [ResourceObject] {
    get { (members["included"]?.array ?? []).compactMap { try? ResourceObject($0) } }
    set { set("included", newValue.isEmpty ? nil : .array(newValue.map(\.json))) }
  }
  /// What went wrong; nil in documents of success.
  package var errors: [ErrorObject]? {
    get { members["errors"]?.array?.compactMap { try? ErrorObject($0) } }
    set { set("errors", newValue.map { .array($0.map(\.json)) }) }
  }
  /// Facts about the document, such as `omitted`.
  package var meta: JSONObject? {
    get { members["meta"]?.object }
    set { set("meta", newValue.map { .object($0) }) }
  }
  /// `self` and pager links.
  package var links: Links? {
    get { members["links"].flatMap { try? Links($0) } }
    set { set("links", newValue?.json) }
  }

  /// The `jsonapi` member that sites before 11.2 write.
  package static let version: JSON = [
    "version": "1.0", "meta": ["links": ["self": ["href": "http://jsonapi.org/format/1.0/"]]],
  ]

  private mutating func set(_ name: String, _ value: JSON?) {
    members.set(name, to: value, order: DocumentBody.order)
  }

  private static func data(_ json: JSON) throws(DocumentError) -> Data {
    switch json {
    case .null: return .none
    case .array(let elements):
      var resources: [ResourceObject] = []
      for (index, element) in elements.enumerated() {
        resources.append(try ResourceObject(element, at: "/data/\(index)"))
      }
      return .many(resources)
    default: return .one(try ResourceObject(json, at: "/data"))
    }
  }
}
