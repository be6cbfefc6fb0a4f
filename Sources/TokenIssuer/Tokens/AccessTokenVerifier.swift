import Coding

/// Tells whether a bearer token is good. Call `cached` first: it is synchronous and costs no signature check; `verify`
/// does the whole work on a miss.
package struct AccessTokenVerifier: Sendable {
  private let ledger: any TokenLedger
  private let key: KeyRing
  private let cache: AccessTokenCache

  /// A verifier of tokens that a key of this ring signed and this ledger knows.
  package init(ledger: any TokenLedger, key: KeyRing, cache: AccessTokenCache) {
    self.ledger = ledger
    self.key = key
    self.cache = cache
  }

  /// The token in an `Authorization` header: what follows `Bearer`, trimmed, possibly empty. `nil` for another scheme.
  package static func bearerToken(inAuthorization header: String) -> String? {
    var whole = header
    if let token = whole.withUTF8(plainToken) { return token }
    let header = header[...].trimmedAsByPHP
    let scheme = header.utf8.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    guard scheme.elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
    return String(header[scheme.endIndex...].trimmedAsByPHP)
  }

  /// The same of a header of which nothing has to be trimmed, as nearly all are; `nil` leaves it to be looked at closely.
  private static func plainToken(_ header: UnsafeBufferPointer<UInt8>) -> String? {
    let space = UInt8(ascii: " ")
    guard header.count > 7, header[6] == space, header[7] > space, header[header.count - 1] > space,
      header.prefix(6).elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 })
    else { return nil }
    return String(decoding: header[7...], as: UTF8.self)
  }

  /// The token if it was verified before and is still good at `now` (Unix seconds); `nil` means: ask `verify`.
  /// When the cache's maximum age is over, the ledger is asked, synchronously, what it may do by now.
  /// - Throws: the ledger's error.
  package func cached(_ token: String, at now: Double) throws -> AccessToken? {
    switch cache.find(token, at: now) {
    case .missing: return nil
    case .fresh(let found): return now < found.expiresAt ? found : nil
    case .stale(let found):
      guard now < found.expiresAt else {
        cache.remove(token)
        return nil
      }
      // Its key may be gone; then all are looked at anew.
      if key.hasChanged() { return nil }
      let generation = cache.generation
      guard let rights = try ledger.rights(accessTokenID: found.id) else {
        cache.remove(token)
        return nil
      }
      let renewed = found.with(rights)
      cache.keep(token, renewed, at: now, since: generation)
      return renewed
    }
  }

  /// Checks form, algorithm, key, signature, issuer, times, audience and ledger, in the site's order, and keeps the result for `cached`.
  /// - Parameter now: Unix time in seconds; no leeway is given, as on the site.
  /// - Throws: `BearerFailure`, or the ledger's error.
  package func verify(_ token: String, at now: Double) async throws -> AccessToken {
    guard !token.isEmpty else { throw BearerFailure.missing }
    let keyID = try CompactJWT.check(token)
    guard let claims = await key.claims(of: token, keyID: keyID, at: now),
      now < claims.exp, Double(claims.nbf) <= now, Double(claims.iat) <= now
    else { throw BearerFailure.unverified }
    let account = claims.sub.map { Int64($0) }
    // A signed token whose `sub` is no id is not one of ours.
    if case .some(nil) = account { throw BearerFailure.unverified }
    let generation = cache.generation
    guard let rights = try ledger.rights(accessTokenID: claims.jti) else { throw BearerFailure.revoked }
    // It is for whom it was issued to, and stands for whom it was issued for (RFC 8725, 3.9).
    guard claims.aud == rights.consumerID, account ?? nil == rights.accountID else { throw BearerFailure.revoked }
    let found = AccessToken(
      id: claims.jti, accountID: account ?? nil, consumerID: claims.aud, scopes: rights.scopes, sights: rights.sights,
      userUUID: rights.userUUID, expiresAt: claims.exp)
    cache.keep(token, found, at: now, since: generation)
    return found
  }
}
