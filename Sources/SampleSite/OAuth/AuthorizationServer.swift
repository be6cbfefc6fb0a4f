import JSONAPI

/// A client that may ask for tokens (a "consumer" on the site).
package struct Consumer: Sendable {
  /// The `client_id`.
  package var id: String
  /// The `client_secret`.
  package var secret: String

  /// A confidential client with all grants.
  package init(id: String, secret: String) {
    self.id = id
    self.secret = secret
  }
}

/// A person for the password grant.
package struct Account: Sendable {
  /// The `username`.
  package var name: String
  /// The `password`.
  package var password: String

  /// A person who can log in. All accounts of the sample site are the same user of the community.
  package init(name: String, password: String) {
    self.name = name
    self.password = password
  }
}

/// The site's token rules (reference 7; league/oauth2-server 9): password, client_credentials and refresh_token, the
/// last with rotation. A value; times are Unix seconds with fractions.
struct AuthorizationServer: Sendable {
  var consumers: [Consumer]
  var accounts: [Account]
  var accessTokenSeconds: Int
  var refreshTokenSeconds: Int

  struct AccessToken {
    var expires: Double
    var isRevoked = false
  }

  struct RefreshToken {
    var accessToken: String
    var client: String
    var scope: String
    var hasUser: Bool
    var expires: Double
    var isRevoked = false
  }

  private(set) var accessTokens: [String: AccessToken] = [:]
  private(set) var refreshTokens: [String: RefreshToken] = [:]
  /// How many tokens were issued.
  private(set) var issued = 0

  init(settings: SampleSiteSettings) {
    consumers = settings.consumers
    accounts = settings.accounts
    accessTokenSeconds = settings.accessTokenSeconds
    refreshTokenSeconds = settings.refreshTokenSeconds
  }

  /// Why a bearer token is no good; nil when it is (reference 7.6).
  func fault(ofBearer token: String, now: Double) -> String? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return "The JWT string must have two dots" }
    guard let known = accessTokens[token] else { return "Access token could not be verified" }
    if known.isRevoked { return "Access token has been revoked" }
    return known.expires <= now ? "Access token could not be verified" : nil
  }

  /// Revokes all access tokens, as saving the account's user does; refresh tokens live on (reference 7.6).
  mutating func revokeAccessTokens() {
    for token in accessTokens.keys { accessTokens[token]?.isRevoked = true }
  }

  /// Revokes all refresh tokens too: only a new login helps.
  mutating func revokeAllTokens() {
    revokeAccessTokens()
    for token in refreshTokens.keys { refreshTokens[token]?.isRevoked = true }
  }

  /// `POST /oauth/token` (reference 7.2 to 7.4).
  mutating func answer(_ request: SiteRequest, now: Double) -> SiteResponse {
    let form = TokenForm(request)
    do throws(TokenFault) {
      return try grant(form, now: now)
    } catch {
      return error.response(hadAuthorizationHeader: request.headers["authorization"] != nil)
    }
  }

  private mutating func grant(_ form: TokenForm, now: Double) throws(TokenFault) -> SiteResponse {
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
    case "client_credentials": return issue(client: client, scope: scope, hasUser: false, now: now)
    case "password":
      let name = try form.required("username")
      let password = try form.required("password")
      guard accounts.contains(where: { $0.name == name && $0.password == password }) else {
        throw .wrongCredentials
      }
      return issue(client: client, scope: scope, hasUser: true, now: now)
    default:
      let token = try form.required("refresh_token")
      guard let known = refreshTokens[token] else { throw .refresh("Cannot decrypt the refresh token") }
      guard known.client == client else { throw .refresh("Token is not linked to client") }
      guard known.expires > now else { throw .refresh("Token has expired") }
      guard !known.isRevoked else { throw .refresh("Token has been revoked") }
      refreshTokens[token]?.isRevoked = true
      accessTokens[known.accessToken]?.isRevoked = true
      return issue(client: client, scope: known.scope, hasUser: known.hasUser, now: now)
    }
  }

  private mutating func issue(client: String, scope: String, hasUser: Bool, now: Double) -> SiteResponse {
    issued += 1
    forgetExpired(now)
    let access = AuthorizationServer.token(client, scope, hasUser, now, Double(accessTokenSeconds))
    accessTokens[access] = AccessToken(expires: now + Double(accessTokenSeconds))
    var document = JSONObject([
      ("token_type", "Bearer"), ("expires_in", .integer(accessTokenSeconds)), ("access_token", .string(access)),
    ])
    if hasUser {
      let refresh = "def502" + AuthorizationServer.randomHex(756)
      refreshTokens[refresh] = RefreshToken(
        accessToken: access, client: client, scope: scope, hasUser: hasUser, expires: now + Double(refreshTokenSeconds))
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
