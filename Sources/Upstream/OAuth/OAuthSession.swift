import Logging
import Measures

/// Signs in and stays signed in (reference 7). However many callers need a token, one request for it is under way, and a
/// refresh token that the site rotated is in the vault before the access token that came with it is handed out.
package actor OAuthSession {
  private let tokenURL: String
  private let origin: WebOrigin
  private let credentials: Credentials
  private let transport: any Transport
  private let vault: any TokenVault
  private let now: @Sendable () -> Int64
  private let logger: Logger
  private let measures: SiteMeasures
  private let fingerprint: String
  private let renewal: SharedFlight<StoredToken>

  private var current: StoredToken?
  private var isLoaded = false
  /// The access token that this session itself got last.
  private var obtained: String?
  /// The access token that came by the configured grant last, and when one was asked for anew, Unix seconds.
  private var signedIn: String?
  private var askedAnew: Int64?
  /// The current token is not in the vault yet, because writing failed; it is not handed out before.
  private var isUnsaved = false

  /// - Parameters:
  ///   - tokenURL: the site's `/oauth/token`, absolute. Tokens go to its origin only.
  ///   - now: this machine's Unix seconds.
  ///   - measures: where it is noted how often a token was asked for.
  ///   - executor: runs the one flight for a token, which belongs to no caller; nil for the system's.
  /// - Throws: `TransportError` (`invalidRequest`) when `tokenURL` is no URL.
  package init(
    tokenURL: String, credentials: Credentials, transport: any Transport, vault: any TokenVault,
    now: @escaping @Sendable () -> Int64, logger: Logger, measures: SiteMeasures = SiteMeasures(),
    executor: (any TaskExecutor)? = nil
  ) throws(TransportError) {
    self.tokenURL = tokenURL
    self.origin = try WebOrigin(of: tokenURL)
    self.credentials = credentials
    self.transport = transport
    self.vault = vault
    self.now = now
    self.logger = logger
    self.measures = measures
    renewal = SharedFlight(executor: executor)
    fingerprint = credentials.fingerprint(tokenURL: tokenURL)
  }

  /// An access token that has some life left.
  /// - Throws: `SignInError`, `TransportError`, `TokenVaultError`; `CancellationError` when the caller is cancelled.
  package func accessToken() async throws -> String { try await usableToken().accessToken }

  /// Sends a request with the token. After a 401 the token is renewed, unless another caller has done so, and the request is
  /// sent once more; the site answers 401 before it looks at a request (reference 7.6), so that nothing happens twice. A
  /// token that another caller or process got may be revoked by now: only the refusal of one got for this request is final.
  /// - Throws: `SignInError.refused` after a 401 to a new token; `TransportError` (`otherOrigin`) when the request is not for
  ///   the site, and whatever `accessToken` and the transport throw.
  package func authorized(_ request: OutboundRequest) async throws -> InboundResponse {
    let (response, token) = try await exchange(request, renewsFor: { FrontDoor.basicRealm($0) == nil }) { [transport] in
      try await transport.send($0)
    }
    if let realm = FrontDoor.basicRealm(response) { throw SignInError.httpBasic(realm: realm) }
    guard response.status != 401 else { throw SignInError.refused(hint: hint(response, token)) }
    return response
  }

  /// Sends a request for the content of a file, which goes into the sink; see `Transport.download`. The web server may want
  /// something else for one folder (RFC 9110, 11.6.1): a file that answers 401 to a token that is new says nothing about the
  /// account, and neither does one that asks for other credentials than a token, for which none is renewed.
  /// - Returns: the answer, also one with status 401.
  /// - Throws: as `authorized`, but not for a 401; `SignInError` when there is no token to be had.
  package func download(_ request: OutboundRequest, into sink: any ContentSink) async throws -> InboundResponse {
    try await exchange(request, renewsFor: BearerField.isWanted(by:)) { [transport] in
      try await transport.download($0, into: sink)
    }.response
  }

  /// Sends a request with the token, and again with another after a 401 that may be the token's fault.
  private func exchange(
    _ request: OutboundRequest, renewsFor isAboutToken: (InboundResponse) -> Bool,
    _ send: @Sendable (OutboundRequest) async throws -> InboundResponse
  ) async throws -> (response: InboundResponse, token: StoredToken) {
    guard try WebOrigin(of: request.url) == origin else {
      throw TransportError(
        .otherOrigin, "a request to another origin than \(origin) does not get the token",
        url: WebAddress.withoutSecrets(request.url))
    }
    var token = try await usableToken()
    var response = try await send(BearerField.add(token.accessToken, to: request))
    for _ in 1...2 where response.status == 401 && isAboutToken(response) {
      logger.debug("the site refused the token; renewing it", metadata: ["hint": "\(hint(response, token) ?? "none")"])
      // One that another caller got meanwhile may be revoked again by now.
      let before = obtained
      token = try await renew(insteadOf: token.accessToken)
      response = try await send(BearerField.add(token.accessToken, to: request))
      if token.accessToken == obtained, obtained != before { break }
    }
    return (response, token)
  }

  private func hint(_ response: InboundResponse, _ token: StoredToken) -> String? {
    let secrets = [token.accessToken, token.refreshToken].compactMap { $0 } + credentials.secrets
    if response.mediaType == SiteAnswer.mediaType, !BearerField.isWanted(by: response) {
      return "the request was taken for an anonymous visitor's: does a proxy remove the Authorization header?"
    }
    return BearerField.hint(of: response).map { SiteWords.tidy($0, hiding: secrets) }
  }

  /// Gives up a token that was only renewed and signs in with the configured grant: a site may go on renewing the token of a user who
  /// is gone, and fail at every request that comes with it. At most once an hour.
  /// - Returns: whether there is another token now.
  /// - Throws: as `accessToken`.
  package func signInAnew() async throws -> Bool {
    let time = now()
    guard let token = current, token.accessToken != signedIn,
      askedAnew.map({ time < $0 || time.subtractingReportingOverflow($0).partialValue >= 3600 }) ?? true
    else { return false }
    askedAnew = time
    current?.refreshToken = nil
    return try await renew(insteadOf: token.accessToken).accessToken != token.accessToken
  }

  // MARK: Having a token

  private func usableToken() async throws -> StoredToken {
    if !isLoaded {
      isLoaded = true
      adoptStored()
    }
    if let current, isUsable(current) { return current }
    // A token that only waits for the vault is as good as a new one once it is there.
    return try await renew(insteadOf: isUnsaved ? nil : current?.accessToken)
  }

  private func isUsable(_ token: StoredToken) -> Bool { !isUnsaved && now() < token.renewAt }

  /// Another token than `stale`.
  private func renew(insteadOf stale: String?) async throws -> StoredToken {
    if let current, current.accessToken != stale, isUsable(current) { return current }
    return try await renewal.value { [self] in try await replace(stale) }
  }

  /// Takes over what the vault holds for these credentials; what it holds for others is left alone until the next save.
  private func adoptStored() {
    do {
      guard let stored = try vault.load(), stored.issuedFor == fingerprint else { return }
      // The same one again would bring back a refresh token that is known to be used up.
      if stored.accessToken != current?.accessToken { current = stored }
    } catch {
      logger.warning("the stored token cannot be used; signing in anew", metadata: ["reason": "\(error)"])
    }
  }

  // MARK: Getting one; only one flight at a time comes here

  private func replace(_ stale: String?) async throws -> StoredToken {
    if isUnsaved, let current { try keep(current) }
    // A flight that ended meanwhile, or another process on the same vault, may have renewed already.
    if current?.accessToken == stale { adoptStored() }
    if let current, current.accessToken != stale, isUsable(current) { return current }
    let token = try await obtain()
    obtained = token.accessToken
    try keep(token)
    return token
  }

  private func keep(_ token: StoredToken) throws {
    current = token
    isUnsaved = true
    try vault.save(token)
    isUnsaved = false
  }

  /// Refreshes, and where the refresh token is refused signs in with the configured grant, once.
  private func obtain() async throws -> StoredToken {
    if let refreshToken = current?.refreshToken, .refreshToken(refreshToken) != credentials.grant {
      do {
        return try await request(.refreshToken(refreshToken))
      } catch let error as SignInError {
        switch error {
        case .refreshRefused, .unsupportedGrant, .invalidScope:
          logger.notice("the refresh token is used up; signing in anew", metadata: ["reason": "\(error)"])
          if current?.refreshToken == refreshToken { current?.refreshToken = nil }
        default: throw error
        }
      }
    }
    return try await signIn()
  }

  /// Signs in with the configured grant. Credentials that the site has refused are not shown to it again before some time has
  /// passed: after some failed logins it locks the account.
  private func signIn() async throws -> StoredToken {
    let before = vault.refusal()
    if let before, before.holds(at: now()), before.concerns(credentials, tokenURL: tokenURL) {
      throw SignInError.heldBack(reason: before.reason, until: before.until, note: vault.refusalPath)
    }
    do {
      let token = try await request(credentials.grant)
      signedIn = token.accessToken
      if before != nil { try? vault.keep(nil) }
      return token
    } catch let error as SignInError where error.countsAgainstAccount {
      guard case .password = credentials.grant else { throw error }
      let known = before.flatMap { $0.concerns(credentials, tokenURL: tokenURL) ? $0 : nil }
      do {
        try vault.keep(
          SignInRefusal(of: credentials, tokenURL: tokenURL, reason: "\(error)", at: now(), after: known))
      } catch let failure {
        logger.warning("that the site refused the sign-in could not be noted", metadata: ["reason": "\(failure)"])
      }
      throw error
    }
  }

  private func request(_ grant: Credentials.Grant) async throws -> StoredToken {
    let request = TokenRequest(url: tokenURL, credentials: credentials, grant: grant)
    var answer: TokenAnswer
    do {
      answer = try request.parse(try await transport.send(request.prepare()))
      measures.renewals.add(to: .renewed)
    } catch {
      let isRefused = (error as? SignInError).map { !$0.isTransient } ?? false
      measures.renewals.add(to: isRefused ? .refused : .unavailable)
      throw error
    }
    // A site that does not rotate sends no new one; the old one stays good (RFC 6749, 6).
    if case .refreshToken(let used) = grant, answer.refreshToken == nil { answer.refreshToken = used }
    if let said = answer.oddLife {
      logger.notice(
        "the site says that its token lives \(said); it is taken for one of \(answer.expiresIn) seconds")
    }
    return StoredToken(answer, at: now(), issuedFor: fingerprint)
  }
}

/// `Authorization` and `WWW-Authenticate` for bearer tokens (RFC 6750, 2.1 and 3).
enum BearerField {
  /// The request with this token and no other.
  static func add(_ token: String, to request: OutboundRequest) -> OutboundRequest {
    var request = request
    request.fields.removeAll { $0.name.lowercased() == "authorization" }
    request.fields.append(HTTPField("Authorization", "Bearer \(token)"))
    return request
  }

  /// Whether a 401 may be about the token: it asks for one, or does not say for what (RFC 6750, 3).
  static func isWanted(by response: InboundResponse) -> Bool {
    let challenges = response.fields.filter { $0.name.lowercased() == "www-authenticate" }
    return challenges.isEmpty || challenges.contains { $0.value.lowercased().contains("bearer") }
  }

  /// The `error_description` of a refusal; nil when there is none.
  static func hint(of response: InboundResponse) -> String? {
    guard let field = response["WWW-Authenticate"],
      let start = field.ranges(of: "error_description=\"").first?.upperBound
    else { return nil }
    let text = field[start...].prefix { $0 != "\"" }
    return text.isEmpty ? nil : String(text)
  }
}
