import Coding
import Store
import TokenIssuer

/// `/accounts`: people who sign in to the local API.
struct AccountPages: DashboardPart {
  static let path = "/accounts"

  let mirror: Mirror
  /// The names of the configuration's sights, as they are in force.
  let sights: @Sendable () -> [String]
  let once: ShownOnce

  /// What is done with an account.
  enum Action: String, Sendable {
    case password, remove
  }

  typealias Route = ListedRoute<Action>

  /// The path of an action.
  static func path(of action: Action, _ name: String) -> String { Route.path(action, name, under: path) }

  var links: [DashboardLink] { [DashboardLink(AccountPages.path, "Accounts")] }

  func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
    guard let route = Route(request.path, under: AccountPages.path) else { return nil }
    return try await route.answer(request, once) { try done(route, request) }
  }

  private func done(_ route: Route, _ request: DashboardRequest) throws -> DashboardAnswer {
    switch route {
    case .list: return .page(try page(AccountForm(), request))
    case .add: return try add(request)
    case .action(let action, let name):
      do { return try act(action, name, request) } catch let refusal as ClientRefusal {
        return .seeOther(AccountPages.path, .failed(refusal.description))
      }
    }
  }

  private func page(_ form: AccountForm, _ request: DashboardRequest, refusal: String? = nil) throws -> DashboardPage {
    AccountsPage(accounts: try mirror.tokens.accounts(), sights: sights().sorted(), form: form, refusal: refusal)
      .page(request)
  }

  private func add(_ request: DashboardRequest) throws -> DashboardAnswer {
    let form = AccountForm(request)
    do {
      let account = try form.account(sights())
      let user = try form.user.isEmpty ? nil : mirror.reading.user(named: form.user).map { "\($0)" }
      if !form.user.isEmpty, user == nil {
        throw ClientRefusal("The user is a UUID, or the id of a user in the mirror.")
      }
      guard once.isFirst(request) else { return .page(ShownOnce.again(AccountPages.path)) }
      let password = try Password(request)
      let isAdded = try mirror.tokens.saveAccount(
        name: account.name, passwordHash: password.hash, userUUID: user, scopes: account.scopes, sight: account.sight,
        where: false, at: request.now)
      guard isAdded else { throw ClientRefusal("There is an account \(account.name) already.") }
      return shown("\(account.name) was added", account.name, password)
    } catch let refusal as ClientRefusal {
      return .page(try page(form, request, refusal: refusal.description))
    }
  }

  private func act(_ action: Action, _ name: String, _ request: DashboardRequest) throws -> DashboardAnswer {
    switch action {
    case .password:
      guard once.isFirst(request) else { return .page(ShownOnce.again(AccountPages.path)) }
      let password = try Password(request)
      let isThere = try mirror.tokens.saveAccount(
        name: name, passwordHash: password.hash, userUUID: nil, scopes: nil, where: true, at: request.now)
      guard isThere else { throw ClientRefusal("There is no account \(name).") }
      return shown("A new password for \(name)", name, password)
    case .remove:
      guard try mirror.tokens.removeAccount(name) else { throw ClientRefusal("There is no account \(name).") }
      return .seeOther(AccountPages.path, .done("\(name) was removed, and its tokens have ended."))
    }
  }

  /// A password that somebody typed is not shown.
  private func shown(_ title: String, _ name: String, _ password: Password) -> DashboardAnswer {
    guard let made = password.made else { return .seeOther(AccountPages.path, .done("\(title).")) }
    return .page(
      ShownOnce.page(title, "password", made, [("username", Pieces.foreign(name))], back: AccountPages.path))
  }

  /// The password of a form: what was typed, or else one that is made.
  private struct Password {
    let hash: String
    /// Nil for one that was typed.
    let made: String?

    init(_ request: DashboardRequest) throws {
      let typed = request.field("password") ?? ""
      guard typed.utf8.count <= 1_024 else { throw ClientRefusal("A password has 1,024 bytes at most.") }
      let made = typed.isEmpty ? SecretText.make() : nil
      do { hash = try SecretHash.make(made ?? typed).encoded } catch SecretHash.Failure.empty {
        throw ClientRefusal("A password consists of more than spaces.")
      }
      self.made = made
    }
  }
}
