/// Scopes are free names (RFC 6749, 3.3). Two of them mean something to the mirror: `write`, or `*`, lets a token change
/// resources. Every valid token may read.
package enum Scopes {
  /// What a new consumer gets unless told otherwise.
  package static let standard = ["read", "write"]

  /// Whether a token with these scopes may change resources.
  package static func allowWriting(_ scopes: [String]) -> Bool { scopes.contains("write") || scopes.contains("*") }

  /// The names in a `scope` parameter: split at spaces, without empty ones and repeats, in the order given.
  package static func names(in parameter: String) -> [String] {
    var seen: Set<String> = []
    return parameter.split(separator: " ").map(String.init).filter { seen.insert($0).inserted }
  }

  /// Whether this text can stand as a scope: the characters of `scope-token` in RFC 6749, 3.3. For settings and commands.
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }

  /// The scopes of a request by the rules of league/oauth2-server: a name outside `allowed` refuses the request; no name
  /// at all takes `fallback`; nothing left refuses it too.
  /// - Throws: `invalid_scope`.
  static func granted(
    _ requested: [String], allowed: [String], limit: [String], fallback: [String]
  ) throws(OAuthFailure) -> [String] {
    for name in requested where !allowed.contains(name) { throw .invalidScope(name) }
    guard !limit.isEmpty else { return try nonEmpty(requested.isEmpty ? fallback : requested) }
    for name in requested where !limit.contains(name) { throw .invalidScope(name) }
    return try nonEmpty(requested.isEmpty ? fallback.filter(limit.contains) : requested)
  }

  private static func nonEmpty(_ scopes: [String]) throws(OAuthFailure) -> [String] {
    guard !scopes.isEmpty else { throw .invalidScope("") }
    return scopes
  }
}
