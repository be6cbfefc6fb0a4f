import APIDescription
import HTTPTypes
import JSONAPI
import NIOCore
import OpenSocial
import Store
import TokenIssuer

/// The description of the API in both forms, as far as who asks may see what is described. It is made for each request: types are few,
/// and what is known of them changes.
struct DescriptionAnswers: Sendable {
  let reader: ResourceReader
  let reading: Reading
  let facts: KnownSiteFacts
  let sessions: BrowserSessions
  let sights: Sights

  /// The methods of both routes.
  private static let methods = ["GET"]

  /// The answer in the site's form (reference 8).
  func siteForm(_ asked: Asked) throws -> Answer? {
    if let other = otherMethod(asked) { return other }
    // The site looks for the form before it looks at who asks.
    guard asked.uri.query.tree["_format"]?.text == "json" else { return Answer(page: "Not acceptable", status: 406) }
    return try described(asked) { SwaggerDocument($0).json.encoded(.site) }
  }

  /// The answer in OpenAPI 3.1.
  func ownForm(_ asked: Asked) throws -> Answer? {
    if let other = otherMethod(asked) { return other }
    return try described(asked) { OpenAPIDocument($0).json.encoded(.plain) }
  }

  private func otherMethod(_ asked: Asked) -> Answer? {
    if asked.head.method == .options { return Answer(allowing: DescriptionAnswers.methods) }
    return asked.isRead ? nil : Answer(onlyAllowing: "GET, HEAD")
  }

  private func described(_ asked: Asked, _ text: (DescribedAPI) -> [UInt8]) throws -> Answer? {
    if let failure = asked.viewer.caller.failure { return Answer(refusing: failure) }
    guard let sight = try sight(asked) else { return DescriptionAnswers.anonymous }
    if let location = asked.spelling.moved(nil, base: asked.uri.base) { return Answer(movedTo: location) }
    return try asked.read {
      let options = asked.uri.query.tree["options"]?.tree
      let api = try api(asked, seeing: sight)
        .only(entityType: options?["entity_type_id"]?.text, bundle: options?["bundle_name"]?.text)
      return Answer(json: text(api))
    }
  }

  /// What who asks may see: by a token, or by a browser's session, as the page that shows the description has no token. Nil for nobody.
  private func sight(_ asked: Asked) throws -> Sight? {
    if asked.viewer.caller.token != nil { return asked.viewer.sight }
    return try sessions.person(asked.head, asked.base).map { sights.sight(of: $0.account) }
  }

  private func api(_ asked: Asked, seeing sight: Sight) throws -> DescribedAPI {
    let paths = try facts.facts().paths
    let types = try reader.snapshot(seeing: sight) { snapshot -> [DescribedType] in
      let homes = try snapshot.entityTypes()
      return try snapshot.types().map { type -> DescribedType in
        let schema = try snapshot.schema(of: type) ?? TypeSchema()
        var uploads: [String] = []
        if try snapshot.hasUploadRoutes(type) {
          uploads = schema.fields.filter { UploadRoutes.takesFiles($0, homes) }.map(\.name)
        }
        return DescribedType(
          name: type.name, entityType: type.entityType, bundle: type.bundle, path: type.path, schema: schema,
          called: AttributeNames(serial: type.serialNumber), uploads: uploads)
      }
    }
    return DescribedAPI(
      title: try siteName() ?? "Open Social", origin: asked.uri.base, place: paths.place, apiPath: paths.api,
      types: types)
  }

  /// The site's host; nil before it is known.
  private func siteName() throws -> String? {
    guard let base = try reading.fact(.siteBaseURL), let scheme = base.firstRange(of: "://") else { return nil }
    return String(base[scheme.upperBound...].prefix { $0 != "/" })
  }

  /// 401 in the form in which the site refuses what is asked for as JSON.
  private static var anonymous: Answer {
    let words: JSON = ["message": "No authentication credentials provided."]
    var answer = Answer(json: words.encoded(.site), status: 401)
    answer.fields[.wwwAuthenticate] = "Bearer realm=\"OAuth\""
    return answer
  }
}

extension Answer {
  /// A JSON text that is no JSON:API document.
  fileprivate init(json: [UInt8], status: Int = 200) {
    self.init(status: status)
    body = ByteBuffer(bytes: json)
    fields[.contentType] = "application/json"
  }
}

extension Sights {
  /// What a person is shown who has signed in with a browser, for whom no client acts: as far as the account goes.
  fileprivate func sight(of account: Account) -> Sight {
    let token = AccessToken(
      id: "", accountID: account.id, consumerID: "", scopes: account.scopes.isEmpty ? ["read"] : account.scopes,
      sights: account.sight.map { [$0] } ?? [], userUUID: account.userUUID, expiresAt: 0)
    return sight(of: token)
  }
}
