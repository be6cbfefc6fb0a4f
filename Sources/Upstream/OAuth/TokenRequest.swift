import JSONAPI

/// A token as the site gives it (RFC 6749, 5.1; reference 7.3).
package struct TokenAnswer: Sendable, Hashable, SecretBearing {
  /// What goes into `Authorization: Bearer`.
  package var accessToken: String
  /// Absent for client credentials, or when the consumer may not refresh.
  package var refreshToken: String?
  /// Seconds from now, at most `longestLife`; `usualLife` where the site says nothing that can be.
  package var expiresIn: Int64
  /// What the site said of its life, where that was not taken as it is: no time at all, or longer than a year. For the log.
  package var oddLife: String?

  /// The longest token that is taken, in bytes: web servers take no longer field of a request than 8 to 16 KB, so that a longer one
  /// would be refused with every request that it goes along with.
  package static let longest = 16_384
  /// The site's default, seconds.
  package static let usualLife: Int64 = 300
  /// The longest life that is believed, seconds. The site says with a 401 where it ends earlier.
  package static let longestLife: Int64 = 31_536_000
  /// Only the life.
  package var publicDescription: String { "token for \(expiresIn) seconds" }
}

extension TokenAnswer {
  /// - Parameter life: `expires_in` as the site wrote it, a number or its text.
  init(accessToken: String, refreshToken: String?, life: JSON?) {
    let seconds = life.flatMap { $0.integer ?? $0.string.flatMap { Int64($0) } }
    self.init(
      accessToken: accessToken, refreshToken: refreshToken,
      expiresIn: seconds.map { $0 > 0 ? min($0, TokenAnswer.longestLife) : TokenAnswer.usualLife }
        ?? TokenAnswer.usualLife)
    // One that would be over as it comes would be asked for anew with every request.
    if let life, !life.isNull, seconds != expiresIn {
      oddLife = seconds.map { "\($0) seconds" } ?? "a time that is no number"
    }
  }

  /// Why a text is no token that can be sent or kept; nil where it is one. Nothing of it is repeated.
  static func fault(of token: String) -> String? {
    if token.utf8.count > longest { return "has \(token.utf8.count) bytes, more than the \(longest) that are taken" }
    // RFC 6749, A.12 and A.17.
    return token.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
      ? nil : "has line breaks or other characters that no token has"
  }
}

