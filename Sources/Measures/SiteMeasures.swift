/// How the site is asked, and how it answers. Safe from any thread.
package final class SiteMeasures: Sendable {
  /// What came of a request.
  package enum Outcome: String, CaseIterable, Sendable {
    /// 2xx, or 304.
    case ok
    /// Another 3xx.
    case redirected
    /// 401: a token that is used up, or credentials that are refused.
    case unauthorized
    /// 429.
    case throttled
    /// Another 4xx.
    case refused
    /// 5xx.
    case failed
    /// No complete answer.
    case unreachable
    /// This side gave it up.
    case cancelled

    /// - Parameter status: a status code (RFC 9110 section 15).
    package init(status: Int) {
      switch status {
      case 200..<300, 304: self = .ok
      case 300..<400: self = .redirected
      case 401: self = .unauthorized
      case 429: self = .throttled
      case 400..<500: self = .refused
      default: self = .failed
      }
    }
  }

  /// What came of asking for a token.
  package enum Renewal: String, CaseIterable, Sendable {
    case renewed, refused
    /// There was no answer, or none that says either.
    case unavailable
  }

  /// Requests, sign-in and contents of files among them, by what came of them.
  package let requests = Counts<Outcome>()
  /// How long they took, up to the whole answer.
  package let durations = Durations(bounds: Durations.ofRequests + [30, 60])
  /// Requests that were made once more after one that failed.
  package let retries = Count()
  /// Content that was received, decoded, in bytes.
  package let received = Count()
  /// Content that was sent, in bytes.
  package let sent = Count()
  /// Requests for tokens.
  package let renewals = Counts<Renewal>()

  /// None yet.
  package init() {}
}
