import JSONAPI
import Store
import TokenIssuer

extension PeopleBehindTokens {
  /// The `sub` of ID tokens: what `/oauth/userinfo` says of the same token (OpenID Connect Core, 5.3.2). Nil where that says nothing,
  /// and for an account that stands for nobody: what is said of the user who synchronises would make one person of all such accounts.
  /// - Throws: a fault of the mirror.
  func subject(of token: AccessToken, seeing sight: Sight) throws -> String? {
    guard token.userUUID != nil else { return nil }
    return try userInfo(of: token, DocumentBase(""), seeing: sight)?.subject
  }
}
