import JSONAPI

/// What the site says of itself at `/jsonapi` (reference 1.3).
package struct EntryPoint: Sendable, Hashable {
  /// A resource type and where its collection is.
  package struct Collection: Sendable, Hashable {
    /// Such as `node--topic`.
    package var name: String
    /// Such as `/jsonapi/node/topic`: without scheme, host and the path of the base URL.
    package var path: String
    /// A collection with these parts.
    package init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  /// Every resource type with a route, in the site's order; never empty.
  package var resourceTypes: [Collection]
  /// The UUID of the account that asked; nil when the site took it for an anonymous visitor.
  package var me: String?
  /// The site's clock at the time, Unix seconds; nil when it did not say.
  package var date: Int64?
  /// The `version` of its `jsonapi` member.
  package var version: String?
  /// `Content-Language` of the answer.
  package var language: String?

  /// Its path.
  package static let path = "/jsonapi"

  /// The request.
  package static func prepare(base: BaseURL) -> OutboundRequest { SiteRequest(path: path).prepare(base: base) }

  /// Reads the answer.
  /// - Throws: `SiteError`; `malformed` also for an entry point without a single resource type.
  package static func parse(_ response: InboundResponse, base: BaseURL) throws(SiteError) -> EntryPoint {
    let bytes = try SiteAnswer.document(of: response)
    func malformed(_ reason: String) -> SiteError {
      SiteError(.malformed, status: response.status, detail: reason, mediaType: response.mediaType)
    }
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw malformed(error.description) }
    var collections: [Collection] = []
    for member in json["links"]?.object?.members ?? [] where member.name.contains("--") {
      // Since 8.7 links are objects; a string is what JSON:API also allows.
      guard let href = member.value["href"]?.string ?? member.value.string else { continue }
      guard let path = base.local(href)?.path else {
        throw malformed(
          "the link of \(member.name) does not lead below \(base); is site.baseURL the address that the site itself uses?"
        )
      }
      collections.append(Collection(name: member.name, path: path))
    }
    guard !collections.isEmpty else { throw malformed("the entry point names no resource type") }
    return EntryPoint(
      resourceTypes: collections, me: json["meta"]?["links"]?["me"]?["meta"]?["id"]?.string, date: response.date,
      version: json["jsonapi"]?["version"]?.string, language: response["Content-Language"])
  }
}
