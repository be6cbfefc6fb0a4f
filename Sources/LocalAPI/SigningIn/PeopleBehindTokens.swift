import JSONAPI
import Store
import TokenIssuer

/// Whom tokens stand for, as the mirror has them.
struct PeopleBehindTokens: Sendable {
  let reading: Reading
  let tokens: Tokens
  let reader: ResourceReader

  /// The user whom a token stands for: the account's, else the one that synchronises.
  func user(behind token: AccessToken) throws -> String? {
    if let id = token.accountID, let uuid = try tokens.account(id)?.userUUID { return uuid }
    return try reading.fact(.siteAccount)
  }

  /// What is said of who is behind a token: the user whom it stands for; of an account that stands for nobody, and of a client,
  /// the user who synchronises. Nil where the mirror has no such user: the numbers of accounts of this side are those of other
  /// users there.
  func userInfo(of token: AccessToken, _ base: DocumentBase, seeing sight: Sight) throws -> UserInfo? {
    guard let id = try user(behind: token), let user = try person(id, seeing: sight) else { return nil }
    return UserInfo(
      subject: String(user.serial), name: user.name, email: user.mail,
      profile: "\(base.text)/user/\(user.serial)/home", updatedAt: user.changed)
  }

  /// The user of this id, in whatever letter case it is given; nil where the mirror does not have one, or only the label of one.
  private func person(_ id: String, seeing sight: Sight) throws -> SiteUser? {
    guard let uuid = ResourceID(id) else { return nil }
    let serials = try reading.serialNumbers()
    let names = try reading.attributeNames()
    return try reader.single(seeing: sight) { snapshot in
      try snapshot.resource(named: uuid, entityType: "user") { row -> SiteUser? in
        guard let serial = serials.attribute(of: row.type.name) else { return nil }
        var resource = try JSON(parsing: Array(row.stored.document))
        if !sight.isEverything {
          // What this caller may not see of the user is not told of them here either.
          let shown = resource["attributes"]?.object?.members.filter { sight.shows($0.name, of: row.type) } ?? []
          let attributes = JSONObject(shown.map { ($0.name, $0.value) })
          resource = .object(JSONObject([("attributes", .object(attributes))]))
        }
        return SiteUser(
          resource, serialAttribute: serial, changedAttribute: names[row.type.name]?.changed)
      } ?? nil
    }
  }
}
