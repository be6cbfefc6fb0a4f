import Foundation
import Measures
import Testing

@testable import Upstream

/// What goes to the site is counted by what came of it.
@Suite struct MeasuredTransportTests {
  private struct Answers: Transport {
    var status: Int?

    func send(_ request: OutboundRequest) async throws -> InboundResponse {
      guard let status else { throw TransportError(.timeout, "slow", url: request.url) }
      return InboundResponse(status: status, body: Array(repeating: 0, count: 10))
    }
  }

  private final class Sink: ContentSink {
    func begin(_ head: InboundResponse) -> Bool { true }
    func take(_ piece: UnsafeRawBufferPointer) -> Bool { true }
  }

  @Test func whatCameOfItIsNoted() async throws {
    let measures = SiteMeasures()
    for status in [200, 204, 304, 301, 401, 403, 404, 429, 500, 503] {
      let request = OutboundRequest(method: "POST", url: "https://x.test/", body: [1, 2, 3])
      let response = try await MeasuredTransport(Answers(status: status), measures).send(request)
      #expect(response.status == status)
    }
    await #expect(throws: TransportError.self) {
      try await MeasuredTransport(Answers(status: nil), measures).send(OutboundRequest(url: "https://x.test/"))
    }
    let counts = SiteMeasures.Outcome.allCases.map { measures.requests[$0] }
    #expect(counts == [3, 1, 1, 1, 2, 2, 1, 0])
    #expect(measures.sent.total == 30 && measures.received.total == 100)
    #expect(measures.durations.snapshot.number == 10)
  }

  @Test func contentsAreCountedWhereTheyGo() async throws {
    let measures = SiteMeasures()
    let transport = MeasuredTransport(Answers(status: 200), measures)
    let response = try await transport.download(OutboundRequest(url: "https://x.test/"), into: Sink())
    #expect(response.body.isEmpty && measures.received.total == 10 && measures.requests[.ok] == 1)
  }
}
