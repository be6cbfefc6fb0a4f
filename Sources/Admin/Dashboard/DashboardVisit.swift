import HTTPTypes
import TokenIssuer

/// A request to the dashboard with what binds it to a browser: a cookie, and the seals of forms that were shown to that browser.
struct DashboardVisit: Sendable {
  let request: AdminRequest
  let cookie: SessionCookie
  /// All that was sent as `Cookie`, as one list.
  let sent: String
  /// The value of the cookie, and whether it is a new one.
  let browser: String
  let isNew: Bool
  private let sessions: BrowserSessions

  /// Behind a web server that says that it was asked by TLS, the cookie is one of TLS: who says so falsely has a cookie that does not
  /// come back.
  init(_ request: AdminRequest, _ sessions: BrowserSessions) {
    self.request = request
    self.sessions = sessions
    let scheme = request.fields[.forwardedScheme]?.lowercased() == "https" ? "https" : "http"
    cookie = SessionCookie(base: "\(scheme)://\(request.authority ?? "")", stem: "social-mirror-admin")
    sent = request.fields[values: .cookie].joined(separator: "; ")
    (browser, isNew) = sessions.browser(sent, cookie)
  }

  /// Whether it comes from a page of this server, as far as the browser tells.
  var isOwn: Bool {
    FormOrigin.isOwn(
      site: request.fields[.fetchSite], origin: request.fields[.origin], authority: request.authority, base: nil)
  }

  /// Whether the form that was sent was shown to this browser, for this path, and not long ago.
  var isSealed: Bool {
    let seals = request.form?.filter { $0.name == "seal" }.map(\.value) ?? []
    return seals.count == 1 && sessions.isSealed(seals.first, DashboardVisit.purpose(request.path), sent, cookie)
  }

  /// A seal for a form that is sent to a path.
  func seal(_ path: String) -> String { sessions.seal(DashboardVisit.purpose(path), for: browser) }

  private static func purpose(_ path: String) -> String { "dashboard \(path)" }
}

extension HTTPField.Name {
  /// Fetch Metadata.
  fileprivate static let fetchSite = named("Sec-Fetch-Site")
  fileprivate static let forwardedScheme = named("X-Forwarded-Proto")
  /// Sent by the script that refreshes pages.
  static let dashboardRefresh = named("Dashboard-Refresh")

  private static func named(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .date }
}
