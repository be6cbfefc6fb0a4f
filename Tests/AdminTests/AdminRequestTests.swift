import HTTPTypes
import NIOCore
import Testing

@testable import Admin

/// What a request to the admin port says, and whether it is of this machine.
@Suite struct AdminRequestTests {
  private static func request(
    _ target: String, authority: String? = "127.0.0.1:8481", fields: HTTPFields = [:], peer: String? = "127.0.0.1"
  ) throws -> AdminRequest? {
    let head = HTTPRequest(method: .get, scheme: "http", authority: authority, path: target, headerFields: fields)
    return AdminRequest(head, from: try peer.map { try SocketAddress(ipAddress: $0, port: 40_000) })
  }

  @Test func pathAndQueryAreParted() throws {
    let request = try #require(try Self.request("/a%20b?x=1&x=2+3&y&=z&%3d=%26%ff?"))
    #expect(request.path == "/a%20b")
    #expect(
      request.query == [
        .init(name: "x", value: "1"), .init(name: "x", value: "2 3"), .init(name: "y", value: ""),
        .init(name: "=", value: "&\u{FFFD}?"),
      ])
    #expect(request.queryValue("x") == "1" && request.queryValue("q") == nil)
    for target in ["http://127.0.0.1/", "", "*"] { #expect(try Self.request(target)?.path == nil, "\(target)") }
    let many = try Self.request("/?" + String(repeating: "a=b&", count: 5_000))
    #expect(many?.query.count == AdminRequest.mostPairs)
  }

  @Test func ofTwoHostsNoneIsTaken() throws {
    #expect(try Self.request("/", fields: [HTTPField.Name("Host") ?? .date: "evil.example"])?.path == nil)
  }

  private static let passedOn: HTTPFields = [HTTPField.Name("X-Forwarded-For") ?? .date: "192.0.2.7"]
  private static let passedOnToo: HTTPFields = [HTTPField.Name("Forwarded") ?? .date: "for=192.0.2.7"]

  static let local: [(authority: String?, peer: String?, fields: HTTPFields, isLocal: Bool)] = [
    ("localhost:8481", "127.0.0.1", [:], true), ("LOCALHOST.", "::1", [:], true), ("[::1]:8481", "::1", [:], true),
    ("127.0.0.2", "127.8.0.1", [:], true), ("127.0.0.1", "::ffff:127.0.0.1", [:], true),
    // A name that was made to lead here, and one that only looks like an address.
    ("evil.example:8481", "127.0.0.1", [:], false), ("127.0.0.1.evil.example", "127.0.0.1", [:], false),
    ("127.evil.example", "127.0.0.1", [:], false), (nil, "127.0.0.1", [:], false), ("", "127.0.0.1", [:], false),
    ("localhost", "192.0.2.7", [:], false), ("localhost", nil, [:], false), ("192.0.2.1", "127.0.0.1", [:], false),
    // A web server on this machine passes it on.
    ("localhost", "127.0.0.1", passedOn, false),
    ("localhost", "127.0.0.1", passedOnToo, false),
  ]

  @Test(arguments: local.indices) func aRequestIsOfThisMachine(_ number: Int) throws {
    let (authority, peer, fields, isLocal) = Self.local[number]
    let request = try Self.request("/", authority: authority, fields: fields, peer: peer)
    #expect(request?.isLocal == isLocal, "\(authority ?? "-") from \(peer ?? "-")")
  }

  @Test func formsAndCookies() {
    var request = AdminRequest(
      method: .post, path: "/", fields: [.contentType: "application/x-www-form-urlencoded; charset=utf-8"],
      body: Array("take=local&document=%7B%22a%22%3A1%7D".utf8))
    #expect(request.form == [.init(name: "take", value: "local"), .init(name: "document", value: #"{"a":1}"#)])
    request.fields = [.contentType: "text/plain", .cookie: "a=1; session=x=y; session="]
    #expect(request.form == nil)
    #expect(request.cookies("session") == ["x=y", ""] && request.cookies("sess").isEmpty)
  }
}
