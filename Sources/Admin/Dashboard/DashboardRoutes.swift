import Coding
import Foundation
import HTTPTypes
import Logging
import TokenIssuer

/// The dashboard: pages for people at the admin port's `/`, on this machine or, once signed in, from elsewhere. All paths are its own, so it
/// is the last of the server's routes. Its parts read and act; that a form is one of this server's pages, shown to this browser for this
/// path, is seen to here.
package struct DashboardRoutes: AdminRoutes {
  private let signIn: DashboardSignIn
  private let parts: [any DashboardPart]
  private let frame: DashboardFrame
  private let logger: Logger
  private let now: @Sendable () -> Int64
  private let notices = DashboardNotices()

  /// - Parameters:
  ///   - name: which mirror it is, for people: the site's host.
  ///   - parts: asked in this order; what the navigation shows, too.
  ///   - now: Unix seconds of this machine.
  package init(
    name: String, signIn: DashboardSignIn, parts: [any DashboardPart], logger: Logger,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) {
    self.signIn = signIn
    self.parts = parts
    frame = DashboardFrame(name: name, links: parts.flatMap { $0.links })
    self.logger = logger
    self.now = now
  }

  /// Whether an administrator has signed in with the browser that sends it, or it is of this machine.
  package func admits(_ request: AdminRequest) async -> Bool {
    let person = try? await signIn.person(DashboardVisit(request, signIn.sessions))
    return person != nil
  }

  /// The answer to any path: a page, a file of the pages, the form for signing in.
  package func answer(_ request: AdminRequest) async -> AdminAnswer? {
    if let file = DashboardFiles.answer(request) { return file }
    guard [.get, .head, .post].contains(request.method) else { return AdminAnswer(onlyAllowing: "GET, HEAD, POST") }
    let visit = DashboardVisit(request, signIn.sessions)
    do {
      return try await answer(visit)
    } catch {
      logger.warning(
        "a page of the dashboard cannot be shown", metadata: ["path": "\(request.path)", "error": "\(error)"])
      // Why, is for those alone who may see the dashboard.
      let person = try? await signIn.person(visit)
      return frame.answer(DashboardFaults.failed(person == nil ? nil : "\(error)"), visit, for: person)
    }
  }

  private func answer(_ visit: DashboardVisit) async throws -> AdminAnswer {
    let isForm = visit.request.method == .post
    guard !isForm || visit.isOwn else { return frame.answer(DashboardFaults.foreign, visit, for: nil) }
    if visit.request.path == DashboardSignIn.path { return try await signingIn(visit) }
    guard let person = try await signIn.person(visit) else {
      let target = isForm ? "/" : DashboardSignIn.target(visit.request.path)
      let notice = isForm ? "You are not signed in. Nothing was done." : nil
      return frame.answer(DashboardSignIn.page(visit, target: target, notice: notice), visit, for: nil)
    }
    guard !isForm || visit.isSealed else { return frame.answer(DashboardFaults.stale, visit, for: person) }
    if visit.request.path == DashboardFrame.leavePath { return leaving(visit) }
    var asked = visit.request
    if asked.method == .head { asked.method = .get }
    let request = DashboardRequest(asked, by: person, at: now(), seal: { visit.seal($0) })
    for part in parts {
      guard let answer = try await part.answer(request) else { continue }
      return shown(answer, visit, person)
    }
    return frame.answer(DashboardFaults.nowhere, visit, for: person)
  }

  private func shown(_ answer: DashboardAnswer, _ visit: DashboardVisit, _ person: DashboardRequest.Person)
    -> AdminAnswer
  {
    switch answer {
    case .page(let page):
      // What the script asks for is looked at in parts: the notice is for who reads the whole.
      let isRead = visit.request.method == .get && visit.request.fields[.dashboardRefresh] == nil
      let notice = isRead ? notices.take(for: visit.browser, at: now()) : nil
      return frame.answer(page, visit, for: person, notice: notice)
    case .seeOther(let location, let notice):
      notices.put(notice, for: visit.browser, at: now())
      return AdminAnswer(seeOther: location)
    case .plain(let answer): return answer
    }
  }

  private func signingIn(_ visit: DashboardVisit) async throws -> AdminAnswer {
    guard visit.request.method == .post else { return AdminAnswer(seeOther: "/") }
    func field(_ name: String) -> String { visit.request.form?.first { $0.name == name }?.value ?? "" }
    let target = DashboardSignIn.target(field("to"))
    guard visit.isSealed else {
      let page = DashboardSignIn.page(
        visit, target: target, notice: "That form is no longer good. Nothing was done; here it is anew.")
      return frame.answer(page, visit, for: nil)
    }
    // Trimmed as at the token endpoint.
    let name = field("name").trimmedAsByPHP
    switch try await signIn.signIn(visit, name: name, password: field("password")) {
    case .begun(let browser):
      return AdminAnswer(seeOther: target, fields: [.setCookie: visit.cookie.setting(browser)])
    case .refused(let why, let status, let retryAfter):
      let page = DashboardSignIn.page(visit, target: target, name: name, notice: why, status: status)
      var answer = frame.answer(page, visit, for: nil)
      if let retryAfter { answer.fields[.retryAfter] = String(retryAfter) }
      return answer
    }
  }

  private func leaving(_ visit: DashboardVisit) -> AdminAnswer {
    guard visit.request.method == .post else { return AdminAnswer(seeOther: "/") }
    let browser = signIn.sessions.end(visit.sent, visit.cookie)
    return AdminAnswer(seeOther: "/", fields: [.setCookie: visit.cookie.setting(browser)])
  }
}
