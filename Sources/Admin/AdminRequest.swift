import HTTPTypes

/// One request to the admin port, read whole and within limits. Nothing in it is to be believed but `isLocal`.
package struct AdminRequest: Sendable {
  /// One pair of a query or of a form: both decoded (`application/x-www-form-urlencoded`); what is no UTF-8 is replaced.
  package struct Pair: Sendable, Hashable {
    /// What stands before the `=`.
    package var name: String
    /// What stands behind it; empty where there is none.
    package var value: String

    /// A pair.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The most bytes of a body; what is longer was answered 413.
  package static let mostBodyBytes = 65_536

  /// The method (RFC 9110 section 9).
  package var method: HTTPRequest.Method
  /// The path as it was sent, without its query; escapes are left as they are. Begins with `/`.
  package var path: String
  /// The pairs of the query in their order, at most 100.
  package var query: [Pair]
  /// The header fields. `Host` is not among them.
  package var fields: HTTPFields
  /// What the request calls this server (`Host`), with its port where it names one.
  package var authority: String?
  /// The content, whole; of GET and HEAD it is not read.
  package var body: [UInt8]
  /// Whether it was sent on this machine, to a name of this machine, past no proxy that says so: the peer is on loopback, `Host` is
  /// `localhost` or an address of loopback, and there is neither `Forwarded` nor an `X-Forwarded-…` field. A page of another
  /// origin whose name leads here (DNS rebinding) is not local, nor is what a web server on this machine passes on.
  package var isLocal: Bool
  /// The address at the other end of the connection, without its port; empty where it is not known.
  package var address: String

  /// A request as it came; tests make theirs with it.
  package init(
    method: HTTPRequest.Method, path: String, query: [Pair] = [], fields: HTTPFields = [:], authority: String? = nil,
    body: [UInt8] = [], isLocal: Bool = true, address: String = ""
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.fields = fields
    self.authority = authority
    self.body = body
    self.isLocal = isLocal
    self.address = address
  }

  /// The value of the first pair of this name.
  package func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// The pairs of a body that is a form; nil where it says to be something else.
  package var form: [Pair]? {
    guard let type = fields[.contentType]?.prefix(while: { $0 != ";" }), type.lowercased() == AdminRequest.formType
    else { return nil }
    return AdminRequest.pairs(body)
  }

  /// The media type of forms.
  package static let formType = "application/x-www-form-urlencoded"

  /// The values of a cookie (RFC 6265 section 4.2); several where several were set under this name.
  package func cookies(_ name: String) -> [String] {
    fields[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair -> String? in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name else { return nil }
      return String(parts[1])
    }
  }
}
