/// What to do after a request that failed: ask again after so many seconds, give up for now, or ask a person. The one table for
/// requests. What is put off for longer is kept elsewhere: refused credentials in `SignInRefusal`, contents of files in `FileFailure`,
/// local changes while the site takes none in `WritesHold`.
package struct RetryTable: Sendable, Hashable {
  /// A failure, as far as the table cares.
  package enum Failure: Sendable, Hashable {
    /// No complete answer: refused, no name, too slow, cut off, shut down.
    case connection
    /// 429; seconds the site asks for.
    case throttled(retryAfter: Int?)
    /// 408, 502, 503, 504, or no tokens at present; seconds the site asks for.
    case unavailable(retryAfter: Int?)
    /// A page where a document should be, or a document that is none: often a proxy's error or maintenance.
    case strange
    /// A page that no repetition opens: a firewall's, or one that says that nothing of the kind is there.
    case door
    /// The site says that it is being worked on: that takes longer than a round waits.
    case maintenance
    /// Another 5xx: often the fault of one query, so that one repetition is enough.
    case serverFault
    /// The site understood and said no (4xx).
    case rejected
    /// 401 again, or a sign-in that was refused.
    case credentials
    /// Something in the configuration: certificate, other origin, address, limit.
    case configuration
    /// This side gave up.
    case cancelled
    /// A failure that the table does not know, such as a full disk: not for a repetition.
    case unknown
  }

  /// What to do.
  package enum Verdict: Sendable, Hashable {
    /// Try again after so many seconds.
    case after(seconds: Double)
    /// Not in this round; the next one tries anew.
    case giveUp
    /// No repetition helps until a person has changed something.
    case askPerson
  }

  /// Attempts in all, the first included.
  package var attempts = 5
  /// The longest first wait, in seconds; it doubles with each attempt.
  package var firstWaitSeconds = 1.0
  /// The longest wait of our own, in seconds.
  package var longestWaitSeconds = 60.0
  /// The longest `Retry-After` that is sat out, in seconds; for a longer one this round gives up.
  package var longestRetryAfterSeconds = 300

  /// The table with its defaults: 1, 2, 4, 8 seconds at most, five attempts.
  package init() {}

  /// What to do.
  /// - Parameters:
  ///   - attempt: how many have failed, this one included; 1 is the first.
  ///   - random: from 0 up to 1, drawn anew each time; the wait is that share of its bound (full jitter).
  package func verdict(_ failure: Failure, attempt: Int, random: Double) -> Verdict {
    switch failure {
    case .credentials, .configuration: .askPerson
    case .rejected, .cancelled, .unknown, .door, .maintenance: .giveUp
    case .serverFault: wait(attempt: attempt, of: min(2, attempts), random)
    case .connection, .strange: wait(attempt: attempt, of: attempts, random)
    case .throttled(let seconds?), .unavailable(let seconds?):
      // At least as long as asked, and then not all at once.
      attempt >= attempts || seconds > longestRetryAfterSeconds
        ? .giveUp : .after(seconds: Double(max(0, seconds)) + random * firstWaitSeconds)
    case .throttled(nil), .unavailable(nil): wait(attempt: attempt, of: attempts, random)
    }
  }

  private func wait(attempt: Int, of attempts: Int, _ random: Double) -> Verdict {
    guard attempt < attempts else { return .giveUp }
    var bound = firstWaitSeconds
    for _ in 1..<max(1, min(attempt, 64)) { bound *= 2 }
    return .after(seconds: min(max(random, 0), 1) * min(bound, longestWaitSeconds))
  }

  /// The failure behind an error.
  package static func failure(of error: any Error) -> Failure {
    switch error {
    case let error as TransportError: failure(of: error.kind)
    case let error as SiteError: failure(of: error)
    case let error as SignInError: failure(of: error)
    case is CancellationError: .cancelled
    default: .unknown
    }
  }

  private static func failure(of kind: TransportError.Kind) -> Failure {
    switch kind {
    case .unreachable, .nameNotResolved, .timeout, .truncated, .protocolFailure, .tlsHandshake: .connection
    case .closed: .cancelled
    case .refused: .rejected
    case .certificate, .tooLarge, .redirectToOtherOrigin, .tooManyRedirects, .otherOrigin, .insecure, .invalidRequest:
      .configuration
    }
  }

  private static func failure(of error: SiteError) -> Failure {
    switch error.kind {
    case .throttled: .throttled(retryAfter: error.retryAfter)
    case .unavailable where error.isMaintenance: .maintenance
    case .unavailable: .unavailable(retryAfter: error.retryAfter)
    case .serverFault: .serverFault
    case .html where error.door != nil || (400..<500).contains(error.status): .door
    case .html, .malformed: .strange
    case .unauthorized: .credentials
    case .forbidden, .notFound, .conflict, .unprocessable, .badRequest: .rejected
    }
  }

  private static func failure(of error: SignInError) -> Failure {
    switch error {
    case .unavailable(_, let retryAfter, _): .unavailable(retryAfter: retryAfter)
    case .maintenance: .maintenance
    case .unintelligible(let status, _, let page):
      page?.firewall != nil || (400..<500).contains(status) ? .door : .strange
    case .wrongClient, .wrongUser, .unsupportedGrant, .invalidScope, .refreshRefused, .refused, .httpBasic, .heldBack:
      .credentials
    }
  }
}
