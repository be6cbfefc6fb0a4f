import Coding

/// What is wrong with the query of a request, in the site's words (reference 3).
package struct QueryParameterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where the error's `info` link and the HTTP header `Link` point.
  package enum Info: Sendable, Hashable {
    /// The section of HTTP on the status; no header.
    case status
    /// The specification's section on query parameters.
    case specification
    /// The request without its query.
    case requestWithoutQuery
  }

  /// The HTTP status: 400, or 406 for a `_format` other than `api_json`.
  package var status: Int
  /// The `detail` of the error object.
  package var detail: String
  /// The link that goes with it.
  package var info: Info

  /// A bad request.
  package init(_ detail: String, status: Int = 400, info: Info = .status) {
    self.status = status
    self.detail = detail
    self.info = info
  }

  /// The detail.
  package var description: String { detail }
}

extension QueryParameterError {
  /// A filter condition that lacks a key, or has an array where a string belongs.
  package static let invalidCondition = QueryParameterError(
    "You must provide a valid filter condition. Check that you have set the required keys for your filter.")
  /// An empty path in a filter or sort.
  package static let noFieldName = QueryParameterError("No field name was provided for the filter.")
  /// An empty part in `include`. The site notices only when there is a resource to resolve it for.
  package static let emptyIncludePath = QueryParameterError("Empty include path.")
  /// `?_format=api_json`.
  package static let formatParameter = QueryParameterError(
    "JSON:API does not need that ugly '_format' query string! \u{1F918} Use the URL provided in 'links' \u{1F64F}",
    info: .requestWithoutQuery)
  /// `?_format=json`: answered as plain JSON, see `ErrorResponse.unsupportedFormat`.
  package static let unsupportedFormat = QueryParameterError(
    "No route found for the specified format. Supported formats: api_json.", status: 406)

  /// Names that are neither reserved nor allowed for custom parameters.
  package static func invalidNames(_ names: [String]) -> QueryParameterError {
    QueryParameterError(
      "The following query parameters violate the JSON:API spec: '\(names.joined(separator: "', '"))'.",
      info: .specification)
  }

  /// A scalar where an array belongs.
  static func notArray(_ name: String) -> QueryParameterError {
    QueryParameterError("Unexpected value for parameter \"\(name)\": expecting \"array\", got \"string\".")
  }

  /// An array where a scalar belongs.
  static func notScalar(_ name: String) -> QueryParameterError {
    QueryParameterError("Input value \"\(name)\" contains a non-scalar value.")
  }
}
