import Coding

/// An error as the site answers it: status, header fields and document (reference 4.2).
package struct ErrorResponse: Error, Sendable, Hashable {
  /// A header field that belongs to the error.
  package struct Field: Sendable, Hashable {
    /// Such as `Allow`.
    package var name: String
    /// Without line breaks.
    package var value: String
    /// A field.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The HTTP status.
  package var status: Int
  /// The errors of the document; empty when `body` is not a JSON:API document.
  package var errors: [ErrorObject]
  /// Header fields besides `Content-Type`: `Allow`, `Link`, `WWW-Authenticate`.
  package var fields: [Field]
  /// The media type of the body, exactly.
  package var contentType = "application/vnd.api+json"
  private var message: String?

  /// An error document of these errors.
  package init(status: Int, errors: [ErrorObject], fields: [Field] = []) {
    self.status = status
    self.errors = errors
    self.fields = fields
  }

  /// One error about a request, with the links the site gives it.
  /// - Parameters:
  ///   - pointer: the part of the request's document that is meant.
  ///   - via: another URI than the request's, as for access to an entity.
  package init(
    status: Int, detail: String, request: RequestURI, info: QueryParameterError.Info = .status,
    pointer: String? = nil, via: String? = nil
  ) {
    let link: String? =
      switch info {
      case .status: nil
      case .specification: "http://jsonapi.org/format/#query-parameters"
      case .requestWithoutQuery: request.withoutQuery
      }
    let error = ErrorObject(
      status: status, detail: detail, via: via ?? request.via, info: link ?? HTTPStatus.info(status), pointer: pointer)
    self.init(status: status, errors: [error], fields: link.map { [Field(name: "Link", value: $0)] } ?? [])
  }

  /// The body in the site's encoding.
  package var body: [UInt8] {
    if let message, !contentType.hasPrefix("application/json") { return Array(message.utf8) }
    if let message { return JSON.object(JSONObject([("message", .string(message))])).encoded(.site) }
    var document = DocumentBody()
    document.errors = errors
    return document.json.encoded(.site)
  }

  /// `?_format=json`: not a JSON:API document.
  package static func unsupportedFormat(_ request: RequestURI) -> ErrorResponse {
    var query = request.query.tree
    let format = query["_format"]?.text
    query["_format"] = .text("api_json")
    let link = "\(request.withoutQuery)?\(query.sortedByName.encoded(.drupal))"
    let alternate = "<\(link)>; rel=\"alternate\"; type=\"application/vnd.api+json\""
    var response = ErrorResponse(status: 406, errors: [], fields: [Field(name: "Link", value: alternate)])
    response.contentType =
      switch format {
      case "json": "application/json"
      case "html": "text/html; charset=UTF-8"
      default: "text/plain; charset=UTF-8"
      }
    response.message = QueryParameterError.unsupportedFormat.detail
    return response
  }
}
