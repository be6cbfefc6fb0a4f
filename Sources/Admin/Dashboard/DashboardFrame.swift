import Coding
import HTTPTypes
import TokenIssuer

/// What all pages of the dashboard have in common: navigation, style, script, and what a browser may do with them.
struct DashboardFrame: Sendable {
  /// Which mirror it is: what people call it.
  let name: String
  let links: [DashboardLink]

  /// A page within the frame, whole.
  /// - Parameters:
  ///   - person: whose it is; nil for who has not signed in: there is no navigation then.
  ///   - notice: what came of the last form.
  func answer(
    _ page: DashboardPage, _ visit: DashboardVisit, for person: DashboardRequest.Person?, notice: DashboardNotice? = nil
  ) -> AdminAnswer {
    var answer = AdminAnswer(
      status: page.status, html: html(page, visit, person, notice).text,
      fields: [.contentSecurityPolicy: DashboardFrame.policy])
    if visit.isNew { answer.fields[.setCookie] = visit.cookie.setting(visit.browser) }
    return answer
  }

  /// Styles, scripts, pictures and answers of this server alone, and none within the page.
  static let policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    + "frame-ancestors 'none'; base-uri 'none'"

  private func html(
    _ page: DashboardPage, _ visit: DashboardVisit, _ person: DashboardRequest.Person?, _ notice: DashboardNotice?
  ) -> HTML {
    let navigation = person.map { self.navigation(visit.request.path, leave: leave($0, visit)) } ?? ""
    let told = notice.map { self.told($0) } ?? ""
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="robots" content="noindex">
      <title>\(page.title) · social-mirror · \(name)</title>
      <link rel="icon" href="\(DashboardFiles.icon)" type="image/svg+xml">
      <link rel="stylesheet" href="\(DashboardFiles.style)">
      <script src="\(DashboardFiles.script)" defer></script>
      </head>
      <body>
      <a class="skip" href="#main">Skip to the content</a>
      <header class="frame">
      <p class="mark">social-mirror <span class="muted"><bdi>\(name)</bdi></span></p>
      \(navigation)</header>
      <main id="main" tabindex="-1">
      <h1>\(page.title)</h1>
      <p id="stale" class="notice failed" role="status" hidden>This page is not refreshed at present: no answer came.</p>
      \(told)\(page.body)
      </main>
      </body>
      </html>

      """
  }

  private func navigation(_ path: String, leave: HTML) -> HTML {
    let items = links.map { link -> HTML in
      let isHere = path == link.path || link.path != "/" && path.hasPrefix(link.path + "/")
      let mark: HTML = isHere ? " aria-current=\"page\"" : ""
      return "<li><a href=\"\(link.path)\"\(mark)>\(link.label)</a></li>\n"
    }
    return """
      <nav aria-label="Pages"><ul>
      \(HTML(items))</ul></nav>
      \(leave)
      """
  }

  private func leave(_ person: DashboardRequest.Person, _ visit: DashboardVisit) -> HTML {
    switch person {
    case .local: ""
    case .account(let account):
      """
      <form method="post" action="\(DashboardFrame.leavePath)" class="leave" id="leave" data-refresh>
      <input type="hidden" name="seal" value="\(visit.seal(DashboardFrame.leavePath))">
      <span class="muted"><bdi>\(account.name)</bdi></span> <button type="submit" class="plain">Sign out</button>
      </form>

      """
    }
  }

  private func told(_ notice: DashboardNotice) -> HTML {
    let role: HTML = notice.kind == .done ? "status" : "alert"
    return "<p class=\"notice \(notice.kind.rawValue)\" role=\"\(role)\">\(notice.text)</p>\n"
  }

  /// Where the form is sent to by which somebody leaves.
  static let leavePath = "/sign-out"
}
