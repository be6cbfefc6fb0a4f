import Coding

/// A token cannot be issued at present: the answer of the token endpoint where the store behind it takes no writes.
package enum TokenUnavailable {
  /// 503 in the form of the endpoint's refusals; the word is the one that OAuth has for it (RFC 6749, 4.1.2.1).
  /// - Parameter retryAfter: seconds.
  package static func reply(_ description: String, retryAfter: Int) -> TokenReply {
    let document: JSON = ["error": "temporarily_unavailable", "error_description": .string(description)]
    var reply = TokenReply.document(document.encoded(.php), status: 503)
    reply.fields.append(TokenReply.Field(name: "retry-after", value: String(retryAfter)))
    return reply
  }
}
