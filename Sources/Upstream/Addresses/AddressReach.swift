import CCurl
import Glibc

/// To which addresses a connection may go that a site sent us on. A hostile site must not make this machine ask its
/// own services or its neighbours: names are judged by what they resolve to, at the moment of connecting.
package struct AddressReach: Sendable, Hashable {
  /// What kind of network an address is of.
  package enum Network: Sendable, Hashable {
    case world
    /// Of an organisation or a provider (RFC 1918, RFC 6598, RFC 4193).
    case inner
    /// This machine.
    case loopback
    /// Links, which carry the data of cloud machines (169.254.169.254), groups, and what is no place at all.
    case never
  }

  /// The networks that connections may go to.
  package var networks: Set<Network>

  /// What a site may send us to: the world; where it is an inner or a local site itself, its own kind too.
  /// - Parameter host: the site's.
  package init(ofSiteAt host: String) {
    networks = [.world]
    let own = AddressReach.networks(of: host)
    if own.contains(.loopback) { networks.formUnion([.loopback, .inner]) }
    if own.contains(.inner) { networks.insert(.inner) }
  }

  /// These networks and no others.
  package init(_ networks: Set<Network>) { self.networks = networks }

  /// Whether a host that is written as an address, or as this machine's name, is out of reach. Names are judged when
  /// they are resolved.
  func excludes(literal host: String) -> Bool {
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    if bare == "localhost" || bare.hasSuffix(".localhost") { return !networks.contains(.loopback) }
    return AddressReach.networks(of: bare, flags: AI_NUMERICHOST).contains { !networks.contains($0) }
  }

  /// Whether a connection may go to an address.
  func allows(_ address: UnsafePointer<sockaddr>) -> Bool { networks.contains(AddressReach.network(of: address)) }

  private static func networks(of host: String, flags: Int32 = 0) -> Set<Network> {
    var hints = addrinfo()
    hints.ai_flags = flags
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    guard getaddrinfo(bare, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: Set<Network> = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr { found.insert(network(of: address)) }
      next = entry.pointee.ai_next
    }
    return found
  }

  private static func network(of address: UnsafePointer<sockaddr>) -> Network {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        network(ofIPv4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
        withUnsafeBytes(of: pointer.pointee.sin6_addr) { network(ofIPv6: Array($0)) }
      }
    default: return .never
    }
  }

  /// https://www.iana.org/assignments/iana-ipv4-special-registry
  static func network(ofIPv4 address: UInt32) -> Network {
    func isIn(_ block: UInt32, _ bits: UInt32) -> Bool { address >> (32 - bits) == block >> (32 - bits) }
    if isIn(0x7F00_0000, 8) { return .loopback }
    if isIn(0x0A00_0000, 8) || isIn(0xAC10_0000, 12) || isIn(0xC0A8_0000, 16) || isIn(0x6440_0000, 10) { return .inner }
    if isIn(0, 8) || isIn(0xA9FE_0000, 16) || isIn(0xC000_0000, 24) || isIn(0xC612_0000, 15) || address >= 0xE000_0000 {
      return .never
    }
    return .world
  }

  /// https://www.iana.org/assignments/iana-ipv6-special-registry; an IPv4 address in an IPv6 one is what that one is.
  static func network(ofIPv6 bytes: [UInt8]) -> Network {
    guard bytes.count == 16 else { return .never }
    let last = bytes[12...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let isZero = bytes[..<10].allSatisfy { $0 == 0 }
    if isZero, bytes[10] == 0xFF, bytes[11] == 0xFF { return network(ofIPv4: last) }
    if isZero, bytes[10] == 0, bytes[11] == 0 {
      return last == 1 ? .loopback : last == 0 ? .never : network(ofIPv4: last)
    }
    // NAT64 and 6to4.
    if bytes.starts(with: [0, 0x64, 0xFF, 0x9B]) { return network(ofIPv4: last) }
    if bytes.starts(with: [0x20, 0x02]) { return network(ofIPv4: bytes[2..<6].reduce(0) { $0 << 8 | UInt32($1) }) }
    if bytes[0] & 0xFE == 0xFC { return .inner }
    if bytes[0] == 0xFE || bytes[0] == 0xFF { return .never }
    return .world
  }
}
