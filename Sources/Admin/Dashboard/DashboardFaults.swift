import Coding

/// Pages on what did not work.
enum DashboardFaults {
  /// A form of another site's.
  static let foreign = DashboardPage(
    "That came from elsewhere", "<p>Another site has sent this form. Nothing was done.</p>", status: 403)

  /// A form that was not shown to this browser, or lay open for too long.
  static let stale = DashboardPage(
    "That form is no longer good",
    """
    <p>Nothing was done. A form is good for an hour, in the browser that it was shown to.</p>
    <p><a href="/">Go to the overview</a></p>
    """, status: 403)

  /// A path of nothing.
  static let nowhere = DashboardPage(
    "Nothing is here", "<p><a href=\"/\">Go to the overview</a></p>", status: 404)

  /// Something that failed.
  /// - Parameter why: nil where it is not to be told.
  static func failed(_ why: String?) -> DashboardPage {
    let told = why.map { why -> HTML in "<p><bdi>\(why)</bdi></p>\n" } ?? ""
    return DashboardPage(
      "That did not work", "\(told)<p>The log says it too. <a href=\"/\">Go to the overview</a></p>", status: 503)
  }
}
