extension ErrorResponse {
  /// The answer to a bad query.
  package init(_ error: QueryParameterError, request: RequestURI) {
    if error == .unsupportedFormat {
      self = .unsupportedFormat(request)
    } else {
      self.init(status: error.status, detail: error.detail, request: request, info: error.info)
    }
  }

  /// A route below a collection that names an entity.
  package enum EntityRoute: Sendable, Hashable {
    /// `/{uuid}`
    case individual
    /// `/{uuid}/{field}`
    case related(String)
    /// `/{uuid}/relationships/{field}`
    case relationship(String)
  }

  /// 404: no entity of this UUID.
  /// - Parameters:
  ///   - collectionPath: the path of the type's collection, such as `/jsonapi/node/topic`.
  ///   - method: the request's method; HEAD counts as GET.
  package static func unknownEntity(
    type: ResourceTypeName, collectionPath: String, route: EntityRoute = .individual, method: String = "GET",
    request: RequestURI
  ) -> ErrorResponse {
    let verb = method == "GET" || method == "HEAD" ? "get" : method.lowercased()
    let (path, name) =
      switch route {
      case .individual: ("", verb == "get" ? "individual" : "individual.\(verb)")
      case .related(let field): ("/\(field)", "\(field).related")
      case .relationship(let field): ("/relationships/\(field)", "\(field).relationship.\(verb)")
      }
    let detail =
      "The \"entity\" parameter was not converted for the path \"\(collectionPath)/{entity}\(path)\" "
      + "(route name: \"jsonapi.\(type).\(name)\")"
    return ErrorResponse(status: 404, detail: detail, request: request)
  }

  /// 405: the path has no route for the method.
  /// - Parameter allowed: the methods the path has, in the site's order: GET, HEAD, then others.
  package static func methodNotAllowed(_ method: String, allowed: [String], request: RequestURI) -> ErrorResponse {
    let allow = allowed.joined(separator: ", ")
    let detail = "No route found for \"\(method) \(request.withoutQuery)\": Method Not Allowed (Allow: \(allow))"
    var response = ErrorResponse(status: 405, detail: detail, request: request)
    response.fields = [Field(name: "Allow", value: allow)]
    return response
  }

  /// 415: a write whose media type has no route.
  /// - Parameter contentType: the request's `Content-Type` as sent; nil when there was none.
  package static func unsupportedMediaType(_ contentType: String?, request: RequestURI) -> ErrorResponse {
    let detail =
      contentType.map { "No route found that matches \"Content-Type: \($0)\"" }
      ?? "No \"Content-Type\" request header specified"
    return ErrorResponse(status: 415, detail: detail, request: request)
  }

  /// 401 in the form sites with basic authentication use.
  /// - Parameter realm: the site's name; quotes and backslashes are escaped.
  package static func unauthorized(realm: String, request: RequestURI) -> ErrorResponse {
    var response = ErrorResponse(
      status: 401, detail: "No authentication credentials provided.", request: request)
    let quoted = realm.utf8.flatMap { $0 == 0x22 || $0 == 0x5C ? [0x5C, $0] : [$0] }
    let challenge = "Basic realm=\"\(String(decoding: quoted, as: UTF8.self))\""
    response.fields = [Field(name: "WWW-Authenticate", value: challenge)]
    return response
  }

  /// 403: the entity may not be read or written; `reason` is appended to the site's sentence.
  package static func forbidden(method: String, reason: String? = nil, request: RequestURI) -> ErrorResponse {
    let sentence = "The current user is not allowed to \(method) the selected resource."
    let detail = reason.map { "\(sentence) \($0)" } ?? sentence
    return ErrorResponse(status: 403, detail: detail, request: request, pointer: "/data")
  }

  /// 422: values that validation refused; such errors have no links.
  /// - Parameter violations: message and JSON pointer of each, such as `title: This value should not be null.` and
  ///   `/data/attributes/title`.
  package static func unprocessable(_ violations: [(detail: String, pointer: String)]) -> ErrorResponse {
    ErrorResponse(
      status: 422, errors: violations.map { ErrorObject(status: 422, detail: $0.detail, pointer: $0.pointer) })
  }

  /// 501: a version of a type that has none.
  package static func versionsNotSupported(_ request: RequestURI) -> ErrorResponse {
    ErrorResponse(
      status: 501, detail: "Resource versioning is not yet supported for this resource type.", request: request)
  }
}
