/// Scopes are names (RFC 6749, 3.3). Those that mean something to the mirror: `read` and `write` for all resources, `read:TYPE` and
/// `write:TYPE` for an entity type (`node`) or a resource type (`node--topic`), `*` for all of these, and `openid` (OpenID Connect
/// Core, 3.1.2.1). Writing does not include reading. Any other name, of a consumer made by other means than the commands, is handed on
/// and gives nothing.
package enum Scopes {
  /// What a new consumer gets unless told otherwise.
  package static let standard = ["read", "write"]
  /// Asks for an ID token.
  package static let openID = "openid"
  private static let all = "*"
  private static let verbs = ["read", "write"]

  /// Whether these let a token do this (`read` or `write`) to resources of a type. An entity type that is not given is what stands
  /// before the `--` of the type's name.
  static func allow(_ verb: String, _ type: String, of entityType: String?, _ scopes: [String]) -> Bool {
    if allowAll(verb, scopes) { return true }
    guard scopes.contains(where: { $0.hasPrefix(verb + ":") }) else { return false }
    let home = entityType.map { $0[...] } ?? self.entityType(of: type)
    return scopes.contains("\(verb):\(type)") || scopes.contains("\(verb):\(home)")
  }

  /// Whether these let a token do this to resources of all types.
  static func allowAll(_ verb: String, _ scopes: [String]) -> Bool { scopes.contains(verb) || scopes.contains(all) }

  /// The types that `read:TYPE` and the like name, in their order.
  static func types(of verb: String, _ scopes: [String]) -> [String] {
    scopes.compactMap { $0.hasPrefix(verb + ":") ? String($0.dropFirst(verb.utf8.count + 1)) : nil }
  }

  private static func entityType(of type: String) -> Substring {
    guard let end = type.firstRange(of: "--")?.lowerBound else { return type[...] }
    return type[..<end]
  }

  /// Whether who has these may have this one as well: it is among them, or less than one of them.
  package static func cover(_ scopes: [String], _ name: String) -> Bool {
    scopes.contains { isWithin(name, $0) }
  }

  /// What two lists of scopes both allow, in the order of the first: of `read` and `read:node` it is `read:node`.
  package static func common(_ scopes: [String], _ limit: [String]) -> [String] {
    var seen: Set<String> = []
    return scopes.flatMap { name in
      cover(limit, name) ? [name] : limit.filter { isWithin($0, name) }
    }.filter { seen.insert($0).inserted }
  }

  /// Whether a scope is another one or a part of it.
  private static func isWithin(_ name: String, _ other: String) -> Bool {
    if name == other { return true }
    guard let verb = verbs.first(where: { name == $0 || name.hasPrefix($0 + ":") }) else { return false }
    return other == all || other == verb || other.hasPrefix(verb + ":") && name.hasPrefix(other + "--")
  }

  /// The names in a `scope` parameter: split at spaces, without empty ones and repeats, in the order given.
  package static func names(in parameter: String) -> [String] {
    var seen: Set<String> = []
    return parameter.split(separator: " ").map(String.init).filter { seen.insert($0).inserted }
  }

  /// Whether this text can stand as a scope: the characters of `scope-token` in RFC 6749, 3.3.
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }

  /// Whether this is a scope that means something here, by its form: which types there are is not asked. For settings and commands.
  package static func isKnown(_ text: String) -> Bool {
    if text == all || text == openID || verbs.contains(text) { return true }
    return verbs.contains { verb in
      guard text.hasPrefix(verb + ":") else { return false }
      let type = text.utf8.dropFirst(verb.utf8.count + 1)
      return (1...128).contains(type.count) && type.allSatisfy(isTypeCharacter)
    }
  }

  private static func isTypeCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: false
    }
  }

  /// The scopes of a request by the rules of league/oauth2-server: a name outside `allowed` refuses the request; no name
  /// at all takes `fallback`; nothing left refuses it too. A name may be less than one that is allowed, and never more.
  /// - Parameter limit: what bounds the names besides; empty for nothing.
  /// - Throws: `invalid_scope`.
  static func granted(
    _ requested: [String], allowed: [String], limit: [String], fallback: [String]
  ) throws(OAuthFailure) -> [String] {
    for name in requested where !cover(allowed, name) { throw .invalidScope(name) }
    guard !limit.isEmpty else { return try nonEmpty(requested.isEmpty ? fallback : requested) }
    for name in requested where !cover(limit, name) { throw .invalidScope(name) }
    return try nonEmpty(requested.isEmpty ? common(fallback, limit) : requested)
  }

  private static func nonEmpty(_ scopes: [String]) throws(OAuthFailure) -> [String] {
    guard !scopes.isEmpty else { throw .invalidScope("") }
    return scopes
  }
}
