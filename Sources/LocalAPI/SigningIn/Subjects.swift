import JSONAPI
import TokenIssuer

extension PeopleBehindTokens {
  /// The `sub` of ID tokens: what `/oauth/userinfo` says of the same token (OpenID Connect Core, 5.3.2). Nil where that says nothing.
  /// - Throws: a fault of the mirror.
  func subject(of token: AccessToken) throws -> String? {
    try userInfo(of: token, DocumentBase(""), seeing: Viewer(.known(token)).sight)?.subject
  }
}
