import Coding
import Store
import TokenIssuer

/// What is typed of an account that is to be added; not its password, which goes nowhere but into a hash.
struct AccountForm: Sendable, Hashable {
  var name = ""
  var user = ""
  var scopes = ""
  var sight: String?

  /// An empty one.
  init() {}

  /// One that was sent.
  init(_ request: DashboardRequest) {
    name = request.field("name") ?? ""
    user = request.field("user") ?? ""
    scopes = request.field("scopes") ?? ""
    sight = request.field("sight").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The account's own, checked; its scopes are nil where they have no limit.
  /// - Parameter sights: the names of the configuration.
  func account(_ sights: [String]) throws(ClientRefusal) -> (name: String, scopes: [String]?, sight: String?) {
    guard AccountName.isGood(name) else {
      throw ClientRefusal("A user name has 1 to 255 bytes, no spaces at its ends and no control characters.")
    }
    let sight = try ClientRefusal.sight(sight, known: sights)
    let names = ClientFields.words(scopes)
    if names.isEmpty { return (name, nil, sight) }
    do { return (name, try Scopes.checked(names), sight) } catch { throw ClientRefusal(error) }
  }

  /// The fields, with that of a password.
  func fields(_ sights: [String]) -> HTML {
    """
    \(ClientFields.line("User name", "name", name, isRequired: true))\
    \(AccountForm.password)\
    \(ClientFields.line("User", "user", user, hint: "the UUID of the user whom it stands for on the site; may be empty"))\
    \(ClientFields.line("Scopes", "scopes", scopes, hint: "a limit; empty for none. \(ClientFields.scopesHint)", most: 4_096))\
    \(ClientFields.sights(sights, chosen: sight))
    """
  }

  /// The field of a password.
  static let password: HTML = """
    <label>Password <span class="muted">empty to have one made</span>
    <input type="password" name="password" autocomplete="new-password" maxlength="1024"></label>

    """
}

/// The accounts, each with what can be done with it, and a form for one more.
struct AccountsPage: Sendable {
  let accounts: [AccountRow]
  /// The names of the configuration's sights.
  let sights: [String]
  let form: AccountForm
  /// Why the form was not taken.
  let refusal: String?

  func page(_ request: DashboardRequest) -> DashboardPage {
    let here = ListPart(of: AccountPages.path, request, count: accounts.count)
    let all = HTML(here.part(accounts).map { account($0, request) })
    let none: HTML = "<p>There is none yet.</p>\n"
    let content: HTML = "\(form.fields(sights))\(Pieces.button("Add it"))"
    let add: HTML = "\(Pieces.refusal(refusal))\(request.form("\(AccountPages.path)/add", content))"
    return DashboardPage(
      "Accounts",
      """
      <section id="add">\(Pieces.details("Add an account", add, isOpen: refusal != nil || accounts.isEmpty))</section>
      \(accounts.isEmpty ? none : all)\(here.turning)
      """, status: refusal == nil ? 200 : 422)
  }

  private func account(_ account: AccountRow, _ request: DashboardRequest) -> HTML {
    func form(_ action: AccountPages.Action, _ content: HTML) -> HTML {
      request.form(AccountPages.path(of: action, account.name), content)
    }
    let password: HTML = """
      <p>Its tokens and sessions end at once. User, scopes and sight stay as they are.</p>
      \(form(.password, "\(AccountForm.password)\(Pieces.button("Set the password"))"))
      """
    let remove: HTML = """
      <p>Its tokens, sessions and consents end at once.</p>
      \(form(.remove, Pieces.button("Remove it for good", isRisky: true)))
      """
    return """
      <section><h2>\(Pieces.foreign(account.name))</h2>
      \(facts(account, request.now))\(Pieces.details("New password", password))\(Pieces.details("Remove", remove))</section>

      """
  }

  private func facts(_ account: AccountRow, _ now: Int64) -> HTML {
    let scopes = account.scopes.isEmpty ? "no limit but its client's" : account.scopes.joined(separator: " ")
    var facts: [(String, HTML)] = [
      ("User on the site", Pieces.foreign(account.userUUID ?? "none")), ("Scopes", Pieces.foreign(scopes)),
      ("Sight", Pieces.foreign(account.sight ?? "everything")),
    ]
    if account.isFromSite {
      facts.append(("Known", "by the site's word, last \(ShownTime.relative(account.verifiedAt, at: now))"))
    }
    return Pieces.facts(facts)
  }
}
