import Synchronization

/// One request on its way through the loop, and the one caller that waits for it. Ends exactly once, whoever is first:
/// the answer, a failure, or the caller's cancellation.
final class CurlExchange: Sendable {
  typealias Outcome = Result<InboundResponse, any Error>

  private enum State {
    case unattended
    case awaited(CheckedContinuation<InboundResponse, any Error>)
    case ended(Outcome)
  }

  let request: OutboundRequest
  /// Where the content goes; nil keeps it in memory.
  let sink: (any ContentSink)?
  private let state = Mutex(State.unattended)

  init(_ request: OutboundRequest, into sink: (any ContentSink)? = nil) {
    self.request = request
    self.sink = sink
  }

  /// Whether there is an outcome already.
  var isEnded: Bool { state.withLock { if case .ended = $0 { true } else { false } } }

  /// Sets who is to be told; at once, if it has ended.
  func attach(_ continuation: CheckedContinuation<InboundResponse, any Error>) {
    let early = state.withLock { state -> Outcome? in
      if case .ended(let outcome) = state { return outcome }
      state = .awaited(continuation)
      return nil
    }
    if let early { continuation.resume(with: early) }
  }

  /// Tells the caller, unless it has been told.
  func finish(_ outcome: Outcome) {
    let continuation = state.withLock { state -> CheckedContinuation<InboundResponse, any Error>? in
      switch state {
      case .ended: return nil
      case .unattended:
        state = .ended(outcome)
        return nil
      case .awaited(let continuation):
        state = .ended(outcome)
        return continuation
      }
    }
    continuation?.resume(with: outcome)
  }
}
