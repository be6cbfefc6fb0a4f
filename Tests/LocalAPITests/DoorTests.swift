import Foundation
import NIOCore
import Support
import Testing

@testable import LocalAPI

/// Who may come in, told without a socket.
@Suite struct DoorTests {
  @Test func addressesAreCountedByWhatOneClientHas() throws {
    for (text, plain, counted) in [
      ("192.0.2.1", "192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
      ("2001:DB8:0:1:2:3:4:5", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
      ("fe80::1%eth0", "fe80::1", "fe80::/64"), ("::1", "::1", "::/64"),
    ] {
      let address = try #require(ClientAddress(text))
      #expect(address.text == plain && address.counted == counted)
    }
    for text in ["", "localhost", "192.0.2", "192.0.2.1:80", "[::1]", "192.0.2.1\u{0}", "1.2.3.4.5", "::1::"] {
      #expect(ClientAddress(text) == nil, "\(text)")
    }
  }

  @Test func networksHoldTheirAddresses() throws {
    for (range, address, isIn) in [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.1", "192.0.2.1", true),
      ("192.0.2.0/31", "192.0.2.1", true), ("192.0.2.0/31", "192.0.2.2", false), ("10.0.0.0/8", "::1", false),
      ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
    ] {
      let network = try #require(AddressRange(range))
      let one = try #require(ClientAddress(address))
      #expect(network.contains(one) == isIn, "\(range) \(address)")
    }
    for text in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "example.org", "::/129", "10.0.0.0/0000008"] {
      #expect(AddressRange(text) == nil, "\(text)")
    }
  }

  /// The last address on the way that is no proxy's is the client's: what stands before it may be made up.
  @Test func theClientIsWhoCameToTheFirstTrustedProxy() throws {
    let proxies = TrustedProxies(["10.0.0.0/8"])
    let proxy = try #require(ClientAddress("10.0.0.1"))
    let cases: [(fields: [(String, String)], client: String)] = [
      ([("X-Forwarded-For", "203.0.113.9, 192.0.2.7")], "192.0.2.7"),
      ([("X-Forwarded-For", "192.0.2.7, 10.0.0.2")], "192.0.2.7"), ([("X-Forwarded-For", "made up")], "10.0.0.1"),
      ([("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-For", "192.0.2.8")], "192.0.2.8"),
      ([("Forwarded", "for=192.0.2.7;proto=https;host=a.example")], "192.0.2.7"),
      ([("Forwarded", #"for="[2001:db8::7]:4711""#)], "2001:db8::7"), ([("Forwarded", "for=_hidden")], "10.0.0.1"),
      // One of both is what the client sent.
      ([("Forwarded", "for=203.0.113.9"), ("X-Forwarded-For", "192.0.2.7")], "10.0.0.1"), ([], "10.0.0.1"),
    ]
    let stranger = try #require(ClientAddress("198.51.100.1"))
    for (fields, client) in cases {
      var forwarded = ForwardedFields()
      for (name, value) in fields { forwarded.note(name, value) }
      #expect(proxies.client(of: forwarded, from: proxy).text == client, "\(fields)")
      #expect(proxies.client(of: forwarded, from: stranger) == stranger)
    }
  }

  @Test func proxiesNameHostAndScheme() {
    var fields = ForwardedFields()
    fields.note("forwarded", #"for=192.0.2.1, for=192.0.2.2;host="mirror.example:8443";proto=HTTPS"#)
    #expect(fields.host == "mirror.example:8443" && fields.scheme == "https")
    fields.note("x-forwarded-host", "elsewhere.example")
    fields.note("x-forwarded-proto", "javascript")
    #expect(fields.host == nil && fields.scheme == nil)
  }

  @Test func knownHostsAreThoseOfTheMirror() {
    let hosts = AllowedHosts(
      listening: "192.0.2.5", baseURL: "https://Mirror.example:8443/site", more: ["crm.example", "2001:db8::5"])
    for host in [
      "mirror.example", "MIRROR.example:1", "mirror.example.", "192.0.2.5:80", "crm.example", "localhost:8480",
      "127.0.0.1", "127.1.2.3:9", "[::1]:80", "[2001:db8::5]:443",
    ] { #expect(hosts.contain(host), "\(host)") }
    for host in ["evil.example", "mirror.example.evil", "192.0.2.6", "", ":80", "[::2]", "localhost.evil", "0.0.0.0"] {
      #expect(!hosts.contain(host), "\(host)")
    }
    #expect(!AllowedHosts(listening: "0.0.0.0", baseURL: nil, more: []).contain("0.0.0.0"))
  }

  @Test func filesAreLeftToTheMirror() {
    #expect(FileLimit.connections(wanted: 4_096, files: 1_024) == 416)
    #expect(FileLimit.connections(wanted: 100, files: 1_024) == 100)
    #expect(FileLimit.connections(wanted: 100, files: 10) == 1)
    #expect(FileLimit.raised() >= 256 && FileLimit.raised() == FileLimit.raised())
  }

  @Test func oneAddressHasSoManyConnections() throws {
    let count = ConnectionCount(limit: 2, most: 100)
    let proxies = TrustedProxies(["10.0.0.1"])
    let peer = Peer(ClientAddress("192.0.2.1"), proxies)
    let first = (0..<4).map { _ in count.enter(peer) }
    #expect(first == [.served, .served, .refused, .refused])
    let all = (0..<40).map { _ in count.enter(peer) }
    #expect(all[13] == .refused && all[14] == ConnectionCount.Place.none && all[39] == ConnectionCount.Place.none)
    #expect(count.enter(Peer(ClientAddress("192.0.2.2"), proxies)) == .served)
    #expect((0..<40).allSatisfy { _ in count.enter(Peer(ClientAddress("10.0.0.1"), proxies)) == .served })
    for _ in 0..<18 { count.leave(peer) }
    #expect(count.count(of: peer.address) == 0 && count.enter(peer) == .served)
  }

  /// All count to the whole, of whatever address; but not those that are told nothing.
  @Test func moreThanThreeQuartersAreACrowd() {
    let count = ConnectionCount(limit: 2, most: 40)
    let proxies = TrustedProxies(["10.0.0.1"])
    let proxy = Peer(ClientAddress("10.0.0.1"), proxies)
    let client = Peer(ClientAddress("192.0.2.1"), proxies)
    for _ in 0..<12 { #expect(count.enter(proxy) == .served) }
    // Eighteen of them have a place, and be it to be refused.
    for _ in 0..<60 { _ = count.enter(client) }
    #expect(!count.isCrowded)
    #expect(count.enter(proxy) == .served && count.isCrowded)
    count.leave(client)
    #expect(!count.isCrowded)
    for (all, most, isCrowd) in [
      (3_072, 4_096, false), (3_073, 4_096, true), (0, 1, false), (1, 1, true), (2, 3, false), (3, 3, true),
    ] { #expect(ConnectionCount.isCrowded(all, of: most) == isCrowd, "\(all) of \(most)") }
  }

  /// A look comes before the end where time may be cut, and never in the past.
  @Test func timeIsCutWhereItIsCrowded() {
    func at(_ seconds: Int64) -> NIODeadline {
      NIODeadline.uptimeNanoseconds(1_000_000_000) + TimeAmount.seconds(seconds)
    }
    let time = ConnectionTime(seconds: 15, from: at(0))
    let cases: [(now: Int64, brief: Int?, isOver: Bool, look: Int64)] = [
      (0, nil, false, 15), (14, nil, false, 15), (15, nil, true, 15), (0, 2, false, 2), (1, 2, false, 2),
      (2, 2, true, 4), (7, 2, true, 9), (14, 2, true, 15), (0, 60, false, 15),
    ]
    for (now, brief, isOver, look) in cases {
      #expect(time.isOver(at: at(now), brief: brief) == isOver, "\(now)")
      #expect(time.look(after: at(now), brief: brief) == at(look), "\(now)")
    }
    let longest = ConnectionTime(seconds: .max, from: at(0))
    #expect(!longest.isOver(at: at(86_399), brief: nil) && longest.isOver(at: at(86_400), brief: nil))
  }

  @Test func refusedHostsAreToldOnceAMinute() {
    var pace = RefusedHosts.Pace()
    let start = ContinuousClock.now
    let seconds: [Int] = [0, 1, 59, 60, 61, 200]
    let told = seconds.map { pace.note(at: start.advanced(by: .seconds($0))) }
    #expect(told == [1, nil, nil, 3, nil, 2])
  }

  @Test func refusedHostsAreShownOnOneLine() {
    for (host, shown) in [
      ("evil.example:80", "evil.example:80"), ("a\r\nb\u{1B}[2J", "a\\u{d}\\u{a}b\\u{1b}[2J"),
      ("a\u{202E}b", "a\\u{202e}b"), (String(repeating: "a", count: 100), String(repeating: "a", count: 100)),
      (String(repeating: "é", count: 51), String(repeating: "é", count: 50) + "…"),
    ] { #expect(RefusedHosts.shown(host) == shown) }
  }

  @Test func theLogNamesAHostThatIsRefused() async throws {
    let log = KeptLog()
    let made = try CrawledMirror.full()
    defer { withExtendedLifetime(made) {} }
    let server = try await RunningLocalAPI.prepared(made, logger: log.logger)
    for _ in 0..<3 {
      #expect(await server.answer("GET", "/jsonapi", ["Host": "evil.example"]).status == 400)
    }
    #expect(await server.answer("GET", "/jsonapi").status == 400)
    let lines = log.lines.filter { $0.contains("localAPI.allowedHosts") }
    #expect(lines.count == 1 && lines.allSatisfy { $0.hasPrefix("notice ") }, "\(log.lines)")
  }

  @Test func documentsAreSoDeepAndNoDeeper() {
    func isDeeper(_ text: String) -> Bool { WriteBody.isDeeper(Array(text.utf8), than: 3) }
    #expect(!isDeeper(#"[[[]],{"a":[1]}]"#) && isDeeper("[[[[]]]]") && isDeeper(#"{"a":{"b":{"c":{}}}}"#))
    #expect(!isDeeper(#"["[[[[","\"[[[[","\\",[]]"#) && isDeeper(#"["\\",[[[]]]]"#))
    #expect(isDeeper(String(repeating: "[", count: 100_000)))
  }
}
