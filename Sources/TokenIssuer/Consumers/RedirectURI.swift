import Coding

/// Where a consumer may have people sent back to with a code (RFC 6749, 3.1.2; RFC 8252, 7; RFC 9700, 2.1).
package enum RedirectURI {
  /// Why a text cannot be registered as one, as the end of a sentence that begins with it; `nil` where it can.
  package static func fault(of text: String) -> String? {
    guard (1...2048).contains(text.utf8.count) else { return "is empty, or longer than 2048 characters" }
    guard text.utf8.allSatisfy(isURICharacter) else { return "has a character that has to be percent-encoded" }
    guard !text.utf8.contains(UInt8(ascii: "#")) else { return "has a fragment" }
    guard let (scheme, authority) = parts(of: text) else { return "is no absolute URI" }
    switch scheme {
    case "https": return hasHost(authority) ? nil : "has no host, or a user name before it"
    case "http":
      let isLocal = withoutLoopbackPort(text) != nil || hasHost(authority) && isHost("localhost", authority)
      return isLocal ? nil : "would send codes over the network unencrypted: use https"
    case _ where scheme.utf8.contains(UInt8(ascii: ".")): return nil
    default: return "has a scheme that is not an app's own: one such as com.example.app (RFC 8252, 7.1)"
    }
  }

  /// Whether a URI of a request is one of those registered: compared whole, byte for byte, but for the port of a loopback address,
  /// which an app on the person's own machine takes as it comes (RFC 8252, 7.3).
  static func matches(_ asked: String, _ registered: [String]) -> Bool {
    // Texts that are equal by Unicode's rules alone are not the same URI.
    guard asked.utf8.allSatisfy(isURICharacter) else { return false }
    if registered.contains(asked) { return true }
    guard let local = withoutLoopbackPort(asked) else { return false }
    return registered.contains { withoutLoopbackPort($0) == local }
  }

  /// The URI with more parameters in its query (RFC 6749, 4.1.2).
  static func appending(_ parameters: [(String, String)], to uri: String) -> String {
    let separator = uri.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
    return uri + separator + String(decoding: FormCoding.bytes(parameters), as: UTF8.self)
  }

  /// Whether only the consumer itself can be at this address: nobody else's app on the person's machine can take what is sent there
  /// (RFC 8252, 8.6).
  static func isCertain(_ uri: String) -> Bool { uri.lowercased().hasPrefix("https:") }

  /// A URI of a loopback address with its port left out; `nil` for any other.
  private static func withoutLoopbackPort(_ uri: String) -> String? {
    for host in ["http://127.0.0.1", "http://[::1]"] where uri.hasPrefix(host) {
      var rest = uri.dropFirst(host.count)
      if rest.first == ":" {
        let digits = rest.dropFirst().prefix { ("0"..."9").contains($0) }
        guard UInt16(digits) != nil else { return nil }
        rest = rest.dropFirst(1 + digits.count)
      }
      // What else follows is another host, or a user name before one.
      guard rest.isEmpty || rest.first == "/" || rest.first == "?" else { return nil }
      return host + rest
    }
    return nil
  }

  /// The scheme of a URI in lower case, and its authority, empty where it has none (RFC 3986, 3); `nil` for what has no scheme.
  package static func parts(of uri: String) -> (scheme: String, authority: Substring)? {
    guard let end = uri.utf8.firstIndex(of: UInt8(ascii: ":")), isScheme(uri[..<end]) else { return nil }
    let scheme = uri[..<end].lowercased()
    let rest = uri[uri.utf8.index(after: end)...]
    guard rest.hasPrefix("//") else { return (scheme, "") }
    return (scheme, rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" })
  }

  private static func hasHost(_ authority: Substring) -> Bool {
    guard let first = authority.first else { return false }
    return first != ":" && !authority.contains("@")
  }

  private static func isHost(_ name: String, _ authority: Substring) -> Bool {
    authority.prefix { $0 != ":" }.lowercased() == name
  }

  private static func isScheme(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  /// What may stand in a URI (RFC 3986, 2), `%` included.
  private static func isURICharacter(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && !"\"<>\\^`{|}".utf8.contains(byte)
  }
}
