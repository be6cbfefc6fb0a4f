import JSONAPI

/// Answers that have nothing to do with what was asked for.
extension SiteResponse {
  /// 401 as the site sends it: before routing, so an HTML page; the reason is in the header alone (reference 7.6).
  static func unauthorized(_ hint: String) -> SiteResponse {
    let challenge = "Bearer realm=\"OAuth\", error=\"access_denied\", error_description=\"\(hint)\""
    return .html(401, "Unauthorized", [("www-authenticate", challenge)])
  }

  /// A redirect with the page that the site makes for it.
  static func redirect(_ status: Int, _ location: String) -> SiteResponse {
    SiteResponse(
      status, [("content-type", "text/html; charset=utf-8"), ("location", location)], body: RedirectPage.body(location))
  }

  /// 503 as Drupal answers JSON:API in maintenance mode, with entities in its message (reference 4.2).
  static func maintenance(requestURL: String) -> SiteResponse {
    var error = SiteError(
      503,
      "Tom &amp; Jerry&#039;s Community is currently under maintenance. We should be back shortly. Thank you for your patience."
    )
    error.headers = [("retry-after", "10")]
    return error.response(requestURL: requestURL)
  }
}
