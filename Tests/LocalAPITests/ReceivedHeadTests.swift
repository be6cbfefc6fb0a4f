import HTTPTypes
import NIOHTTP1
import Testing

@testable import LocalAPI

/// What one walk over the fields of a head finds.
@Suite struct ReceivedHeadTests {
  private static let host = ("Host", "mirror:8080")

  private static func received(
    _ fields: [(String, String)], _ method: HTTPMethod = .GET, from address: String = "192.0.2.9"
  ) -> ReceivedHead {
    let head = HTTPRequestHead(version: .http1_1, method: method, uri: "/jsonapi?a=b", headers: HTTPHeaders(fields))
    return ReceivedHead(head, from: Peer(ClientAddress(address), TrustedProxies(["192.0.2.1"])))
  }

  @Test func ofAReadWhatAnswersDependOn() throws {
    let received = Self.received([
      Self.host, ("AUTHORIZATION", "Bearer t"), ("Cookie", "a=1"), ("cookie", "b=2"), ("Range", "bytes=0-1"),
      ("range", "2-3"), ("Accept", "*/*"), ("Connection", "Keep-Alive"),
    ])
    let read = try #require(received.read)
    #expect(read.method == .get && read.path == "/jsonapi?a=b" && read.authority == "mirror:8080")
    #expect(read.authorization == "Bearer t" && read.cookie == "a=1; b=2" && read.range == "bytes=0-1, 2-3")
    #expect(read.scheme == nil && read.origin == nil && read.ifNoneMatch == nil && read.acceptEncoding == nil)
    #expect(received.body == .none && !received.waits && !received.isUpgrade)
  }

  @Test func whatIsNoUsualReadHasALongerWay() {
    for fields in [
      [Self.host, Self.host], [Self.host, ("Connection", "close")], [("connection", "upgrade"), Self.host],
    ] {
      #expect(Self.received(fields).read == nil, "\(fields)")
    }
    #expect(Self.received([Self.host], .POST).read == nil)
    #expect(Self.received([Self.host], .OPTIONS).read?.method == .options)
  }

  @Test func whatTheConnectionDependsOnIsFoundInAllRequests() {
    let sent = [("Content-LENGTH", "12"), ("Expect", "100-Continue"), ("Upgrade", "h2c")]
    for method in [HTTPMethod.GET, .POST] {
      let received = Self.received([Self.host] + sent, method)
      #expect(received.body == .length(12) && received.waits && received.isUpgrade)
      #expect(received.bytes == 59 + 4 * 4)
    }
    #expect(Self.received([("Transfer-Encoding", "chunked")]).body == .chunked)
    #expect(Self.received([("Content-Length", "many")]).body == .length(.max))
  }

  @Test func aProxysWordCountsWhereItIsTrusted() {
    let fields = [Self.host, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "mirror.example")]
    let trusted = Self.received(fields, from: "192.0.2.1").read
    #expect(trusted?.scheme == "https" && trusted?.authority == "mirror.example")
    let other = Self.received(fields).read
    #expect(other?.scheme == nil && other?.authority == "mirror:8080")
  }

  /// The short look leaves no resource out.
  @Test func theShortLookAtAnIDLeavesNoneOut() {
    let id = "a0000000-0000-4000-8000-00000000000F"
    for (target, ends, may) in [
      ("/jsonapi/node/topic/\(id)", true, true), ("/\(id)", true, true), (id, false, false),
      ("/jsonapi/node/topic", false, false), ("/g0000000-0000-4000-8000-000000000001", false, true),
      ("/jsonapi/node/topic/\(id)/uid", false, false),
    ] {
      #expect(ResourceRoute.endsInUUID(target) == ends && ResourceRoute.mayEndInUUID(target) == may, "\(target)")
    }
  }
}
