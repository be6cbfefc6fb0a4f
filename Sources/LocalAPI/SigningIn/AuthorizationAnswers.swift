import Foundation
import HTTPTypes
import Hummingbird
import JSONAPI
import Store
import TokenIssuer

/// `/oauth/authorize` (RFC 6749, 4.1.1; reference 7.5): a person signs in, says whether a client may act for them, and is sent back to it
/// with a code. Pages are plain forms; each is bound to the browser that it was shown to, to the person, and to the request whole.
struct AuthorizationAnswers: Sendable {
  let endpoint: TokenEndpoint
  let sessions: BrowserSessions

  /// What a form is for: its field `step`.
  private enum Step: String {
    case signIn = "sign-in"
    case consent
    /// Somebody else wants to sign in.
    case leave
  }

  /// The methods of the route.
  static let methods = ["GET", "POST"]

  /// Answers a GET, HEAD or POST.
  /// - Throws: the ledger's error.
  func answer(_ asked: Asked, _ sent: Sent, form: [String: String]) async throws -> Answer {
    do {
      switch try endpoint.authorizationRequest(query: AuthorizationAnswers.fields(asked.spelling.query)) {
      case .request(let request): return try await answer(request, asked, sent, form)
      case .fault(let fault): return told(fault, asked, sent)
      }
    } catch let fault as MirrorFault where fault.isPassing {
      var answer = Answer(AuthorizationPages.later, status: fault.status)
      answer.fields[.retryAfter] = String(fault.retryAfter)
      return answer
    }
  }

  /// The fields of a query; more than this many are none of a request's.
  private static func fields(_ query: String) -> [(String, String)] { FormCoding.pairs(Array(query.utf8), most: 64) }

  /// Where there is no client that could be told, people are told on a page, and programs as on the site (reference 7.5).
  private func told(_ fault: AuthorizationRequest.Fault, _ asked: Asked, _ sent: Sent) -> Answer {
    if let location = fault.location { return Answer(leadingTo: location, after: asked.head.method) }
    guard sent.request.headers[.accept]?.contains("text/html") == true else { return Answer(fault.reply) }
    return Answer(AuthorizationPages.fault(fault.description), status: fault.status)
  }

  private func answer(
    _ request: AuthorizationRequest, _ asked: Asked, _ sent: Sent, _ form: [String: String]
  ) async throws -> Answer {
    guard asked.head.method == .post else { return try await shown(request, asked) }
    // The browser has left its cookie out: with a new one whoever is signed in would be so no longer.
    guard FormOrigin.isOwn(sent.request.headers, authority: asked.head.authority, asked.base) else {
      return Answer(AuthorizationPages.foreign, status: 403)
    }
    guard let step = form["step"].flatMap(Step.init(rawValue:)),
      sessions.isSealed(form["seal"], purpose(step, asked), asked.head, asked.base)
    else { return try await shown(request, asked, notice: AuthorizationPages.stale, status: 403) }
    switch step {
    case .signIn: return try await signedIn(request, asked, sent, form)
    case .consent: return try await decided(request, asked, form)
    case .leave: return back(asked, browser: sessions.end(asked.head, asked.base))
    }
  }

  /// The page that comes next, or the client's address where nothing has to be asked.
  private func shown(
    _ request: AuthorizationRequest, _ asked: Asked, notice: String? = nil, status: Int = 200
  ) async throws -> Answer {
    guard let person = try sessions.person(asked.head, asked.base) else {
      if request.isSilent { return silence(request, asked, isSignedIn: false) }
      return signInPage(request, asked, notice: notice, status: status)
    }
    if asked.head.method == .get, notice == nil, try endpoint.isConsented(request, by: person.account) {
      // What was allowed before stays as it is: this request may be for less.
      return try await granted(request, person.account, remembering: false, asked)
    }
    if request.isSilent { return silence(request, asked, isSignedIn: true) }
    func seal(_ step: Step) -> String { sessions.seal(purpose(step, asked), for: person.browser) }
    let scopes = try endpoint.scopes(of: request, for: person.account) ?? request.scopes
    return Answer(
      AuthorizationPages.consent(
        request, scopes, name: person.account.name, target: target(asked), seal: seal(.consent),
        leaveSeal: seal(.leave),
        notice: notice), status: status)
  }

  private func silence(_ request: AuthorizationRequest, _ asked: Asked, isSignedIn: Bool) -> Answer {
    Answer(leadingTo: endpoint.silence(of: request, isSignedIn: isSignedIn), after: asked.head.method)
  }

  private func signInPage(
    _ request: AuthorizationRequest, _ asked: Asked, notice: String?, status: Int, name: String = ""
  ) -> Answer {
    let browser = sessions.browser(asked.head, asked.base)
    var answer = Answer(
      AuthorizationPages.signIn(
        request, target: target(asked), seal: sessions.seal(purpose(.signIn, asked), for: browser.value), name: name,
        notice: notice), status: status)
    if browser.isNew { set(browser.value, asked, &answer) }
    return answer
  }

  private func signedIn(
    _ request: AuthorizationRequest, _ asked: Asked, _ sent: Sent, _ form: [String: String]
  ) async throws -> Answer {
    // Trimmed as at the token endpoint.
    let name = (form["name"] ?? "").trimmedAsByPHP
    do {
      let password = form["password"] ?? ""
      guard let account = try await endpoint.signIn(name: name, password: password, from: sent.address.counted) else {
        return signInPage(request, asked, notice: AuthorizationPages.wrong, status: 403, name: name)
      }
      return back(asked, browser: sessions.begin(account, asked.head, asked.base))
    } catch let refused as SignInRefused {
      var answer = signInPage(request, asked, notice: refused.description, status: refused.status, name: name)
      answer.fields[.retryAfter] = String(refused.retryAfter)
      return answer
    }
  }

  private func decided(
    _ request: AuthorizationRequest, _ asked: Asked, _ form: [String: String]
  ) async throws -> Answer {
    // Who signed in may be gone by now, or have another password.
    guard let person = try sessions.person(asked.head, asked.base) else {
      return signInPage(request, asked, notice: nil, status: 200)
    }
    switch form["answer"] {
    case "allow": return try await granted(request, person.account, remembering: form["remember"] == "1", asked)
    case "deny": return Answer(leadingTo: endpoint.denial(of: request), after: .post)
    default: return try await shown(request, asked, notice: AuthorizationPages.stale, status: 403)
    }
  }

  private func granted(
    _ request: AuthorizationRequest, _ account: Account, remembering: Bool, _ asked: Asked
  ) async throws -> Answer {
    let location = try await endpoint.code(for: request, account: account, remembering: remembering)
    return Answer(leadingTo: location, after: asked.head.method)
  }

  /// To the same request again, so that a form that was sent is not sent by going back.
  private func back(_ asked: Asked, browser: String) -> Answer {
    var answer = Answer(leadingTo: target(asked), after: .post)
    set(browser, asked, &answer)
    return answer
  }

  private func set(_ browser: String, _ asked: Asked, _ answer: inout Answer) {
    answer.fields[.setCookie] = SessionCookie(asked.base).setting(browser)
  }

  /// The same request, told from where the browser is: whatever name and path it has reached the mirror by.
  private func target(_ asked: Asked) -> String { "?\(asked.spelling.query)" }

  private func purpose(_ step: Step, _ asked: Asked) -> String { "\(step.rawValue) \(target(asked))" }
}
