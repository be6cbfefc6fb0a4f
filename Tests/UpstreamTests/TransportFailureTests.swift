import CCurl
import Support
import Testing

@testable import Upstream

@Suite struct TransportFailureTests {
  static let cuts: [(String, [ScriptedServer.Step])] = [
    ("content shorter than its length", [.text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), .close]),
    (
      "chunks without an end",
      [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), .close]
    ),
    ("half a chunk", [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabc"), .close]),
    ("nothing at all", [.close]),
    ("half a head", [.text("HTTP/1.1 200 OK\r\nContent-Le"), .close]),
    ("a reset in the content", [.text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), .reset]),
    ("a reset", [.reset]),
  ]

  @Test(arguments: cuts.indices) func aPartIsNeverAnAnswer(index: Int) async throws {
    let (name, steps) = Self.cuts[index]
    try await withServer({ _ in steps }) { server, transport async throws in
      for method in ["GET", "POST"] {
        let error = await failure {
          try await transport.send(
            OutboundRequest(method: method, url: server.origin + "/p?q=1", body: method == "POST" ? [1, 2] : nil))
        }
        #expect(error?.kind == .truncated, "\(name): \(error.map(String.init(describing:)) ?? "none")")
        #expect(error?.mayHaveArrived == true)
        #expect(error?.url == server.origin + "/p")
        #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
      }
    }
  }

  @Test func bytesThatAreNoHTTP() async throws {
    try await withServer({ _ in [.text("SSH-2.0-OpenSSH\r\n\r\n"), .close] }) { server, transport async throws in
      let error = await failure { try await transport.send(OutboundRequest(url: server.origin + "/")) }
      #expect(error?.kind == .protocolFailure)
    }
    try await withServer({ _ in [.answer(200, ["Content-Encoding: gzip"], "no gzip")] }) {
      server, transport async throws in
      let error = await failure { try await transport.send(OutboundRequest(url: server.origin + "/")) }
      #expect(error?.kind == .protocolFailure)
    }
  }

  @Test func silenceEndsByTheTimeout() async throws {
    try await withServer({ _ in [.hang] }, settings: { $0.timeoutSeconds = 1 }) { server, transport async throws in
      let error = await failure { try await transport.send(OutboundRequest(url: server.origin + "/")) }
      #expect(error?.kind == .timeout)
      #expect(error?.mayHaveArrived == true)
      #expect(error?.message.contains("site.timeoutSeconds") == true)
    }
  }

  @Test func theRequestsOwnTimeoutCounts() async throws {
    try await withServer({ _ in [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .hang] }) {
      server, transport async throws in
      let error = await failure {
        try await transport.send(OutboundRequest(url: server.origin + "/", timeoutSeconds: 1))
      }
      #expect(error?.kind == .timeout)
    }
  }

  @Test func tooMuchContentIsRefused() async throws {
    let chunk = "1000\r\n" + String(repeating: "x", count: 0x1000) + "\r\n"
    let endless: [ScriptedServer.Step] =
      [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
      + Array(repeating: .text(chunk), count: 4) + [.hang]
    let script: ScriptedServer.Script = { request in
      request.target == "/length" ? [.answer(200, [], String(repeating: "x", count: 5000))] : endless
    }
    try await withServer(script, settings: { $0.maximumBodyBytes = 4999 }) { server, transport async throws in
      for path in ["/length", "/chunks"] {
        let error = await failure { try await transport.send(OutboundRequest(url: server.origin + path)) }
        #expect(error?.kind == .tooLarge)
        #expect(error?.message.contains("4999") == true)
      }
      let larger = OutboundRequest(url: server.origin + "/length", maximumBodyBytes: 5000)
      #expect(try await transport.send(larger).body.count == 5000)
    }
  }

  @Test func nobodyThere() async throws {
    // Port 1 is nobody's.
    let transport = try CurlTransport(
      TransportSettings(origin: try WebOrigin(of: "http://127.0.0.1:1")), logger: quiet)
    defer { transport.shutdown() }
    let error = await failure { try await transport.send(OutboundRequest(url: "http://127.0.0.1:1/")) }
    #expect(error?.kind == .unreachable)
    #expect(error?.mayHaveArrived == false)
    #expect(error?.message.contains("127.0.0.1:1 ") == true)
  }

  @Test func contentIsNotSentTwiceOverADeadConnection() async throws {
    // The second request of a connection is read, then the connection ends without an answer.
    let script: ScriptedServer.Script = { request in
      request.target == "/first" || request.number > 2 ? [.answer(200)] : [.close]
    }
    try await withServer(script) { server, transport async throws in
      _ = try await transport.send(OutboundRequest(url: server.origin + "/first"))
      let error = await failure {
        try await transport.send(OutboundRequest(method: "POST", url: server.origin + "/second", body: [1, 2, 3]))
      }
      #expect(error?.kind == .truncated)
      #expect(error?.mayHaveArrived == true)
      #expect(server.requests.map(\.target) == ["/first", "/second"])
    }
    // A GET may be repeated.
    try await withServer(script) { server, transport async throws in
      _ = try await transport.send(OutboundRequest(url: server.origin + "/first"))
      #expect(try await transport.send(OutboundRequest(url: server.origin + "/second")).status == 200)
      #expect(server.requests.map(\.target) == ["/first", "/second", "/second"])
    }
  }

  @Test(.timeLimit(.minutes(5))) func cancellationAbortsTheTransfer() async throws {
    try await withServer({ _ in [.hang] }, settings: { $0.timeoutSeconds = 3600 }) { server, transport async throws in
      let request = OutboundRequest(url: server.origin + "/")
      await withThrowingTaskGroup(of: InboundResponse.self) { group in
        group.addTask { try await transport.send(request) }
        var events = server.events.makeAsyncIterator()
        guard case .arrived = await events.next() else {
          Issue.record("no request")
          return
        }
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
        // The server sees the client leave, though the limit is far away.
        guard case .left = await events.next() else {
          Issue.record("the connection stayed")
          return
        }
      }
    }
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    try await withServer({ _ in [.answer(200)] }) { server, transport async throws in
      let request = OutboundRequest(url: server.origin + "/")
      await withThrowingTaskGroup(of: InboundResponse.self) { group in
        group.cancelAll()
        group.addTask { try await transport.send(request) }
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      #expect(server.connections == 0)
    }
  }

  @Test func manyCancellationsLeaveNothingHanging() async throws {
    let script: ScriptedServer.Script = { $0.target == "/hang" ? [.hang] : [.answer(200)] }
    let settings: (inout TransportSettings) -> Void = {
      $0.maximumConnections = 5
      // On a busy machine a test may wait long for its turn.
      $0.timeoutSeconds = 3600
    }
    try await withServer(script, settings: settings) { server, transport async throws in
      for round in 0..<30 {
        try await withThrowingTaskGroup(of: Int.self) { group in
          for number in 0..<8 {
            let path = number % 2 == 0 ? "/hang" : "/ok"
            group.addTask { try await transport.send(OutboundRequest(url: server.origin + path)).status }
          }
          if round % 3 == 0 { _ = try await group.next() }
          group.cancelAll()
          while let outcome = await group.nextResult() {
            if case .failure(let error) = outcome { #expect(error is CancellationError) }
          }
        }
      }
      #expect(try await transport.send(OutboundRequest(url: server.origin + "/ok")).status == 200)
    }
  }

  @Test func shutdownEndsWhatIsUnderWay() async throws {
    try await withServer({ _ in [.hang] }) { server, transport async throws in
      let request = OutboundRequest(url: server.origin + "/")
      async let pending = failure { try await transport.send(request) }
      var events = server.events.makeAsyncIterator()
      _ = await events.next()
      transport.shutdown()
      #expect(await pending?.kind == .closed)
      #expect(await failure { try await transport.send(request) }?.kind == .closed)
    }
  }

  static let codes: [(CURLcode, Bool, TransportError.Kind, Bool)] = [
    (CURLE_COULDNT_RESOLVE_HOST, false, .nameNotResolved, false), (CURLE_COULDNT_CONNECT, false, .unreachable, false),
    (CURLE_COULDNT_RESOLVE_PROXY, false, .unreachable, false), (CURLE_OPERATION_TIMEDOUT, false, .timeout, false),
    (CURLE_OPERATION_TIMEDOUT, true, .timeout, true), (CURLE_SEND_FAIL_REWIND, true, .truncated, true),
    (CURLE_PEER_FAILED_VERIFICATION, false, .certificate, false), (CURLE_HTTP2_STREAM, true, .protocolFailure, true),
    (CURLE_SSL_CONNECT_ERROR, false, .tlsHandshake, false), (CURLE_PARTIAL_FILE, true, .truncated, true),
  ]

  @Test(arguments: codes.indices) func failuresByCode(index: Int) throws {
    let (code, wasBegun, kind, mayHaveArrived) = Self.codes[index]
    let settings = TransportSettings(origin: try WebOrigin(of: "https://site.example"))
    let error = CurlFailure(code: code, text: "words", wasBegun: wasBegun).error(url: "https://site.example/", settings)
    #expect(error.kind == kind)
    #expect(error.mayHaveArrived == mayHaveArrived)
    #expect(error.message.contains("words"))
  }

  /// Where there is a proxy, it may be what is not there; its URL, which may hold a password, is not told.
  @Test func aProxyThatIsGoneIsNamedByItsKey() throws {
    var settings = TransportSettings(origin: try WebOrigin(of: "https://site.example"))
    settings.proxy = "http://user:geheim@proxy"
    let error = CurlFailure(code: CURLE_COULDNT_CONNECT, text: "words", wasBegun: false)
      .error(url: "https://site.example/", settings)
    #expect(error.kind == .unreachable && error.message.contains("site.proxy") && !error.message.contains("geheim"))
  }

  /// An authority of one's own is named where that may be it, and nowhere else.
  @Test(arguments: [
    ("SSL certificate problem: certificate has expired", "renewed"),
    ("SSL certificate problem: certificate is not yet valid", "a clock is wrong"),
    ("SSL: no alternative certificate subject name matches target host name 'site.example'", "site.baseURL"),
    ("SSL certificate problem: unable to get local issuer certificate", "site.caFile"),
  ]) func certificatesAreToldWithTheirWayOut(words: String, way: String) throws {
    let settings = TransportSettings(origin: try WebOrigin(of: "https://site.example"))
    let error = CurlFailure(code: CURLE_PEER_FAILED_VERIFICATION, text: words, wasBegun: false)
      .error(url: "https://site.example/", settings)
    #expect(error.message.contains(words) && error.message.contains(way), "\(error.message)")
    #expect(error.message.contains("site.caFile") == (way == "site.caFile"))
  }
}
