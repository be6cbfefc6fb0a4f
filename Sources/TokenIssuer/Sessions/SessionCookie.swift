import Coding

/// The cookie by which a browser is known: 32 random bytes that mean nothing elsewhere. Before somebody signs in, only forms are bound to
/// it; signing in gives another one, so that whoever planted the first knows nothing.
package struct SessionCookie: Sendable, Hashable {
  /// With TLS in the form that no other host and no plain connection can set (`__Host-`). Cookies know no ports: the name does.
  package let name: String
  private let isSecure: Bool

  /// The cookie of a server that is reached under a base URL.
  /// - Parameter stem: what its name begins with.
  package init(base: String, stem: String = "social-mirror") {
    isSecure = base.hasPrefix("https://")
    let parts = base.split(separator: "/")
    let authority = parts.count > 1 ? parts[1].split(separator: ":", omittingEmptySubsequences: false) : []
    let port = authority.count > 1 ? authority[authority.count - 1] : ""
    let hasPort = (1...5).contains(port.utf8.count) && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
    let plain = hasPort ? "\(stem)-\(port)" : stem
    name = isSecure ? "__Host-\(plain)" : plain
  }

  /// A new value.
  package static func value(_ random: (Int) -> [UInt8] = SecureRandom.bytes) -> String {
    Base64URL.encode(random(length))
  }

  /// The value that a browser sent; nil for none, for one of another form, and for two of this name: one of them is somebody else's.
  /// - Parameter header: of the name `Cookie` (RFC 6265 section 4.2.1).
  package func value(in header: String?) -> String? {
    guard let header else { return nil }
    var found: Substring?
    for pair in header.split(separator: ";") {
      let sides = pair.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, sides[0].trimmedAsByPHP == name else { continue }
      guard found == nil else { return nil }
      found = sides[1].trimmedAsByPHP
    }
    // Longer ones are not ours, and are decoded for nothing.
    guard let value = found, value.utf8.count == 43, Base64URL.decode(value)?.count == SessionCookie.length else {
      return nil
    }
    return String(value)
  }

  /// The value of `Set-Cookie`: for as long as the browser runs, out of reach of scripts, and not sent with other sites' forms.
  package func setting(_ value: String) -> String {
    "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
  }

  /// Bytes.
  private static let length = 32
}
