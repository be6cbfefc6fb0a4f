import Coding

/// What a client may do with a token that it has: end it (RFC 7009), and ask whether it is good (RFC 7662).
extension TokenEndpoint {
  /// Answers `POST /oauth/revoke`. An access token ends with its refresh token, and the other way round (RFC 7009, 2.1). What is no
  /// good, or no token at all, has ended already: 200 (2.2). Another client's token is not this one's to end.
  /// - Parameters: as of `answer`.
  /// - Throws: the ledger's error: nothing has ended then. Refusals are replies.
  package func revoke(
    form: [String: String], authorization: String?, from address: String = ""
  ) async throws -> TokenReply {
    do {
      let request = TokenRequest(form: form, authorization: authorization)
      let consumer = try await client(of: request, from: address)
      guard let token = request["token"] else { throw OAuthFailure.invalidRequest("token") }
      guard let found = try await find(token) else { return .done }
      guard found.consumerID == consumer.id else { throw OAuthFailure.invalidGrant("Token is not linked to client") }
      try await ledger.revoke(accessTokenID: found.accessTokenID)
      cache.invalidate(accessTokenID: found.accessTokenID)
      return .done
    } catch let refused as SignInRefused {
      return refused.reply
    } catch let failure as OAuthFailure {
      return failure.reply(authorization: authorization)
    }
  }

  /// Answers `POST /oauth/introspect`. Only a client with a secret may ask, and it hears of its own tokens alone: any other is not
  /// active for it (RFC 7662, 4).
  /// - Parameters: as of `answer`.
  /// - Throws: the ledger's error. Refusals are replies.
  package func introspect(
    form: [String: String], authorization: String?, from address: String = ""
  ) async throws -> TokenReply {
    do {
      let request = TokenRequest(form: form, authorization: authorization)
      let consumer = try await client(of: request, from: address)
      guard consumer.secretHash != nil else { throw OAuthFailure.invalidClient }
      guard let token = request["token"] else { throw OAuthFailure.invalidRequest("token") }
      guard let found = try await find(token), found.consumerID == consumer.id else { return .stated(.inactive) }
      return .stated(try members(of: found))
    } catch let refused as SignInRefused {
      return refused.reply
    } catch let failure as OAuthFailure {
      return failure.reply(authorization: authorization)
    }
  }

  /// A good token of either kind.
  private struct Found {
    var accessTokenID: String
    var consumerID: String
    var accountID: Int64?
    var scopes: [String]
    /// Unix seconds.
    var expiresAt: Int64
    var isRefreshToken: Bool
  }

  /// The kind is told by the token itself: hints (RFC 7009, 2.1) are not needed.
  private func find(_ token: String) async throws -> Found? {
    guard token.utf8.contains(UInt8(ascii: ".")) else { return try findRefreshToken(token) }
    do {
      let verifier = AccessTokenVerifier(ledger: ledger, key: key, cache: cache)
      let found = try await verifier.verify(token, at: now())
      return Found(
        accessTokenID: found.id, consumerID: found.consumerID, accountID: found.accountID, scopes: found.scopes,
        expiresAt: Int64(found.expiresAt.rounded(.up)), isRefreshToken: false)
    } catch is BearerFailure {
      return nil
    }
  }

  private func findRefreshToken(_ token: String) throws -> Found? {
    guard let record = try ledger.refreshToken(RefreshTokenDigest(of: token)), !record.isRevoked,
      let refresh = record.issue.refresh, Double(refresh.expiresAt) >= now().rounded(.down),
      let consumer = try ledger.consumer(id: record.issue.consumerID), let id = record.issue.accountID,
      let account = try ledger.account(id: id)
    else { return nil }
    return Found(
      accessTokenID: record.issue.accessTokenID, consumerID: consumer.id, accountID: id,
      scopes: TokenRights(issued: record.issue.scopes, consumer: consumer, account: account).scopes,
      expiresAt: refresh.expiresAt, isRefreshToken: true)
  }

  /// RFC 7662, 2.2.
  private func members(of found: Found) throws -> JSONObject {
    var members = JSONObject([
      ("active", .bool(true)), ("scope", .string(found.scopes.joined(separator: " "))),
      ("client_id", .string(found.consumerID)),
    ])
    if let id = found.accountID, let account = try ledger.account(id: id) {
      members["username"] = .string(account.name)
    }
    members["token_type"] = .string(found.isRefreshToken ? "refresh_token" : "Bearer")
    members["exp"] = .integer(found.expiresAt)
    if let id = found.accountID { members["sub"] = .string(String(id)) }
    members["aud"] = .string(found.consumerID)
    if !found.isRefreshToken { members["jti"] = .string(found.accessTokenID) }
    return members
  }
}

extension JSONObject {
  /// A token of which nothing is said (RFC 7662, 2.2).
  fileprivate static let inactive = JSONObject([("active", .bool(false))])
}
