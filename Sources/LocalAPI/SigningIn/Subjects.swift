import JSONAPI
import Store
import TokenIssuer

extension PeopleBehindTokens {
  /// The `sub` of ID tokens: what `/oauth/userinfo` says of the same token (OpenID Connect Core, 5.3.2). Nil where that says nothing.
  /// - Throws: a fault of the mirror.
  func subject(of token: AccessToken, seeing sight: Sight) throws -> String? {
    try userInfo(of: token, DocumentBase(""), seeing: sight)?.subject
  }
}
