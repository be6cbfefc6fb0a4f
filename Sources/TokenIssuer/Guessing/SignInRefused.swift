/// A try to sign in that is not made at present: it says nothing of the name or the secret.
package struct SignInRefused: Error, Sendable, Hashable, CustomStringConvertible {
  /// Why.
  package enum Reason: Sendable, Hashable {
    /// Too many wrong ones came before it.
    case tooMany
    /// More wait than are worth waiting for.
    case busy
    /// It is for the site to say, and the site cannot be asked.
    case siteAway
  }

  /// Why.
  package var reason: Reason
  /// Seconds after which it may be made again, 1 or more.
  package var retryAfter: Int

  /// A refusal.
  package init(_ reason: Reason, retryAfter: Int) {
    self.reason = reason
    self.retryAfter = max(1, retryAfter)
  }

  /// The HTTP status: 429 (RFC 6585, 4) or 503.
  package var status: Int { reason == .tooMany ? 429 : 503 }

  /// One sentence for who tried.
  package var description: String {
    switch reason {
    case .tooMany: "Too many wrong sign-ins came before this one; it was not tried."
    case .busy: "Too many sign-ins wait; this one was not tried."
    case .siteAway: "This sign-in is for the site to decide, which cannot be asked at present."
    }
  }

  /// The answer of a token route: in the form of its refusals, with `retry-after`.
  package var reply: TokenReply {
    var reply = TokenUnavailable.reply(description, retryAfter: retryAfter)
    reply.status = status
    return reply
  }
}
