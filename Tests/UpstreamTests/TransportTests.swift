import Support
import Testing

@testable import Upstream

@Suite struct TransportTests {
  @Test func onlyOneConnectionForManyRequests() async throws {
    try await withServer({ request in [.answer(200, ["X-Number: \(request.number)"], "hello")] }) {
      server, transport async throws in
      for number in 1...20 {
        let answer = try await transport.send(OutboundRequest(url: "\(server.origin)/page?n=\(number)"))
        #expect(answer.status == 200)
        #expect(answer.body == Array("hello".utf8))
        #expect(answer["x-number"] == "\(number)")
      }
      #expect(server.connections == 1)
      #expect(server.requests.map(\.target) == (1...20).map { "/page?n=\($0)" })
      #expect(server.requests[0]["User-Agent"] == "social-mirror")
      #expect(server.requests[0]["Cookie"] == nil)
    }
  }

  @Test func contentAndMethodArriveAsGiven() async throws {
    let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try await withServer({ _ in [.answer(204, ["Set-Cookie: a=b"])] }) { server, transport async throws in
      let fields = [HTTPField("Content-Type", "application/vnd.api+json"), HTTPField("X-Empty", "")]
      for method in ["POST", "PATCH", "DELETE"] {
        let request = OutboundRequest(method: method, url: "\(server.origin)/x", fields: fields, body: body)
        #expect(try await transport.send(request).status == 204)
      }
      for method in ["DELETE", "POST", "PATCH", "HEAD", "OPTIONS"] {
        #expect(try await transport.send(OutboundRequest(method: method, url: "\(server.origin)/y")).status == 204)
      }
      let seen = server.requests
      #expect(
        seen.map(\.method) == ["POST", "PATCH", "DELETE", "DELETE", "POST", "PATCH", "HEAD", "OPTIONS"])
      for request in seen.prefix(3) {
        #expect(request.body == body)
        #expect(request["Content-Type"] == "application/vnd.api+json")
        #expect(request["X-Empty"] == "")
        #expect(request["Expect"] == nil)
      }
      #expect(seen.allSatisfy { $0["Cookie"] == nil })
      #expect(seen[4]["Content-Type"] == nil)
    }
  }

  @Test func compressedContentIsDecoded() async throws {
    // {"data":[]} as gzip writes it.
    let packed: [UInt8] = [
      31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 73, 44, 73, 84, 178, 138, 142, 173, 5, 0, 148, 100, 178, 94, 11, 0,
      0, 0,
    ]
    let script: ScriptedServer.Script = { _ in
      [.answer(200, ["Content-Type: application/vnd.api+json", "Content-Encoding: gzip"], bytes: packed)]
    }
    try await withServer(script) { server, transport async throws in
      let answer = try await transport.send(OutboundRequest(url: server.origin + "/"))
      #expect(String(decoding: answer.body, as: UTF8.self) == #"{"data":[]}"#)
      #expect(server.requests[0]["Accept-Encoding"]?.contains("gzip") == true)
    }
  }

  @Test func interimAnswersAndTrailersAreNotFields() async throws {
    let text =
      "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Folded: a\r\n b\r\n\r\n"
      + "3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"
    try await withServer({ _ in [.text(text)] }) { server, transport async throws in
      let answer = try await transport.send(OutboundRequest(url: server.origin + "/"))
      #expect(answer.status == 200)
      #expect(answer.body == Array("abc".utf8))
      #expect(answer["X-Early"] == nil && answer["X-Trailer"] == nil)
      #expect(answer["X-Folded"]?.hasPrefix("a") == true)
    }
  }

  @Test func fiftyAtOnce() async throws {
    // Nobody gets an answer before all fifty have asked.
    let all = Gathering(50)
    let script: ScriptedServer.Script = { request in [.run { all.wait() }, .answer(200, [], request.target)] }
    try await withServer(script, settings: { $0.maximumConnections = 50 }) { server, transport async throws in
      let bodies = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<50 {
          group.addTask {
            let answer = try await transport.send(OutboundRequest(url: "\(server.origin)/\(number)"))
            return String(decoding: answer.body, as: UTF8.self)
          }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(bodies == Set((0..<50).map { "/\($0)" }))
    }
  }

  @Test func neverMoreThanTheMaximumAtOnce() async throws {
    try await withServer({ _ in [.answer(200)] }, settings: { $0.maximumConnections = 3 }) {
      server, transport async throws in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<60 {
          group.addTask { try await transport.send(OutboundRequest(url: server.origin + "/")).status }
        }
        for try await status in group { #expect(status == 200) }
      }
      #expect(server.requests.count == 60)
      #expect(server.connections <= 3)
    }
  }

  @Test func requestsForOthersAreNotSent() async throws {
    try await withServer({ _ in [.answer(200)] }) { server, transport async throws in
      for url in [
        "http://localhost:\(server.port)/", "https://127.0.0.1:\(server.port)/", "http://127.0.0.1:1/",
        "http://127.0.0.1:\(server.port)@example.org/",
      ] {
        let error = await failure { try await transport.send(OutboundRequest(url: url)) }
        #expect(error?.kind == .otherOrigin || error?.kind == .invalidRequest, "\(url)")
        #expect(error?.mayHaveArrived == false)
      }
      for field in [HTTPField("X", "a\r\nAuthorization: b"), HTTPField("X: y", "a"), HTTPField("", "a")] {
        let error = await failure { try await transport.send(OutboundRequest(url: server.origin, fields: [field])) }
        #expect(error?.kind == .invalidRequest)
      }
      #expect(server.connections == 0)
    }
  }

  @Test func clearTextStaysHere() throws {
    var settings = TransportSettings(origin: try WebOrigin(of: "http://community.example.org"))
    #expect {
      try CurlTransport(settings, logger: quiet)
    } throws: {
      let error = $0 as? TransportError
      return error?.kind == .insecure && error?.message.contains("site.allowInsecure") == true
    }
    settings.allowInsecure = true
    try CurlTransport(settings, logger: quiet).shutdown()
  }

  @Test func theProxyIsUsedForOtherHostsOnly() async throws {
    let proxy = try ScriptedServer { _ in [.answer(200, [], "by proxy")] }
    defer { proxy.stop() }
    var settings = TransportSettings(origin: try WebOrigin(of: "http://community.example.org"))
    settings.allowInsecure = true
    settings.proxy = proxy.origin
    let transport = try CurlTransport(settings, logger: quiet)
    defer { transport.shutdown() }
    let answer = try await transport.send(OutboundRequest(url: "http://community.example.org/jsonapi"))
    #expect(String(decoding: answer.body, as: UTF8.self) == "by proxy")
    #expect(proxy.requests.map(\.target) == ["http://community.example.org/jsonapi"])

    try await withServer({ _ in [.answer(200, [], "direct")] }, settings: { $0.proxy = proxy.origin }) {
      server, transport async throws in
      let answer = try await transport.send(OutboundRequest(url: server.origin + "/"))
      #expect(String(decoding: answer.body, as: UTF8.self) == "direct")
      #expect(proxy.requests.count == 1)
    }
  }

  @Test func redirectsWithinTheOriginAreFollowed() async throws {
    let script: ScriptedServer.Script = { request in
      switch request.target {
      case "/a": [.answer(302, ["Location: b/../c?x=1"])]
      case "/c?x=1": [.answer(307, ["Location: http://127.0.0.1:\(request["Host"]?.split(separator: ":")[1] ?? "")/d"])]
      case "/loop": [.answer(301, ["Location: /loop"])]
      default: [.answer(200, [], "there")]
      }
    }
    try await withServer(script) { server, transport async throws in
      let request = OutboundRequest(url: server.origin + "/a", fields: [HTTPField("Authorization", "Bearer t")])
      #expect(try await transport.send(request).body == Array("there".utf8))
      #expect(server.requests.map(\.target) == ["/a", "/c?x=1", "/d"])
      #expect(server.requests.allSatisfy { $0["Authorization"] == "Bearer t" })

      let post = OutboundRequest(method: "POST", url: server.origin + "/a", body: [1])
      #expect(try await transport.send(post).status == 302)

      let loop = await failure { try await transport.send(OutboundRequest(url: server.origin + "/loop")) }
      #expect(loop?.kind == .tooManyRedirects)
      #expect(server.requests.count { $0.target == "/loop" } == 6)
    }
  }

  @Test(arguments: ["GET", "POST"]) func redirectsElsewhereAreNot(method: String) async throws {
    let other = try ScriptedServer { _ in [.answer(200)] }
    defer { other.stop() }
    let location = other.origin
    try await withServer({ _ in [.answer(301, ["Location: \(location)/jsonapi?secret=1"])] }) {
      server, transport async throws in
      let error = await failure {
        try await transport.send(OutboundRequest(method: method, url: server.origin + "/jsonapi?k=hidden"))
      }
      #expect(error?.kind == .redirectToOtherOrigin)
      #expect(error?.message.contains(location) == true)
      #expect(error?.description.contains("secret") == false)
      #expect(error?.description.contains("hidden") == false)
      #expect(other.connections == 0)
    }
  }
}
