import Coding

/// A token cannot be issued at present: the answer of the token endpoint where the store behind it takes no writes.
package enum TokenUnavailable {
  /// 503, or 507 where there is no room, in the form of the endpoint's refusals; the word is the one that OAuth has for it
  /// (RFC 6749, 4.1.2.1).
  /// - Parameter retryAfter: seconds.
  package static func reply(_ description: String, status: Int = 503, retryAfter: Int) -> TokenReply {
    let document: JSON = ["error": "temporarily_unavailable", "error_description": .string(description)]
    var reply = TokenReply.document(document.encoded(.php), status: status)
    reply.fields.append(TokenReply.Field(name: "retry-after", value: String(retryAfter)))
    return reply
  }
}
