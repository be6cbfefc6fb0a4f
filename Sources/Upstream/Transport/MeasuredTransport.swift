import Measures

/// A transport that notes what goes through it: how many requests, what came of them, how long they took, and how much they brought.
package struct MeasuredTransport: Transport {
  private let base: any Transport
  private let measures: SiteMeasures

  /// - Parameter base: what sends the requests.
  package init(_ base: any Transport, _ measures: SiteMeasures) {
    self.base = base
    self.measures = measures
  }

  /// As `base` does.
  package func send(_ request: OutboundRequest) async throws -> InboundResponse {
    let response = try await noting(request) { try await base.send(request) }
    measures.received.add(response.body.count)
    return response
  }

  /// As `base` does.
  package func download(_ request: OutboundRequest, into sink: any ContentSink) async throws -> InboundResponse {
    let counted = CountingSink(sink, measures.received)
    let response = try await noting(request) { try await base.download(request, into: counted) }
    measures.received.add(response.body.count)
    return response
  }

  private func noting(
    _ request: OutboundRequest, _ body: () async throws -> InboundResponse
  ) async throws -> InboundResponse {
    let began = ContinuousClock.now
    measures.sent.add(request.body?.count ?? 0)
    do {
      let response = try await body()
      measures.durations.note(ContinuousClock.now - began)
      measures.requests.add(to: SiteMeasures.Outcome(status: response.status))
      return response
    } catch {
      measures.requests.add(to: error is CancellationError ? .cancelled : .unreachable)
      throw error
    }
  }
}

/// A sink that counts what goes into it.
private final class CountingSink: ContentSink {
  private let sink: any ContentSink
  private let received: Count

  init(_ sink: any ContentSink, _ received: Count) {
    self.sink = sink
    self.received = received
  }

  func begin(_ head: InboundResponse) -> Bool { sink.begin(head) }

  func take(_ piece: UnsafeRawBufferPointer) -> Bool {
    received.add(piece.count)
    return sink.take(piece)
  }
}
