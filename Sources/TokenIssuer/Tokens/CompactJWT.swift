import Coding

/// Reads a compact JWT as far as lcobucci/jwt does before any signature is checked, with its messages (reference 7.6), and
/// then the header as this issuer needs it.
enum CompactJWT {
  /// Passes for a well-formed token whose header names RS256, and a key by its `kid` alone.
  /// - Returns: the `kid`.
  /// - Throws: why it is refused.
  static func check(_ token: String) throws(BearerFailure) -> String {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .init(hint: "The JWT string must have two dots") }
    for (part, name) in zip(parts, ["Header", "Claim", "Signature"]) where part.isEmpty {
      throw .init(hint: "The JWT string is missing the \(name) part")
    }
    let header = try members(parts[0], "headers")
    guard header["enc"] == nil else { throw .init(hint: "Encryption is not supported yet") }
    _ = try members(parts[1], "claims")
    guard Base64URL.decode(parts[2]) != nil else { throw .base64 }
    // The key is one for RS256 alone: "none" and a MAC made with the public key end here (RFC 8725, 3.1).
    guard header["alg"] == "RS256" else { throw .unverified }
    // A token does not bring its own key, nor rules that are not known here (RFC 7515, 4.1.2 to 4.1.11).
    for name in ["jku", "jwk", "x5u", "x5c", "crit"] where header[name] != nil { throw .unverified }
    guard let keyID = header["kid"]?.string else { throw .unverified }
    return keyID
  }

  /// A JSON object, or an array, which is the same to PHP.
  private static func members(_ part: Substring, _ name: String) throws(BearerFailure) -> JSONObject {
    guard let bytes = Base64URL.decode(part) else { throw .base64 }
    guard let value = try? JSON(parsing: bytes) else { throw .init(hint: "Error while decoding from JSON") }
    if value.array != nil { return JSONObject() }
    guard let members = value.object, members[""] == nil else {
      throw .init(hint: "\(name) must be an array with non-empty-string keys")
    }
    return members
  }
}
