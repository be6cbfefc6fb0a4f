import Foundation
import NIOCore

/// The address of a client: the peer's, or the one that a trusted proxy names.
package struct ClientAddress: Sendable, Hashable {
  /// As it is written (RFC 5952): `192.0.2.1`, `2001:db8::1`. Addresses of IPv4 that come in IPv6 are those of IPv4.
  package let text: String
  /// By what clients are counted: an address of IPv4, or the /64 of an address of IPv6, which one client has whole.
  package let counted: String
  /// Four or sixteen.
  let bytes: [UInt8]

  /// - Parameter text: an address without port; nil for anything else. A zone (`%eth0`) does not count.
  package init?(_ text: some StringProtocol) {
    let plain = text.utf8.prefix { $0 != UInt8(ascii: "%") }
    guard plain.count <= 45, plain.allSatisfy(ClientAddress.isAddressByte) else { return nil }
    let address = String(decoding: plain, as: UTF8.self)
    if let bytes = ClientAddress.parsed(address, AF_INET, count: 4) {
      self.init(bytes: bytes)
    } else if let bytes = ClientAddress.parsed(address, AF_INET6, count: 16) {
      self.init(bytes: bytes)
    } else {
      return nil
    }
  }

  /// The address of a socket; nil where it has none that is one of IP.
  init?(_ address: SocketAddress?) {
    guard let text = address?.ipAddress else { return nil }
    self.init(text)
  }

  private init(bytes: [UInt8]) {
    let isMapped = bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    text = ClientAddress.text(self.bytes)
    counted =
      self.bytes.count == 4
      ? text : ClientAddress.text(Array(self.bytes.prefix(8)) + [UInt8](repeating: 0, count: 8)) + "/64"
  }

  /// Nobody's: of requests that came by no connection.
  static let unknown = ClientAddress(bytes: [0, 0, 0, 0])

  /// Whether the address is this machine's own.
  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: "."), UInt8(ascii: ":"): true
    default: false
    }
  }

  private static func parsed(_ text: String, _ family: Int32, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    let code = bytes.withUnsafeMutableBytes { inet_pton(family, text, $0.baseAddress) }
    return code == 1 ? bytes : nil
  }

  private static func text(_ bytes: [UInt8]) -> String {
    guard bytes.count == 16 else { return bytes.map { String($0) }.joined(separator: ".") }
    var text = [CChar](repeating: 0, count: 46)
    let isWritten = bytes.withUnsafeBytes { address in
      inet_ntop(AF_INET6, address.baseAddress, &text, socklen_t(text.count)) != nil
    }
    guard isWritten else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A network of addresses in CIDR form (RFC 4632), or one address.
struct AddressRange: Sendable, Hashable {
  private let bytes: [UInt8]
  private let bits: Int

  /// - Parameter text: `10.0.0.0/8`, `192.0.2.1`, `2001:db8::/32`; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = ClientAddress(first) else { return nil }
    bytes = address.bytes
    guard parts.count == 2 else {
      bits = address.bytes.count * 8
      return
    }
    guard parts[1].utf8.count <= 3, let bits = Int(parts[1]), (0...address.bytes.count * 8).contains(bits) else {
      return nil
    }
    self.bits = bits
  }

  /// Whether an address is in it.
  func contains(_ address: ClientAddress) -> Bool {
    guard address.bytes.count == bytes.count else { return false }
    let whole = bits / 8
    guard address.bytes.prefix(whole) == bytes.prefix(whole) else { return false }
    guard bits % 8 > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xFF00 >> (bits % 8))
    return address.bytes[whole] & mask == bytes[whole] & mask
  }
}
