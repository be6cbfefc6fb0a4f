import Coding
import Foundation

/// The rules of `POST /oauth/token`: authorization_code, password, client_credentials and refresh_token (RFC 6749, 4.1.3, 4.3, 4.4, 6)
/// as simple_oauth 6 with league/oauth2-server 9 applies them. GET is no business of it: the site answers 405 with a page.
package struct TokenEndpoint: Sendable {
  /// How long tokens live, in seconds.
  package struct Lifetimes: Sendable, Hashable {
    /// Unless the consumer has its own.
    package var accessTokenSeconds: Int64
    /// Of every consumer.
    package var refreshTokenSeconds: Int64

    /// The site's own lifetimes, unless others are given.
    package init(accessTokenSeconds: Int64 = 300, refreshTokenSeconds: Int64 = 1_209_600) {
      self.accessTokenSeconds = accessTokenSeconds
      self.refreshTokenSeconds = refreshTokenSeconds
    }
  }

  let ledger: any TokenLedger
  let key: KeyRing
  let cache: AccessTokenCache
  let lifetimes: Lifetimes
  let checks: SecretChecks
  let passThrough: PassThrough?
  let subject: @Sendable (AccessToken) throws -> String?
  let now: @Sendable () -> Double
  let random: @Sendable (Int) -> [UInt8]

  /// - Parameters:
  ///   - cache: the verifier's; what is revoked is taken out of it at once.
  ///   - checks: where secrets are checked; one for all that check any over the same ledger.
  ///   - passThrough: who asks the site about names that are not known here; nil for nobody.
  ///   - subject: the `sub` of an ID token: what `/oauth/userinfo` says of the same token. `nil` leaves the ID token out.
  ///   - now: Unix time in seconds, with fractions.
  ///   - random: this many unpredictable bytes.
  package init(
    ledger: any TokenLedger, key: KeyRing, cache: AccessTokenCache, lifetimes: Lifetimes = Lifetimes(),
    checks: SecretChecks = SecretChecks(), passThrough: PassThrough? = nil,
    subject: @escaping @Sendable (AccessToken) throws -> String? = { $0.accountID.map { String($0) } },
    now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
    random: @escaping @Sendable (Int) -> [UInt8] = SecureRandom.bytes
  ) {
    self.ledger = ledger
    self.key = key
    self.cache = cache
    self.lifetimes = lifetimes
    self.checks = checks
    self.passThrough = passThrough
    self.subject = subject
    self.now = now
    self.random = random
  }

  /// Answers one request. Takes as long as one or two password hashes, on threads of their own, and longer for who guesses.
  /// - Parameters:
  ///   - form: the body's fields; see `TokenForm`.
  ///   - authorization: the header of that name, if it was sent.
  ///   - address: who asks, as tries to sign in are counted; empty where that is not known.
  ///   - issuer: the `iss` of an ID token: the one that the discovery documents name. Without it there is no ID token.
  /// - Throws: the ledger's error or one of the signature: nothing was issued then. Refusals are replies.
  package func answer(
    form: [String: String], authorization: String?, from address: String = "", issuer: String? = nil
  ) async throws -> TokenReply {
    do {
      return .issued(try await grant(TokenRequest(form: form, authorization: authorization), address, issuer))
    } catch let refused as SignInRefused {
      return refused.reply
    } catch let failure as OAuthFailure {
      return failure.reply(authorization: authorization)
    }
  }

  /// The checks that all grants share, in the site's order: a client, a known one, a grant it may use, its secret.
  private func grant(_ request: TokenRequest, _ address: String, _ issuer: String?) async throws -> JSONObject {
    guard let clientID = request.clientID else { throw OAuthFailure.invalidRequest("client_id") }
    // Before the client is looked at: a password that would not be tried keeps no thread busy with a client's secret.
    if request.grant == .password, let name = request["username"] {
      try await checks.admit(SignInTry(.account, name, from: address))
    }
    let consumer = try await knownClient(clientID, request, from: address)
    guard let grant = request.grant, consumer.grants.contains(grant) else { throw OAuthFailure.unsupportedGrantType }
    try await authenticate(request, consumer, from: address)
    switch grant {
    case .authorizationCode: return try await authorizationCode(request, consumer, issuer)
    case .password: return try await password(request, consumer, address, issuer)
    case .clientCredentials: return try await clientCredentials(request, consumer)
    case .refreshToken: return try await refresh(request, consumer, issuer)
    }
  }

  private func password(
    _ request: TokenRequest, _ consumer: Consumer, _ address: String, _ issuer: String?
  ) async throws -> JSONObject {
    let requested = request.scopes ?? []
    _ = try Scopes.granted(requested, allowed: consumer.scopes, limit: [], fallback: consumer.defaultScopes)
    guard let name = request["username"] else { throw OAuthFailure.invalidRequest("username") }
    guard let password = request["password"] else { throw OAuthFailure.invalidRequest("password") }
    guard let account = try await signIn(name: name, password: password, from: address) else {
      throw OAuthFailure.invalidCredentials
    }
    let scopes = try Scopes.granted(
      requested, allowed: consumer.scopes, limit: account.scopes, fallback: consumer.defaultScopes)
    let pair = try await TokenPair(self, consumer, account: account.id, scopes)
    let members = try await members(of: pair, consumer, account, issuer)
    try await ledger.record(pair.issue)
    return members
  }

  private func clientCredentials(_ request: TokenRequest, _ consumer: Consumer) async throws -> JSONObject {
    guard consumer.secretHash != nil else { throw OAuthFailure.invalidClient }
    let scopes = try Scopes.granted(
      request.scopes ?? [], allowed: consumer.scopes, limit: [], fallback: consumer.defaultScopes)
    let pair = try await TokenPair(self, consumer, account: nil, scopes)
    try await ledger.record(pair.issue)
    return pair.members
  }

  /// The old pair ends in the same transaction that begins the new one, so of two clients with one token only one wins
  /// (RFC 9700, 4.14.2). As on the site, a replay does not end the new pair.
  private func refresh(_ request: TokenRequest, _ consumer: Consumer, _ issuer: String?) async throws -> JSONObject {
    guard let token = request["refresh_token"] else { throw OAuthFailure.invalidRequest("refresh_token") }
    let digest = RefreshTokenDigest(of: token)
    guard let record = try ledger.refreshToken(digest), let old = record.issue.refresh else {
      throw OAuthFailure.invalidRefreshToken("Cannot decrypt the refresh token")
    }
    guard record.issue.consumerID == consumer.id else {
      throw OAuthFailure.invalidRefreshToken("Token is not linked to client")
    }
    guard Double(old.expiresAt) >= now().rounded(.down) else {
      throw OAuthFailure.invalidRefreshToken("Token has expired")
    }
    guard !record.isRevoked, let id = record.issue.accountID, let account = try ledger.account(id: id),
      isStillGood(account)
    else {
      throw OAuthFailure.invalidRefreshToken("Token has been revoked")
    }
    // What the account and the consumer may do now bounds what they could when they signed in.
    let before = TokenRights(issued: record.issue.scopes, consumer: consumer, account: account).scopes
    let scopes = try Scopes.granted(request.scopes ?? [], allowed: before, limit: [], fallback: before)
    var pair = try await TokenPair(self, consumer, account: account.id, scopes)
    pair.issue.code = record.issue.code
    let members = try await members(of: pair, consumer, account, issuer)
    switch try await ledger.rotate(digest, to: pair.issue) {
    case .rotated: cache.invalidate(accessTokenID: record.issue.accessTokenID)
    case .revoked: throw OAuthFailure.invalidRefreshToken("Token has been revoked")
    case .unknown: throw OAuthFailure.invalidRefreshToken("Cannot decrypt the refresh token")
    }
    return members
  }
}
