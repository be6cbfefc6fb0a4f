import Foundation
import Support
import Synchronization
import Testing

@testable import Upstream

/// Keeps a content in memory.
private final class MemorySink: ContentSink {
  private let state = Mutex((head: InboundResponse?.none, bytes: [UInt8]()))

  var head: InboundResponse? { state.withLock { $0.head } }
  var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }

  func begin(_ head: InboundResponse) -> Bool {
    state.withLock { $0.head = head }
    return true
  }

  func take(_ piece: UnsafeRawBufferPointer) -> Bool {
    let bytes = Array(piece)
    state.withLock { $0.bytes += bytes }
    return true
  }
}

/// Contents that go into a sink.
@Suite struct FileDownloadTests {
  @Test(
    arguments: [
      ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", false),
      ("HTTP/1.1 200 OK\r\n\r\nabc", true),
      ("HTTP/1.0 200 OK\r\n\r\nabc", true),
    ])
  func aSinkIsToldWhereOnlyTheConnectionTellsTheEnd(answer: String, endsByClosing: Bool) async throws {
    try await withServer({ _ in [.text(answer), .close] }) { server, transport async throws in
      let sink = MemorySink()
      let response = try await transport.download(OutboundRequest(url: server.origin + "/a.bin"), into: sink)
      #expect(response.status == 200 && response.body.isEmpty)
      #expect(sink.text == "abc")
      #expect(sink.head?.endsByClosing == endsByClosing)
    }
  }

  @Test func aContentThatIsShorterThanItsLengthIsNoAnswer() async throws {
    let cut = ScriptedServer.Step.text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    try await withServer({ _ in [cut, .close] }) { server, transport async throws in
      let sink = MemorySink()
      let error = await failure {
        try await transport.download(OutboundRequest(url: server.origin + "/a.bin"), into: sink)
      }
      #expect(error?.kind == .truncated)
      #expect(sink.text == "abc")
    }
  }

  /// A server that sends some bytes a second would keep its place for ever.
  @Test func aContentThatTricklesIsGivenUp() async throws {
    let trickle = ScriptedServer.Step.run { usleep(200_000) }
    let head = ScriptedServer.Step.text("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    let steps = [head] + (0..<300).flatMap { _ in [ScriptedServer.Step.text("abc"), trickle] }
    try await withServer({ _ in steps }, settings: { $0.timeoutSeconds = 2 }) { server, transport async throws in
      let sink = MemorySink()
      let error = await failure {
        try await transport.download(OutboundRequest(url: server.origin + "/a.bin"), into: sink)
      }
      #expect(error?.kind == .timeout && sink.text.hasPrefix("abc"))
    }
  }

  /// A 401 to a new token is about the file. For a file that asks for other credentials none is renewed.
  @Test(arguments: [("Basic realm=\"folder\"", 1), ("Bearer realm=\"OAuth\"", 2), (nil, 2)] as [(String?, Int)])
  func aFileThatTakesNoTokenIsAnAnswer(challenge: String?, tokens: Int) async throws {
    let route = TokenRoute()
    let transport = ScriptedTransport { request, _ in
      if request.url.hasSuffix("/oauth/token") { return route.answer(request) }
      return InboundResponse(status: 401, fields: challenge.map { [HTTPField("WWW-Authenticate", $0)] } ?? [])
    }
    let session = try OAuthSession(
      tokenURL: "https://h.example/oauth/token", credentials: OAuthSessionTests.credentials, transport: transport,
      vault: MemoryTokenVault(), now: { 1_000_000 }, logger: quiet)
    let answer = try await session.download(OutboundRequest(url: "https://h.example/a.bin"), into: MemorySink())
    #expect(answer.status == 401)
    #expect(transport.forms.count == tokens)
  }
}
