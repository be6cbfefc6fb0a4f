import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The shapes of hosts, networks and origins that people give. What has none would be obeyed in vain, or let in more than meant.
enum NetworkShape {
  /// A host's name or address without port, in lower case, an IPv6 address in brackets; nil for anything else.
  static func hostName(_ text: String) -> String? {
    let lower = text.lowercased()
    if address(lower, AF_INET6) { return "[\(lower)]" }
    if lower.hasPrefix("["), lower.hasSuffix("]") {
      return address(String(lower.dropFirst().dropLast()), AF_INET6) ? lower : nil
    }
    return isName(lower) ? lower : nil
  }

  /// An address or a network in CIDR form (RFC 4632, RFC 4291 section 2.3); nil for anything else.
  static func network(_ text: String) -> String? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let bits: Int
    if address(String(parts[0]), AF_INET) {
      bits = 32
    } else if address(String(parts[0]), AF_INET6) {
      bits = 128
    } else {
      return nil
    }
    guard parts.count == 2 else { return text }
    // Of a network of no bits everybody would be a proxy, and could name any address as its own.
    guard parts[1].utf8.count <= 3, let given = decimal(parts[1]), (1...bits).contains(given) else { return nil }
    return text
  }

  /// An origin as browsers send it (RFC 6454 section 6.2): scheme, host, and the port where it is not the usual one; nil for
  /// anything else, such as `*` and `null`.
  static func origin(_ text: String) -> String? {
    let lower = text.lowercased()
    guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return nil }
    let authority = lower.dropFirst(scheme.count)
    var (host, port) = (authority, "")
    if !authority.hasSuffix("]"), let colon = authority.lastIndex(of: ":") {
      host = authority[..<colon]
      let digits = authority[authority.index(after: colon)...]
      guard digits.utf8.count <= 5, let number = decimal(digits), (1...65_535).contains(number) else { return nil }
      // Browsers leave out the usual one.
      port = number == (scheme == "https://" ? 443 : 80) ? "" : ":\(number)"
    }
    guard host.hasPrefix("[") || !host.contains(":") else { return nil }
    return hostName(String(host)).map { scheme + $0 + port }
  }

  /// Whether a host to listen on is this machine's alone: an address of 127.0.0.0/8, `::1`, or `localhost`.
  static func isLoopback(_ host: String) -> Bool {
    let lower = host.lowercased()
    if lower == "localhost" || lower == "::1" || lower == "[::1]" { return true }
    return lower.hasPrefix("127.") && address(lower, AF_INET)
  }

  /// Labels of letters, digits, `-` and `_`, parted by points (RFC 1123 section 2.1); addresses of IPv4 are among them.
  private static func isName(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
          }
      }
  }

  /// Digits alone, without a sign.
  private static func decimal(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }

  private static func address(_ text: String, _ family: Int32) -> Bool {
    // The function takes a text up to its first NUL.
    guard text.utf8.allSatisfy({ isAddressByte($0) }) else { return false }
    var bytes = in6_addr()
    return inet_pton(family, text, &bytes) == 1
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: "."), UInt8(ascii: ":"): true
    default: false
    }
  }
}
