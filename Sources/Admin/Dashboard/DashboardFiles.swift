import HTTPTypes

/// What pages of the dashboard load: of this server, and no secret.
enum DashboardFiles {
  static let style = "/dashboard.css"
  static let script = "/dashboard.js"
  static let icon = "/dashboard.svg"

  /// The answer where one of them is asked for.
  static func answer(_ request: AdminRequest) -> AdminAnswer? {
    guard let (type, text) = content(of: request.path) else { return nil }
    guard request.method == .get || request.method == .head else { return AdminAnswer(onlyAllowing: "GET, HEAD") }
    return AdminAnswer(contentType: type, body: Array(text.utf8))
  }

  private static func content(of path: String) -> (type: String, text: String)? {
    switch path {
    case style: ("text/css; charset=utf-8", DashboardStyle.text)
    case script: ("text/javascript; charset=utf-8", DashboardScript.text)
    case icon: ("image/svg+xml", picture)
    default: nil
    }
  }

  private static let picture = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b5cad"/>\
    <path d="M3 11V5h2l1.5 2.5L8 5v6M10 5h3v6h-3" fill="none" stroke="#fff" stroke-width="1.5"/></svg>

    """
}
