import Crypto
import Foundation
import JSONAPI
import Synchronization
import TokenIssuer

/// Who has signed in with a browser, for as long as this process runs: for pages, which have no token. Safe from any thread.
final class BrowserSessions: Sendable {
  /// Somebody who is signed in.
  struct Person: Sendable, Hashable {
    var account: Account
    /// The value of the cookie.
    var browser: String
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
  init(
    account: @escaping @Sendable (Int64) throws -> Account?, limits: SessionTable.Limits = .init(),
    random: @escaping @Sendable (Int) -> [UInt8] = SecureRandom.bytes,
    now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) {
    (self.account, self.random, self.now) = (account, random, now)
    forms = FormSeal(random: random)
    table = Mutex(SessionTable(limits: limits))
  }

  /// Who sends a request; nil where nobody is signed in.
  /// - Throws: what the look for the account throws.
  func person(_ head: RequestHead, _ base: DocumentBase) throws -> Person? {
    guard let browser = SessionCookie(base).value(in: head.cookie) else { return nil }
    let digest = BrowserSessions.digest(browser)
    guard let session = table.withLock({ $0.find(digest, at: now()) }) else { return nil }
    guard let account = try self.account(session.accountID), account.passwordHash == session.passwordHash else {
      table.withLock { $0.end(digest) }
      return nil
    }
    return Person(account: account, browser: browser)
  }

  /// Signs somebody in: the new value of the cookie. The session that the browser had ends.
  func begin(_ account: Account, _ head: RequestHead, _ base: DocumentBase) -> String {
    let new = SessionCookie.value(random)
    let old = SessionCookie(base).value(in: head.cookie).map(BrowserSessions.digest)
    let session = BrowserSession(of: account, at: now())
    table.withLock { table in
      if let old { table.end(old) }
      table.begin(session, as: BrowserSessions.digest(new))
    }
    return new
  }

  /// Ends the session of a browser, if it has one; the new value of the cookie.
  func end(_ head: RequestHead, _ base: DocumentBase) -> String {
    if let old = SessionCookie(base).value(in: head.cookie) { table.withLock { $0.end(BrowserSessions.digest(old)) } }
    return SessionCookie.value(random)
  }

  /// The value of the browser's cookie, whoever is signed in, and whether it has to be set.
  func browser(_ head: RequestHead, _ base: DocumentBase) -> (value: String, isNew: Bool) {
    if let value = SessionCookie(base).value(in: head.cookie) { return (value, false) }
    return (SessionCookie.value(random), true)
  }

  /// A seal for a form that is shown to a browser; see `FormSeal`.
  func seal(_ purpose: String, for browser: String) -> String { forms.seal(purpose, for: browser, at: now()) }

  /// Whether a form that came was shown to this browser.
  /// - Parameter sent: the seal that came with it.
  func isSealed(_ sent: String?, _ purpose: String, _ head: RequestHead, _ base: DocumentBase) -> Bool {
    guard let sent, let browser = SessionCookie(base).value(in: head.cookie) else { return false }
    return forms.isGood(sent, purpose, for: browser, at: now())
  }

  /// Ids are kept and looked for by their digests: how long it takes to find one tells nothing of another.
  private static func digest(_ browser: String) -> String { Hexadecimal.text(SHA256.hash(data: Data(browser.utf8))) }
}
