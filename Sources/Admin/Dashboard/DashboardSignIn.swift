import Coding
import Foundation
import TokenIssuer

/// Who may see the dashboard from elsewhere: administrators, which are accounts whose scopes say `*`. An account without scopes of its
/// own is bounded by its client's alone, and here is none; one that is known by the site's word, or that has a sight, is a member's.
package struct DashboardSignIn: Sendable {
  /// The account that a name and a password belong to; nil where they do not. Throws `SignInRefused`, or a fault of the mirror.
  package typealias Check = @Sendable (_ name: String, _ password: String, _ address: String) async throws -> Account?

  let check: Check
  let sessions: BrowserSessions

  /// - Parameters:
  ///   - check: counts wrong passwords together with those of all other doors.
  ///   - account: the account of a number, as long as it is good.
  ///   - now: Unix seconds.
  package init(
    check: @escaping Check, account: @escaping @Sendable (Int64) throws -> Account?,
    now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) {
    self.check = check
    sessions = BrowserSessions(account: account, now: now)
  }

  /// Whether an account is an administrator's.
  package static func admits(_ account: Account) -> Bool {
    account.scopes.contains("*") && account.sight == nil && !account.isFromSite
  }

  /// Who sends a request; nil for those who may not see the dashboard.
  /// - Throws: a fault of the mirror.
  func person(_ visit: DashboardVisit) async throws -> DashboardRequest.Person? {
    if visit.request.isLocal { return .local }
    guard !visit.isNew else { return nil }
    let known = try await AdminThreads.run { [sessions] in try sessions.person(visit.sent, visit.cookie) }
    return known.flatMap { DashboardSignIn.admits($0.account) ? .account($0.account) : nil }
  }

  /// What comes of the form.
  enum Outcome: Sendable {
    /// Signed in: the new value of the cookie.
    case begun(String)
    /// Why not, for who tried; the status, and after how many seconds to try again.
    case refused(String, status: Int, retryAfter: Int?)
  }

  /// Looks whether a name and a password are an administrator's.
  /// - Throws: a fault of the mirror.
  func signIn(_ visit: DashboardVisit, name: String, password: String) async throws -> Outcome {
    do {
      guard let account = try await check(name, password, visit.request.address) else {
        return .refused("The name or the password is not right.", status: 403, retryAfter: nil)
      }
      guard DashboardSignIn.admits(account) else {
        return .refused(
          "This account may not see the dashboard: that takes the scope *, and no sight.", status: 403, retryAfter: nil)
      }
      return .begun(sessions.begin(account, visit.sent, visit.cookie))
    } catch let refused as SignInRefused {
      return .refused(refused.description, status: refused.status, retryAfter: refused.retryAfter)
    }
  }

  /// The page with the form.
  /// - Parameters:
  ///   - target: the path that leads on.
  ///   - notice: why it is shown again.
  static func page(_ visit: DashboardVisit, target: String, name: String = "", notice: String? = nil, status: Int = 403)
    -> DashboardPage
  {
    let told = notice.map { notice -> HTML in "<p class=\"notice failed\" role=\"alert\">\(notice)</p>\n" } ?? ""
    return DashboardPage(
      "Sign in",
      """
      \(told)<form method="post" action="\(path)" class="sign-in">
      <input type="hidden" name="seal" value="\(visit.seal(path))">
      <input type="hidden" name="to" value="\(target)">
      <label>Name <input name="name" value="\(name)" autocomplete="username" autocapitalize="none" maxlength="255" required></label>
      <label>Password <input type="password" name="password" autocomplete="current-password" maxlength="1024" required></label>
      <button type="submit">Sign in</button>
      </form>
      <p class="muted">For accounts with the scope <code>*</code>: <code>social-mirror account add NAME --scopes '*'</code> makes
      one. On the machine itself nobody has to sign in.</p>
      """, status: status)
  }

  /// Where the form is sent to.
  static let path = "/sign-in"

  /// A path of this server, whatever was sent: no other host, and nothing that ends a header field.
  static func target(_ sent: String?) -> String {
    guard let sent, sent.utf8.count <= 1_024, sent.hasPrefix("/"), !sent.hasPrefix("//"), sent != path,
      sent.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
    else { return "/" }
    return sent
  }
}
