import Logging
import Support
import Testing

@testable import Upstream

/// Where a site may send this machine.
@Suite struct AddressReachTests {
  @Test(
    arguments: [
      (0x7F00_0001, .loopback), (0x7FFF_FFFF, .loopback), (0x0A00_0001, .inner), (0xAC10_0001, .inner),
      (0xAC1F_FFFF, .inner),
      (0xAC20_0001, .world), (0xC0A8_0101, .inner), (0x6440_0001, .inner), (0xA9FE_A9FE, .never), (0, .never),
      (0xE000_0001, .never), (0xFFFF_FFFF, .never), (0x0808_0808, .world), (0xC000_0001, .never),
    ] as [(UInt32, AddressReach.Network)])
  func addressesHaveTheirNetworks(address: UInt32, network: AddressReach.Network) {
    #expect(AddressReach.network(ofIPv4: address) == network)
    // The same, wrapped into IPv6.
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * UInt32($0))) }
    let zeros = [UInt8](repeating: 0, count: 10)
    #expect(AddressReach.network(ofIPv6: zeros + [0xFF, 0xFF] + bytes) == network)
    #expect(AddressReach.network(ofIPv6: [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8) + bytes) == network)
    #expect(AddressReach.network(ofIPv6: [0x20, 0x02] + bytes + zeros) == network)
  }

  @Test(
    arguments: [
      ([0xFC], .inner), ([0xFD, 0x12], .inner), ([0xFE, 0x80], .never), ([0xFF, 0x02], .never), ([0x26, 0x06], .world),
    ] as [([UInt8], AddressReach.Network)])
  func sixHasItsOwn(prefix: [UInt8], network: AddressReach.Network) {
    #expect(AddressReach.network(ofIPv6: prefix + [UInt8](repeating: 1, count: 16 - prefix.count)) == network)
    #expect(AddressReach.network(ofIPv6: [UInt8](repeating: 0, count: 15) + [1]) == .loopback)
    #expect(AddressReach.network(ofIPv6: [UInt8](repeating: 0, count: 16)) == .never)
  }

  @Test func aSiteOpensItsOwnKindOfNetworkAlone() {
    #expect(AddressReach(ofSiteAt: "8.8.8.8").networks == [.world])
    #expect(AddressReach(ofSiteAt: "10.1.2.3").networks == [.world, .inner])
    #expect(AddressReach(ofSiteAt: "127.0.0.1").networks == [.world, .inner, .loopback])
    #expect(AddressReach(ofSiteAt: "[::1]").networks == [.world, .inner, .loopback])
  }

  /// A server on this machine, to which a site of the world sends: by number, by every way to write it, by name. It
  /// is not asked.
  @Test(arguments: ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "127.1", "0.0.0.0"])
  func aSiteOfTheWorldDoesNotSendToThisMachine(host: String) async throws {
    let server = try ScriptedServer { _ in [.answer(200, [], "inner")] }
    defer { server.stop() }
    let port = try #require(server.origin.split(separator: ":").last)
    var settings = TransportSettings(origin: try WebOrigin(of: "https://community.example"))
    settings.reach = AddressReach([.world])
    settings.allowInsecure = true
    let transport = try CurlTransport(settings, logger: silentLog)
    defer { transport.shutdown() }
    await #expect(throws: TransportError.self) {
      _ = try await transport.send(OutboundRequest(url: "http://\(host):\(port)/secret"))
    }
    #expect(server.requests.isEmpty)
    // Where the site is on this machine itself, it may.
    settings.reach = AddressReach(ofSiteAt: "127.0.0.1")
    let local = try CurlTransport(settings, logger: silentLog)
    defer { local.shutdown() }
    guard host == "127.0.0.1" else { return }
    #expect(try await local.send(OutboundRequest(url: "http://\(host):\(port)/x")).status == 200)
  }
}
