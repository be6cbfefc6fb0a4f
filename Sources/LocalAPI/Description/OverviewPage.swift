import JSONAPI

/// The page on who may use the API, and how: what the site shows at the same place.
enum OverviewPage {
  /// - Parameters:
  ///   - consumers: by label, id, and what they may ask for.
  ///   - name: of who is signed in.
  ///   - leaveSeal: for the form that signs them out.
  static func page(_ consumers: [(label: String, id: String, grants: [String])], name: String, leaveSeal: String)
    -> Page
  {
    let rows = HTML(
      consumers.map { consumer -> HTML in
        "<li><b><bdi>\(consumer.label)</bdi></b><br><code>\(consumer.id)</code><br>\(consumer.grants.joined(separator: ", "))</li>\n"
      })
    let none: HTML = "<p>There is none yet: <code>social-mirror consumer add --label NAME</code> makes one.</p>\n"
    let list: HTML = "<ul>\n\(rows)</ul>\n"
    return Page(
      "Social JSON API",
      """
      <h2>Description</h2>
      <ul>
      <li><a href="../services/openapi/redoc/jsonapi">Documentation</a></li>
      <li><a href="../../../openapi/jsonapi?_format=json">OpenAPI 2.0, as the site has it</a></li>
      <li><a href="../../../mirror/openapi.json">OpenAPI 3.1</a></li>
      </ul>
      <h2>Consumers</h2>
      \(consumers.isEmpty ? none : list)<h2>Grants</h2>
      <ul>
      <li><code>/oauth/token</code>: password, client_credentials, refresh_token, authorization_code</li>
      <li><code>/oauth/authorize</code>: where a person lets a client in, for a code</li>
      <li><a href="../../../.well-known/oauth-authorization-server">All routes of OAuth</a></li>
      <li><code>/oauth/debug?_format=json</code>, with a token: what it is good for</li>
      </ul>
      <form method="post">
      <input type="hidden" name="step" value="leave"><input type="hidden" name="seal" value="\(leaveSeal)">
      <p>Signed in as <b><bdi>\(name)</bdi></b>.</p>
      <button type="submit">Sign out</button>
      </form>
      """)
  }
}
