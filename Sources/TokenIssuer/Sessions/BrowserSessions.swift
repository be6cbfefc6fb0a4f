import Coding
import Crypto
import Foundation
import Synchronization

/// Who has signed in with a browser, for as long as this process runs: for pages, which have no token. Safe from any thread.
package final class BrowserSessions: Sendable {
  /// Somebody who is signed in.
  package struct Person: Sendable, Hashable {
    /// Who it is.
    package var account: Account
    /// The value of the cookie.
    package var browser: String
  }

  private let forms: FormSeal
  private let account: @Sendable (Int64) throws -> Account?
  private let random: @Sendable (Int) -> [UInt8]
  private let now: @Sendable () -> Double
  private let table: Mutex<SessionTable>

  /// - Parameters:
  ///   - account: the account of a number; asked for each request, so that a removed account or a new password ends a session at
  ///     once.
  ///   - random: this many unpredictable bytes.
  ///   - now: Unix seconds.
  package init(
    account: @escaping @Sendable (Int64) throws -> Account?, limits: SessionTable.Limits = .init(),
    random: @escaping @Sendable (Int) -> [UInt8] = SecureRandom.bytes,
    now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) {
    (self.account, self.random, self.now) = (account, random, now)
    forms = FormSeal(random: random)
    table = Mutex(SessionTable(limits: limits))
  }

  /// Who sends a request; nil where nobody is signed in.
  /// - Parameter sent: all that the browser sent as `Cookie`, as one list.
  /// - Throws: what the look for the account throws.
  package func person(_ sent: String?, _ cookie: SessionCookie) throws -> Person? {
    guard let browser = cookie.value(in: sent) else { return nil }
    let digest = BrowserSessions.digest(browser)
    guard let session = table.withLock({ $0.find(digest, at: now()) }) else { return nil }
    guard let account = try self.account(session.accountID), account.passwordHash == session.passwordHash else {
      table.withLock { $0.end(digest) }
      return nil
    }
    return Person(account: account, browser: browser)
  }

  /// Signs somebody in: the new value of the cookie. The session that the browser had ends.
  package func begin(_ account: Account, _ sent: String?, _ cookie: SessionCookie) -> String {
    let new = SessionCookie.value(random)
    let old = cookie.value(in: sent).map(BrowserSessions.digest)
    let session = BrowserSession(of: account, at: now())
    table.withLock { table in
      if let old { table.end(old) }
      table.begin(session, as: BrowserSessions.digest(new))
    }
    return new
  }

  /// Ends the session of a browser, if it has one; the new value of the cookie.
  package func end(_ sent: String?, _ cookie: SessionCookie) -> String {
    if let old = cookie.value(in: sent) { table.withLock { $0.end(BrowserSessions.digest(old)) } }
    return SessionCookie.value(random)
  }

  /// The value of the browser's cookie, whoever is signed in, and whether it has to be set.
  package func browser(_ sent: String?, _ cookie: SessionCookie) -> (value: String, isNew: Bool) {
    if let value = cookie.value(in: sent) { return (value, false) }
    return (SessionCookie.value(random), true)
  }

  /// A seal for a form that is shown to a browser; see `FormSeal`.
  package func seal(_ purpose: String, for browser: String) -> String { forms.seal(purpose, for: browser, at: now()) }

  /// Whether a form that came was shown to this browser.
  /// - Parameter seal: what came with it.
  package func isSealed(_ seal: String?, _ purpose: String, _ sent: String?, _ cookie: SessionCookie) -> Bool {
    guard let seal, let browser = cookie.value(in: sent) else { return false }
    return forms.isGood(seal, purpose, for: browser, at: now())
  }

  /// Ids are kept and looked for by their digests: how long it takes to find one tells nothing of another.
  private static func digest(_ browser: String) -> String { Hexadecimal.text(SHA256.hash(data: Data(browser.utf8))) }
}
