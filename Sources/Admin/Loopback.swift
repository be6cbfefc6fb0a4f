import NIOCore

/// What is on this machine, by its address.
package enum Loopback {
  /// Whether an address is of loopback: `127.0.0.0/8`, `::1`, or the first within the second.
  static func contains(_ address: SocketAddress?) -> Bool {
    guard let text = address?.ipAddress?.lowercased() else { return false }
    return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
  }

  /// Whether a host, with its port where it has one, is `localhost` or an address of loopback. A name that only looks like an address
  /// is none.
  package static func isNamed(_ authority: String?) -> Bool {
    guard let name = authority.map(name(of:)) else { return false }
    return name == "localhost" || contains(address(name))
  }

  /// A host without its port and brackets, in lower case, without a point at its end.
  static func name(of authority: String) -> String {
    var name = Substring(authority.lowercased())
    if name.hasPrefix("["), let end = name.lastIndex(of: "]") {
      return String(name[name.index(after: name.startIndex)..<end])
    }
    // More than one colon is an address of IPv6.
    if name.count(where: { $0 == ":" }) == 1, let colon = name.firstIndex(of: ":") { name = name[..<colon] }
    if name.hasSuffix(".") { name = name.dropLast() }
    return String(name)
  }

  private static func address(_ name: String) -> SocketAddress? { try? SocketAddress(ipAddress: name, port: 0) }
}
