import JSONAPI
import Logging
import Reports
import TokenIssuer
import Upstream

/// Asks the site's own token endpoint whether a name and a password belong together, with the client of the configuration. The token that
/// it gives is used once, to learn whose it is, and kept nowhere.
struct SiteSignIn: PassThroughSite {
  private let base: BaseURL
  private let apiPath: String
  private let clientID: String
  private let clientSecret: Secret?
  private let scope: String?
  /// The name of `site.auth`, in small letters; nil where another grant is used.
  private let ownName: String?
  private let transport: any Transport
  private let logger: Logger

  /// Seconds that a request may take: a person waits for it.
  private static let patience = 15

  init(_ settings: Settings.Site, base: BaseURL, transport: any Transport, logger: Logger) {
    self.base = base
    apiPath = settings.apiPath ?? EntryPoint.usualPath
    clientID = settings.clientID
    clientSecret = settings.clientSecret
    scope = settings.scope
    ownName = if case .password(let username, _) = settings.signIn { SiteSignIn.folded(username) } else { nil }
    self.transport = transport
    self.logger = logger
  }

  func isReserved(_ name: String) -> Bool { SiteSignIn.folded(name) == ownName }

  func answer(name: String, password: String) async -> PassThroughAnswer {
    let credentials = Credentials(
      grant: .password(username: name, password: password), clientID: clientID, clientSecret: clientSecret?.value,
      scope: scope)
    let request = TokenRequest(url: base.url(path: "/oauth/token"), credentials: credentials)
    do {
      let token = try request.parse(try await send(request.prepare()))
      guard let id = try await user(behind: token.accessToken) else {
        logger.warning("the site let somebody in and does not tell whom; nobody is signed in by it")
        return .silent
      }
      return .right(userUUID: id)
    } catch SignInError.wrongUser {
      return .wrong
    } catch {
      // The site's words are freed of the password; the transport's errors have neither fields nor content.
      logger.warning("the site could not be asked who signs in", metadata: ["reason": "\(error)"])
      return .silent
    }
  }

  /// The UUID of the user whom a token stands for; nil where the entry point does not tell.
  private func user(behind token: String) async throws -> String? {
    var request = EntryPoint.request(apiPath).prepare(base: base)
    request.fields.append(HTTPField("Authorization", "Bearer \(token)"))
    let entry = try EntryPoint.parse(try await send(request), base: base, asked: apiPath)
    return entry.me.flatMap { ResourceID($0) }.flatMap { $0.isUUID ? $0.folded.description : nil }
  }

  private func send(_ request: OutboundRequest) async throws -> InboundResponse {
    var request = request
    request.timeoutSeconds = SiteSignIn.patience
    request.maximumBodyBytes = request.maximumBodyBytes ?? 4 << 20
    return try await transport.send(request)
  }

  /// The site's names are the same in any letter case, and without white space around them.
  private static func folded(_ name: String) -> String { name.trimmedAsByPHP.lowercased() }
}

extension RefusedSignIns {
  /// What the local API counted, for a report.
  init(_ counts: SignInCounts) {
    self.init(
      wrongClients: counts.wrongClients, wrongPasswords: counts.wrongPasswords, delayed: counts.delayed,
      heldBack: counts.heldBack, crowded: counts.crowded, last: counts.last)
  }
}
