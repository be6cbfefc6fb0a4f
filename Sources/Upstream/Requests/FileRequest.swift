import JSONAPI

/// A request for the content of a file, as a value (RFC 9110, 13 and 14).
package struct FileRequest: Sendable, Hashable {
  /// Absolute, or a path of the site such as `/sites/default/files/a.png`; percent-encoded.
  package var url: String
  /// How many bytes are there already; then the rest is asked for, on the condition that the file is still the same.
  package var offset: Int64
  /// The strong `ETag`, or else the `Last-Modified`, that came with the part or the whole that is there.
  package var validator: String?
  /// Whether only the head is asked for.
  package var isHead = false

  /// - Parameters:
  ///   - offset: 0 asks for the whole.
  ///   - validator: with an offset it makes the range conditional; without, the whole is only sent when it has changed.
  package init(url: String, offset: Int64 = 0, validator: String? = nil) {
    self.url = url
    self.offset = offset
    self.validator = validator
  }

  /// The request on the wire. No content coding: ranges count the bytes of the file itself.
  package func prepare(base: BaseURL) -> OutboundRequest {
    var fields = [
      HTTPField("Accept", "*/*"), HTTPField("Accept-Encoding", "identity"), HTTPField("Cache-Control", "no-cache"),
    ]
    if offset > 0, let validator {
      fields.append(HTTPField("Range", "bytes=\(offset)-"))
      fields.append(HTTPField("If-Range", validator))
    } else if let validator {
      fields.append(HTTPField(validator.hasSuffix("\"") ? "If-None-Match" : "If-Modified-Since", validator))
    }
    let absolute = url.hasPrefix("/") ? base.origin.description + url : url
    var request = OutboundRequest(method: isHead ? "HEAD" : "GET", url: absolute, fields: fields)
    // Web servers label files that are compressed themselves with the coding, as if it were one of the transport.
    request.isDecoded = !FileRequest.isPacked(url)
    return request
  }

  private static func isPacked(_ url: String) -> Bool {
    let path = url.prefix { $0 != "?" && $0 != "#" }.lowercased()
    return [".gz", ".tgz", ".svgz", ".br", ".zst", ".z"].contains { path.hasSuffix($0) }
  }
}

/// What an answer to a `FileRequest` amounts to.
package enum FileAnswer: Sendable, Hashable {
  /// The content is in the sink; what it comes with.
  case content(validator: String?, lastModified: Int64?, mediaType: String?)
  /// 304: what is there is still right.
  case unchanged
  /// 416: what is there is no beginning of the file.
  case otherFile

  /// Reads an answer whose content, if any, went into a sink.
  /// - Throws: `SiteError`; here a page with 403 or 404 counts, for files have no error documents.
  package static func parse(_ response: InboundResponse) throws(SiteError) -> FileAnswer {
    switch response.status {
    case 200, 206:
      return .content(
        validator: mark(of: response), lastModified: response["Last-Modified"].flatMap(IMFFixdate.unixSeconds),
        mediaType: response["Content-Type"])
    case 304: return .unchanged
    case 416: return .otherFile
    case 401: throw error(.unauthorized, response)
    case 403: throw error(.forbidden, response)
    case 404, 410: throw error(.notFound, response)
    case 429: throw error(.throttled, response)
    case 408, 502, 503, 504: throw error(.unavailable, response)
    case 500...599: throw error(.serverFault, response)
    default: throw error(.malformed, response)
    }
  }

  /// What makes a range safe: a strong entity tag, or the date (RFC 9110, 13.1.5).
  package static func validator(of response: InboundResponse) -> String? {
    if let tag = response["ETag"], tag.hasPrefix("\""), tag.hasSuffix("\"") { return tag }
    return response["Last-Modified"]
  }

  /// What tells whether a content is still the one that is here: as `validator`, or else a weak tag, which will not
  /// do for ranges.
  package static func mark(of response: InboundResponse) -> String? { validator(of: response) ?? response["ETag"] }

  private static func error(_ kind: SiteError.Kind, _ response: InboundResponse) -> SiteError {
    SiteError(kind, status: response.status, retryAfter: response.retryAfter, mediaType: response.mediaType)
  }
}
