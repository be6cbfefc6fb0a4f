import JSONAPI

/// The site's token rules (reference 7; league/oauth2-server 9): password, client_credentials and refresh_token, the
/// last with rotation. A value; times are Unix seconds with fractions.
struct AuthorizationServer: Sendable {
  var consumers: [Consumer]
  var accounts: [Account]
  var accessTokenSeconds: Int
  var refreshTokenSeconds: Int
  private let seed: UInt64

  struct AccessToken {
    /// UUID of the user; nil for the community's account.
    var user: String?
    var expires: Double
    var isRevoked = false
  }

  struct RefreshToken {
    var accessToken: String
    var client: String
    var scope: String
    var owner: Owner
    var expires: Double
    var isRevoked = false
  }

  /// For whom a token is issued.
  enum Owner: Equatable {
    /// `client_credentials`: the consumer's default user, which is the community's account.
    case client
    case user(String?)

    var user: String? { if case .user(let id) = self { id } else { nil } }
  }

  private(set) var accessTokens: [String: AccessToken] = [:]
  private(set) var refreshTokens: [String: RefreshToken] = [:]
  /// How many tokens were issued.
  private(set) var issued = 0

  init(settings: SampleSiteSettings) {
    consumers = settings.consumers
    accounts = settings.accounts
    seed = settings.seed
    accessTokenSeconds = settings.accessTokenSeconds
    refreshTokenSeconds = settings.refreshTokenSeconds
  }

  /// Why a bearer token is no good; nil when it is (reference 7.6).
  func fault(ofBearer token: String, now: Double) -> String? {
    guard token.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 else { return "The JWT string must have two dots" }
    guard let known = accessTokens[token] else { return "Access token could not be verified" }
    if known.isRevoked { return "Access token has been revoked" }
    return known.expires <= now ? "Access token could not be verified" : nil
  }

  /// Revokes all access tokens, as saving the account's user does; refresh tokens live on (reference 7.6).
  mutating func revokeAccessTokens() {
    for token in accessTokens.keys { accessTokens[token]?.isRevoked = true }
  }

  /// Revokes the access tokens of one user, as saving that user does (reference 7.6).
  mutating func revokeAccessTokens(of user: String, account: String) {
    for (token, known) in accessTokens where (known.user ?? account) == user { accessTokens[token]?.isRevoked = true }
  }

  /// For whom a good bearer token stands.
  func user(ofBearer token: String) -> String? { accessTokens[token]?.user }

  /// Ends all access tokens by time.
  mutating func expireAccessTokens() {
    for token in accessTokens.keys { accessTokens[token]?.expires = 0 }
  }

  /// Revokes all refresh tokens too: only a new login helps.
  mutating func revokeAllTokens() {
    revokeAccessTokens()
    for token in refreshTokens.keys { refreshTokens[token]?.isRevoked = true }
  }

  /// `POST /oauth/token` (reference 7.2 to 7.4).
  mutating func answer(
    _ request: SiteRequest, now: Double, isBlocked: (_ user: String?) -> Bool
  ) -> SiteResponse {
    let form = TokenForm(request)
    do throws(TokenFault) {
      return try grant(form, now: now, isBlocked: isBlocked)
    } catch {
      return error.response(hadAuthorizationHeader: request.headers["authorization"] != nil)
    }
  }

  private mutating func grant(
    _ form: TokenForm, now: Double, isBlocked: (_ user: String?) -> Bool
  ) throws(TokenFault) -> SiteResponse {
    let client = try form.required("client_id")
    guard let kind = form["grant_type"], ["password", "client_credentials", "refresh_token"].contains(kind) else {
      throw .unsupportedGrant
    }
    guard let consumer = consumers.first(where: { $0.id == client }), let secret = form["client_secret"],
      secret == consumer.secret
    else { throw .invalidClient }
    let scope = form["scope"] ?? "sitemanager"
    for name in scope.split(separator: " ") where name != "sitemanager" && name != "authenticated" {
      throw .invalidScope(String(name))
    }
    switch kind {
    case "client_credentials": return issue(client: client, scope: scope, owner: .client, now: now)
    case "password":
      let name = try form.required("username")
      let password = try form.required("password")
      guard let account = accounts.first(where: { $0.name == name && $0.password == password }),
        !isBlocked(account.user)
      else {
        throw .wrongCredentials
      }
      return issue(client: client, scope: scope, owner: .user(account.user), now: now)
    default:
      let token = try form.required("refresh_token")
      guard let known = refreshTokens[token] else { throw .refresh("Cannot decrypt the refresh token") }
      guard known.client == client else { throw .refresh("Token is not linked to client") }
      guard known.expires > now else { throw .refresh("Token has expired") }
      guard !known.isRevoked else { throw .refresh("Token has been revoked") }
      refreshTokens[token]?.isRevoked = true
      accessTokens[known.accessToken]?.isRevoked = true
      return issue(client: client, scope: known.scope, owner: known.owner, now: now)
    }
  }

  private mutating func issue(client: String, scope: String, owner: Owner, now: Double) -> SiteResponse {
    issued += 1
    forgetExpired(now)
    let access = AuthorizationServer.token(
      client, scope, owner, now, Double(accessTokenSeconds), number: issued, seed: seed)
    accessTokens[access] = AccessToken(user: owner.user, expires: now + Double(accessTokenSeconds))
    var document = JSONObject([
      ("token_type", "Bearer"), ("expires_in", .integer(accessTokenSeconds)), ("access_token", .string(access)),
    ])
    if owner != .client {
      let refresh = "def502" + AuthorizationServer.hex(756, number: issued, seed: seed ^ now.bitPattern)
      refreshTokens[refresh] = RefreshToken(
        accessToken: access, client: client, scope: scope, owner: owner, expires: now + Double(refreshTokenSeconds))
      document["refresh_token"] = .string(refresh)
    }
    return SiteResponse(
      200,
      [
        ("content-type", "application/json; charset=UTF-8"), ("pragma", "no-cache"),
        ("cache-control", "no-store, private"),
      ], body: JSON.object(document).encoded(.oauth))
  }

  /// Keeps a site that runs for days from growing. A purged token counts as one that cannot be verified.
  private mutating func forgetExpired(_ now: Double) {
    guard accessTokens.count + refreshTokens.count > 1000 else { return }
    accessTokens = accessTokens.filter { $0.value.expires > now - 3600 }
    refreshTokens = refreshTokens.filter { $0.value.expires > now && !$0.value.isRevoked }
  }
}