/// A request for a token, as a value: `prepare` gives the request, `parse` reads its answer.
package struct TokenRequest: Sendable, Hashable, SecretBearing {
  /// The site's token route.
  package var url: String
  /// Client, scope and user.
  package var credentials: Credentials
  /// The grant to use now: the configured one or a refresh.
  package var grant: Credentials.Grant

  /// - Parameter grant: nil for the configured one.
  package init(url: String, credentials: Credentials, grant: Credentials.Grant? = nil) {
    self.url = url
    self.credentials = credentials
    self.grant = grant ?? credentials.grant
  }

  /// The grant and the client.
  package var publicDescription: String { "\(grant.name) grant of client \(credentials.clientID)" }

  /// The request: a form (reference 7.2), the client in the body. A refresh names no scope and so keeps the one it has.
  package func prepare() -> OutboundRequest {
    var form = [("grant_type", grant.name), ("client_id", credentials.clientID)]
    if let secret = credentials.clientSecret { form.append(("client_secret", secret)) }
    switch grant {
    case .password(let username, let password): form += [("username", username), ("password", password)]
    case .refreshToken(let token): form.append(("refresh_token", token))
    case .clientCredentials: break
    }
    if let scope = credentials.scope, grant.name != "refresh_token" { form.append(("scope", scope)) }
    return OutboundRequest(
      method: "POST", url: url,
      fields: [
        HTTPField("Content-Type", "application/x-www-form-urlencoded"), HTTPField("Accept", "application/json"),
      ], body: FormCoding.bytes(form), maximumBodyBytes: 1 << 20)
  }

  /// Reads the answer, in the forms of league/oauth2-server 8 and 9 (reference 7.3, 7.4).
  package func parse(_ response: InboundResponse) throws(SignInError) -> TokenAnswer {
    let json = isJSON(response) ? TokenRequest.json(in: response.body) : nil
    guard response.status == 200 else { throw failure(response, json) }
    guard let json, let token = json["access_token"]?.string, !token.isEmpty,
      json["token_type"]?.string?.lowercased() == "bearer"
    else { throw .unintelligible(status: 200, mediaType: response.mediaType, page: page(response)) }
    let refreshToken = json["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    for (name, text) in [("access_token", token), ("refresh_token", refreshToken ?? "")] {
      guard let fault = TokenAnswer.fault(of: text) else { continue }
      throw .unintelligible(
        status: 200, mediaType: response.mediaType, page: SignInError.Page(words: "its \(name) \(fault)"))
    }
    return TokenAnswer(accessToken: token, refreshToken: refreshToken, life: json["expires_in"])
  }

  private func isJSON(_ response: InboundResponse) -> Bool {
    response.mediaType == "application/json" || response.mediaType?.hasSuffix("+json") == true
  }

  private func failure(_ response: InboundResponse, _ json: JSON?) -> SignInError {
    let error = json?["error"]?.string
    if error == nil {
      if let realm = FrontDoor.basicRealm(response) { return .httpBasic(realm: realm) }
      if response.status != 429, FrontDoor.firewall(response) != nil {
        return .unintelligible(status: response.status, mediaType: response.mediaType, page: page(response))
      }
      if FrontDoor.isMaintenance(response) { return .maintenance(hint: page(response)?.words) }
    }
    let hint = hint(json) ?? page(response)?.words
    switch (error, response.status) {
    case (_, 429), (_, 500...), ("temporarily_unavailable", _):
      return .unavailable(status: response.status, retryAfter: response.retryAfter, hint: hint)
    // The lock around identical requests timed out (reference 7.4).
    case ("access_denied", 401) where hint?.contains("lock") == true:
      return .unavailable(status: 401, retryAfter: response.retryAfter, hint: hint)
    case ("invalid_client", _): return .wrongClient(hint: hint)
    case ("unsupported_grant_type", _), ("unauthorized_client", _):
      return .unsupportedGrant(grant: grant.name, hint: hint)
    case ("invalid_scope", _): return .invalidScope(hint: hint)
    case ("invalid_credentials", _): return .wrongUser(hint: hint)
    case (_?, _) where namesClient(hint): return .wrongClient(hint: hint)
    case (_?, _) where namesScope(hint): return .invalidScope(hint: hint)
    case ("invalid_grant", _), ("invalid_request", 401):
      switch grant {
      case .password: return .wrongUser(hint: hint)
      case .refreshToken: return .refreshRefused(hint: hint)
      case .clientCredentials: return .refused(hint: hint)
      }
    case (_?, 401) where grant.name == "refresh_token": return .refreshRefused(hint: hint)
    case ("invalid_request", _):
      return if case .password = grant { .wrongUser(hint: hint) } else { .refused(hint: hint) }
    case (_?, _): return .refused(hint: hint)
    case (nil, _):
      return .unintelligible(status: response.status, mediaType: response.mediaType, page: page(response))
    }
  }

  /// The object of an answer, whatever the site has written around it.
  private static func json(in body: [UInt8]) -> JSON? {
    let members: Set<String> = ["token_type", "expires_in", "access_token", "refresh_token", "error", "message"]
    return (try? JSON(parsing: body)) ?? DocumentText(in: body, with: members).flatMap { try? JSON(parsing: $0.bytes) }
  }

  /// What a page in the place of a token says, if it is one.
  private func page(_ response: InboundResponse) -> SignInError.Page? {
    let words = PageWords.summary(response).map { SiteWords.tidy($0, hiding: credentials.secrets) }
    let firewall = FrontDoor.firewall(response)
    return words == nil && firewall == nil ? nil : SignInError.Page(words: words, firewall: firewall)
  }

  private func namesClient(_ hint: String?) -> Bool { hint?.contains("`client_") == true }
  private func namesScope(_ hint: String?) -> Bool { hint?.contains("`scope`") == true }

  /// The site's own words, on one line, without anything secret that it might repeat.
  private func hint(_ json: JSON?) -> String? {
    var words: [String] = []
    for name in ["error_description", "message", "hint"] {
      guard let text = json?[name]?.string?.trimmed, !text.isEmpty, !words.contains(text) else { continue }
      words.append(text)
    }
    guard !words.isEmpty else { return nil }
    var secrets = credentials.secrets
    if case .refreshToken(let token) = grant { secrets.append(token) }
    return SiteWords.tidy(words.joined(separator: " "), hiding: secrets)
  }
}
