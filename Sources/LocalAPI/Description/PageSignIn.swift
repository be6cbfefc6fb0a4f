import HTTPTypes
import Hummingbird
import JSONAPI
import TokenIssuer

/// Signing in to a page, and out again: a plain form that leads back to where it stands. It is bound to the browser that it was shown to
/// and to the page.
struct PageSignIn: Sendable {
  let endpoint: TokenEndpoint
  let sessions: BrowserSessions

  /// What a form is for: its field `step`.
  private enum Step: String {
    case signIn = "sign-in"
    case leave
  }

  /// The page with the form.
  /// - Parameters:
  ///   - notice: why it is shown again.
  ///   - name: what was typed before.
  func form(_ asked: Asked, notice: String? = nil, status: Int = 200, name: String = "") -> Answer {
    let browser = sessions.browser(asked.head, asked.base)
    let seal = sessions.seal(purpose(.signIn, asked), for: browser.value)
    let told = notice.map { notice -> HTML in "<p class=\"notice\" role=\"alert\">\(notice)</p>\n" } ?? ""
    let page = Page(
      "Sign in",
      """
      \(told)<form method="post">
      <input type="hidden" name="step" value="sign-in"><input type="hidden" name="seal" value="\(seal)">
      <label>Name <input name="name" value="\(name)" autocomplete="username" autocapitalize="none" maxlength="255" required></label>
      <label>Password <input type="password" name="password" autocomplete="current-password" required></label>
      <button type="submit">Sign in</button>
      </form>
      """)
    var answer = Answer(page, status: status)
    if browser.isNew { set(browser.value, asked, &answer) }
    return answer
  }

  /// The seal of a form by which somebody who is signed in leaves.
  func leaveSeal(for person: BrowserSessions.Person, _ asked: Asked) -> String {
    sessions.seal(purpose(.leave, asked), for: person.browser)
  }

  /// Answers a form that was sent.
  /// - Throws: the ledger's error.
  func answer(_ asked: Asked, _ sent: Sent) async throws -> Answer {
    // The browser has left its cookie out: with a new one whoever is signed in would be so no longer.
    guard FormOrigin.isOwn(sent.request.headers, authority: asked.head.authority, asked.base) else {
      return Answer(AuthorizationPages.foreign, status: 403)
    }
    guard let fields = await SigningInSection.form(of: sent) else {
      return Answer(page: "Payload too large", status: 413)
    }
    guard let step = fields["step"].flatMap(Step.init(rawValue:)),
      sessions.isSealed(fields["seal"], purpose(step, asked), asked.head, asked.base)
    else { return form(asked, notice: AuthorizationPages.stale, status: 403) }
    guard step == .signIn else { return back(asked, browser: sessions.end(asked.head, asked.base)) }
    // Trimmed as at the token endpoint.
    let name = (fields["name"] ?? "").trimmedAsByPHP
    do {
      let password = fields["password"] ?? ""
      guard let account = try await endpoint.signIn(name: name, password: password, from: sent.address.counted) else {
        return form(asked, notice: AuthorizationPages.wrong, status: 403, name: name)
      }
      return back(asked, browser: sessions.begin(account, asked.head, asked.base))
    } catch let refused as SignInRefused {
      var answer = form(asked, notice: refused.description, status: refused.status, name: name)
      answer.fields[.retryAfter] = String(refused.retryAfter)
      return answer
    }
  }

  /// To the same page again, told from where the browser is, so that a form that was sent is not sent by going back.
  private func back(_ asked: Asked, browser: String) -> Answer {
    var answer = Answer(leadingTo: "?\(asked.spelling.query)", after: .post)
    set(browser, asked, &answer)
    return answer
  }

  private func set(_ browser: String, _ asked: Asked, _ answer: inout Answer) {
    answer.fields[.setCookie] = SessionCookie(asked.base).setting(browser)
  }

  private func purpose(_ step: Step, _ asked: Asked) -> String { "\(step.rawValue) \(asked.uri.path.loweredASCII)" }
}
