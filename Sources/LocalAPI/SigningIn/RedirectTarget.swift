import TokenIssuer

/// Where a client wants a person to be sent.
enum RedirectTarget {
  /// As a person is told: scheme and host; what stands behind them says nothing of whose it is.
  static func shown(_ uri: String) -> String {
    RedirectURI.parts(of: uri).map { $0.authority.isEmpty ? $0.scheme : String($0.authority) } ?? uri
  }

  /// The sources of a content security policy that a form has to be let go to: browsers hold redirects after a form to it. Where the host
  /// cannot be told in its grammar, as an IPv6 address cannot, the scheme alone.
  static func sources(_ uri: String) -> [String] {
    guard let (scheme, authority) = RedirectURI.parts(of: uri) else { return [] }
    let isHost = !authority.isEmpty && authority.utf8.allSatisfy(isSourceByte)
    return [(scheme == "http" || scheme == "https") && isHost ? "\(scheme)://\(authority)" : "\(scheme):"]
  }

  /// What stands in a host and port of a policy (CSP 3, 2.3.1): fewer characters than hosts of requests may have.
  private static func isSourceByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"): true
    default: false
    }
  }
}
