import Coding

/// What `/oauth/userinfo` tells of the account behind a token (OpenID Connect Core, 5.3), with the site's members.
package struct UserInfo: Sendable, Hashable {
  /// The user's id on the site in decimal.
  package var subject: String
  /// The account's name, which is the preferred one, too.
  package var name: String
  /// `nil` leaves out the address and whether it was verified.
  package var email: String?
  /// An absolute URL, on the site `…/user/<id>/home`.
  package var profile: String
  /// A language tag.
  package var locale: String
  /// A time zone by its IANA name.
  package var zoneinfo: String
  /// Unix time in seconds.
  package var updatedAt: Int64

  /// What is told of one account.
  package init(
    subject: String, name: String, email: String?, profile: String, locale: String = "en", zoneinfo: String = "UTC",
    updatedAt: Int64
  ) {
    self.subject = subject
    self.name = name
    self.email = email
    self.profile = profile
    self.locale = locale
    self.zoneinfo = zoneinfo
    self.updatedAt = updatedAt
  }

  /// The answer of `/oauth/userinfo`.
  package var document: TokenReply {
    var members = JSONObject([
      ("sub", .string(subject)), ("name", .string(name)), ("preferred_username", .string(name)),
    ])
    if let email {
      members["email"] = .string(email)
      members["email_verified"] = .bool(true)
    }
    members["profile"] = .string(profile)
    members["locale"] = .string(locale)
    members["zoneinfo"] = .string(zoneinfo)
    members["updated_at"] = .integer(updatedAt)
    return .document(JSON.object(members).encoded(.site))
  }
}
