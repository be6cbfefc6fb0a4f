import JSONAPI

/// A token as it is kept between runs.
package struct StoredToken: Sendable, Hashable, SecretBearing {
  /// What goes into `Authorization: Bearer`.
  package var accessToken: String
  /// The refresh token, single-use with this site (reference 7.4); nil for client credentials.
  package var refreshToken: String?
  /// When the access token ends: Unix seconds of this machine's clock, for waiting only.
  package var expiresAt: Int64
  /// From when on it is renewed: Unix seconds of this machine's clock.
  package var renewAt: Int64
  /// `Credentials.fingerprint`.
  package var issuedFor: String

  /// A token with these parts.
  package init(accessToken: String, refreshToken: String?, expiresAt: Int64, renewAt: Int64, issuedFor: String) {
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.expiresAt = expiresAt
    self.renewAt = renewAt
    self.issuedFor = issuedFor
  }

  /// A token as answered at `now` (Unix seconds). It is renewed when less than 10 seconds or a tenth of its life is left,
  /// whichever is more, but not before half of its life is over.
  package init(_ answer: TokenAnswer, at now: Int64, issuedFor: String) {
    let life = answer.expiresIn
    let margin = min(max(10, life / 10), life / 2)
    self.init(
      accessToken: answer.accessToken, refreshToken: answer.refreshToken, expiresAt: now.addingClamped(life),
      renewAt: now.addingClamped(life - margin), issuedFor: issuedFor)
  }

  /// When it ends.
  package var publicDescription: String { "token until \(expiresAt)" }

  // MARK: As JSON, for vaults

  /// The members of this token.
  package var json: JSON {
    [
      "access_token": .string(accessToken), "refresh_token": refreshToken.map(JSON.string) ?? .null,
      "expires_at": .integer(expiresAt), "renew_at": .integer(renewAt), "issued_for": .string(issuedFor),
    ]
  }

  /// A token from its members; nil when one is missing, or it is none that can be sent: a token that the site refuses to read would
  /// be refused again and again.
  package init?(json: JSON) {
    guard let accessToken = json["access_token"]?.string, let expiresAt = json["expires_at"]?.integer,
      let renewAt = json["renew_at"]?.integer, let issuedFor = json["issued_for"]?.string,
      [accessToken, json["refresh_token"]?.string ?? ""].allSatisfy({ TokenAnswer.fault(of: $0) == nil })
    else { return nil }
    self.init(
      accessToken: accessToken, refreshToken: json["refresh_token"]?.string, expiresAt: expiresAt, renewAt: renewAt,
      issuedFor: issuedFor)
  }
}

/// Where the token outlives the process.
package protocol TokenVault: Sendable {
  /// The token; nil when there is none.
  /// - Throws: when it cannot be read.
  func load() throws -> StoredToken?
  /// Keeps the token; when this returns, a crash or a power cut does not lose it.
  /// - Throws: when it could not be kept; the one before is still there.
  func save(_ token: StoredToken) throws
  /// Forgets the token.
  /// - Throws: when it could not be removed.
  func clear() throws
  /// The site's last refusal of a sign-in; nil when there is none, or it cannot be read.
  func refusal() -> SignInRefusal?
  /// Keeps a refusal, or forgets the one before.
  /// - Throws: when it could not be kept.
  func keep(_ refusal: SignInRefusal?) throws
  /// The file with the refusal, for messages.
  var refusalPath: String? { get }
}

extension TokenVault {
  /// A vault that keeps no refusals.
  package func refusal() -> SignInRefusal? { nil }
  /// Does nothing.
  package func keep(_ refusal: SignInRefusal?) throws {}
  /// None.
  package var refusalPath: String? { nil }
}
