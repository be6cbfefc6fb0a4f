import JSONAPI

/// One field of a message (RFC 9110, 5). Printed, it hides the values of fields that carry credentials.
package struct HTTPField: Sendable, Hashable, SecretBearing {
  /// The name as it is sent; compared without regard to letter case.
  package var name: String
  /// The value, without the white space around it.
  package var value: String

  /// A field of this name and value.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// `Name: value`, the value left out where it is a secret.
  package var publicDescription: String {
    let secret = ["authorization", "proxy-authorization", "cookie", "set-cookie"].contains(name.lowercased())
    return "\(name): \(secret ? "(hidden)" : value)"
  }
}

/// A request as a value: what `prepare` functions give and a `Transport` sends.
package struct OutboundRequest: Sendable, Hashable, SecretBearing {
  /// The method (RFC 9110, 9), in capitals.
  package var method: String
  /// The absolute URL, already percent-encoded.
  package var url: String
  /// The fields in the order in which they are sent.
  package var fields: [HTTPField]
  /// The content, if there is one.
  package var body: [UInt8]?
  /// The most bytes of content, after decoding, that the answer may have; nil for the transport's own limit.
  package var maximumBodyBytes: Int?
  /// Seconds that the exchange may take in all; nil for the transport's own limit.
  package var timeoutSeconds: Int?
  /// Whether content that comes in a content coding (RFC 9110, 8.4) is decoded. A coding that libcurl does not know
  /// is refused.
  package var isDecoded = true

  /// A request; only the URL has no default.
  package init(
    method: String = "GET", url: String, fields: [HTTPField] = [], body: [UInt8]? = nil, maximumBodyBytes: Int? = nil,
    timeoutSeconds: Int? = nil
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.maximumBodyBytes = maximumBodyBytes
    self.timeoutSeconds = timeoutSeconds
  }

  /// The value of the first field of this name, whatever its letter case.
  package subscript(name: String) -> String? { fields.first(named: name) }

  /// Method and URL without the query; neither fields nor content.
  package var publicDescription: String { "\(method) \(WebAddress.withoutSecrets(url))" }
}

/// An answer, complete: a `Transport` never gives a part of one.
package struct InboundResponse: Sendable, Hashable, SecretBearing {
  /// The status code (RFC 9110, 15).
  package var status: Int
  /// The fields in the order in which they came. `Content-Encoding` and `Content-Length` speak of the content as it was
  /// sent, before decoding.
  package var fields: [HTTPField]
  /// The content, decoded.
  package var body: [UInt8]
  /// What a `ContentSink` is told of content that is still to come: nothing but the connection's end will say that it
  /// was all, so it may be cut (RFC 9112, 6.3).
  package var endsByClosing = false
  /// Where it came from in the end, when redirects were followed; else nil.
  package var url: String?

  /// An answer of this status.
  package init(status: Int, fields: [HTTPField] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The value of the first field of this name, whatever its letter case.
  package subscript(name: String) -> String? { fields.first(named: name) }

  /// The site's clock: `Date` (RFC 9110, 6.6.1) in Unix seconds; nil when absent or not a date.
  package var date: Int64? { self["Date"].flatMap(IMFFixdate.unixSeconds) }

  /// Seconds to wait: `Retry-After` (RFC 9110, 10.2.3) as it stands, or its date relative to `Date`; never negative.
  package var retryAfter: Int? {
    guard let value = self["Retry-After"] else { return nil }
    if let seconds = Int(clampingDigits: value) { return seconds }
    guard let until = IMFFixdate.unixSeconds(value), let date else { return nil }
    return Int(max(0, until - date))
  }

  /// Whether content comes in a coding (RFC 9110, 8.4), so that lengths and ranges do not count the bytes of the file.
  package var isCoded: Bool {
    guard let codings = self["Content-Encoding"]?.lowercased() else { return false }
    return codings.split(separator: ",").contains { $0.trimmed != "identity" && !$0.trimmed.isEmpty }
  }

  /// The media type of `Content-Type` (RFC 9110, 8.3.1), lower case, without parameters.
  package var mediaType: String? {
    guard let value = self["Content-Type"] else { return nil }
    let type = value.prefix { $0 != ";" }.lowercased()
    let trimmed = type.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return trimmed.isEmpty ? nil : trimmed
  }

  /// Status, media type and size; an answer of the token route holds tokens.
  package var publicDescription: String { "\(status) \(mediaType ?? "(no media type)"), \(body.count) bytes" }
}

extension [HTTPField] {
  /// The value of the first field of this name, whatever its letter case.
  package func first(named name: String) -> String? {
    let wanted = name.lowercased()
    return first { $0.name.lowercased() == wanted }?.value
  }
}
