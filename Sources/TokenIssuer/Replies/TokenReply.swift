import Coding

/// An answer of an OAuth route, ready to send. Fields that the site adds to all its answers (`vary`, `content-language`)
/// are left to whoever sends it.
package struct TokenReply: Sendable, Hashable {
  /// A header field.
  package struct Field: Sendable, Hashable {
    /// Lower case.
    package var name: String
    /// As it is sent.
    package var value: String

    /// A field with a lower-case name.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The HTTP status.
  package var status: Int
  /// In the order they are sent.
  package var fields: [Field]
  /// The bytes of the document.
  package var body: [UInt8]

  /// The value of the field with this lower-case name.
  package subscript(field name: String) -> String? { fields.first { $0.name == name }?.value }

  /// RFC 6749, 5.1, with the headers that the site was seen to send (reference 7.3).
  static func issued(_ members: JSONObject) -> TokenReply {
    TokenReply(
      status: 200,
      fields: [
        Field(name: "content-type", value: "application/json; charset=UTF-8"),
        Field(name: "pragma", value: "no-cache"),
        Field(name: "cache-control", value: "no-store, private"),
      ], body: JSON.object(members).encoded(.php))
  }

  /// What was asked for is done, and there is nothing to say of it (RFC 7009, 2.2).
  static let done = TokenReply(status: 200, fields: [Field(name: "cache-control", value: "no-store")], body: [])

  /// What is said of a token: nothing to be kept (RFC 7662, 2.2).
  static func stated(_ members: JSONObject) -> TokenReply {
    TokenReply(
      status: 200,
      fields: [
        Field(name: "content-type", value: "application/json"), Field(name: "cache-control", value: "no-store"),
      ], body: JSON.object(members).encoded(.php))
  }

  /// Any other JSON answer of the site.
  static func document(_ body: [UInt8], status: Int = 200, challenge: String? = nil) -> TokenReply {
    var fields = [Field(name: "content-type", value: "application/json")]
    if let challenge { fields.append(Field(name: "www-authenticate", value: challenge)) }
    fields.append(Field(name: "cache-control", value: "must-revalidate, no-cache, private"))
    return TokenReply(status: status, fields: fields, body: body)
  }
}
