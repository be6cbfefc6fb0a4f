import JSONAPI
import TokenIssuer

/// What a person is shown on the way to a code.
enum AuthorizationPages {
  /// Names and passwords are not told apart.
  static let wrong = "The name or the password is not right."
  /// Another site's form, another browser's, or one that lay open for too long.
  static let stale = "That form is no longer good. Nothing was done; here it is anew."

  /// A request that cannot be sent back to any client: whoever made it is not known, or wants to be told elsewhere.
  static func fault(_ words: String) -> Page {
    Page(
      "This link does not work",
      "<p>\(words)</p>\n<p>The program that sent you here has to be set up anew. Nothing was given to it.</p>")
  }

  /// A form of another site's.
  static var foreign: Page {
    Page("That came from elsewhere", "<p>Another site has sent this form. Nothing was done.</p>")
  }

  /// The mirror takes no writes at present.
  static var later: Page {
    Page("Come again", "<p>Nobody can be let in at this moment. Try again in a few seconds.</p>")
  }

  /// Name and password.
  static func signIn(
    _ request: AuthorizationRequest, target: String, seal: String, name: String, notice: String?
  ) -> Page {
    Page(
      "Sign in",
      """
      \(told(notice))<p>To go on to <b><bdi>\(client(request))</bdi></b>.</p>
      <form method="post" action="\(target)">
      <input type="hidden" name="step" value="sign-in"><input type="hidden" name="seal" value="\(seal)">
      <label>Name <input name="name" value="\(name)" autocomplete="username" autocapitalize="none" maxlength="255" required></label>
      <label>Password <input type="password" name="password" autocomplete="current-password" required></label>
      <button type="submit">Sign in</button>
      </form>
      """, formTargets: RedirectTarget.sources(request.redirectURI))
  }

  /// Whether the client may act for the person.
  /// - Parameter scopes: what it would get of them.
  static func consent(
    _ request: AuthorizationRequest, _ scopes: [String], name: String, target: String, seal: String, leaveSeal: String,
    notice: String?
  ) -> Page {
    let rights = HTML(scopes.map { scope -> HTML in "<li>\(words(of: scope))</li>\n" })
    // Where they are asked each time, nothing else is offered.
    let remembering: HTML =
      request.isCertain
      ? "<label><input type=\"checkbox\" name=\"remember\" value=\"1\"> Do not ask again for this</label>\n" : ""
    return Page(
      "Allow access?",
      """
      \(told(notice))<p><b><bdi>\(client(request))</bdi></b> asks to act for you, <b><bdi>\(name)</bdi></b>:</p>
      <ul>
      \(rights)</ul>
      <p>Then you go on to <b><bdi>\(RedirectTarget.shown(request.redirectURI))</bdi></b>.</p>
      <form method="post" action="\(target)">
      <input type="hidden" name="step" value="consent"><input type="hidden" name="seal" value="\(seal)">
      \(remembering)<button type="submit" name="answer" value="allow">Allow</button>
      <button type="submit" name="answer" value="deny">Deny</button>
      </form>
      <form method="post" action="\(target)">
      <input type="hidden" name="step" value="leave"><input type="hidden" name="seal" value="\(leaveSeal)">
      <button type="submit">I am somebody else</button>
      </form>
      """, formTargets: RedirectTarget.sources(request.redirectURI))
  }

  private static func told(_ notice: String?) -> HTML {
    notice.map { notice -> HTML in "<p class=\"notice\" role=\"alert\">\(notice)</p>\n" } ?? ""
  }

  private static func client(_ request: AuthorizationRequest) -> String {
    request.consumerLabel.isEmpty ? request.consumerID : request.consumerLabel
  }

  /// What a scope lets a client do.
  static func words(of scope: String) -> String {
    let parts = scope.split(separator: ":", maxSplits: 1)
    return switch (parts.first.map { String($0) } ?? "", parts.count) {
    case ("read", 1): "read what you may see"
    case ("write", 1): "change what you may change"
    case ("*", 1): "read and change all that you may"
    case ("openid", 1): "know who you are"
    case ("read", 2): "read \(parts[1])"
    case ("write", 2): "change \(parts[1])"
    default: scope
    }
  }
}
