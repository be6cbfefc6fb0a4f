import Foundation
import JSONAPI
import LocalAPI
import OpenSocial
import Store
import Support
import Testing

/// `/oauth/userinfo` names the user of the site whom an account stands for, and never another one.
@Suite struct UserInfoTests {
  /// A member of the recorded site: its sixth user.
  private static let member = "6832b95e-8695-53b0-bf90-bda57815062a"

  /// What is said to a new account.
  /// - Parameter user: the id that it was given; nil for none.
  private func told(_ made: CrawledMirror, user: String?) async throws -> LocalAPIServer.Answered {
    let api = try await InProcessLocalAPI(made)
    // Accounts of this side are numbered on their own.
    let ann = try #require(try made.mirror.tokens.account(named: "ann"))
    try made.mirror.tokens.saveAccount(name: "bob", passwordHash: ann.passwordHash, userUUID: user, scopes: [], at: 1)
    let form =
      "grant_type=password&username=bob&password=her%20password&client_id=reports&client_secret=client%20secret"
    let signIn = await api.answer(
      "POST", "/oauth/token", ["Content-Type": "application/x-www-form-urlencoded", "Authorization": nil],
      body: Array(form.utf8))
    let token = try #require(try JSON(parsing: signIn.body)["access_token"]?.string)
    return await api.answer("GET", "/oauth/userinfo", ["Authorization": "Bearer \(token)"])
  }

  private func expectMember(
    _ answer: LocalAPIServer.Answered, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(answer.status == 200, sourceLocation: sourceLocation)
    let expected: JSON = [
      "sub": "6", "name": "member002", "preferred_username": "member002", "email": "member2@example.test",
      "email_verified": true, "profile": "http://localhost/user/6/home", "locale": "en", "zoneinfo": "UTC",
      "updated_at": 1_704_119_944,
    ]
    #expect(try JSON(parsing: answer.body) == expected, sourceLocation: sourceLocation)
  }

  /// In whatever letter case the id was given.
  @Test(arguments: [member, member.uppercased()]) func anAccountIsTheUserItStandsFor(user: String) async throws {
    try expectMember(await told(.full(), user: user))
  }

  /// Where the site has other names for the type, its serial number and `changed`.
  @Test func anAccountIsTheUserUnderOtherNamesToo() async throws {
    let renames = [
      ("user--user", "people"), ("drupal_internal__uid", "account_number"), ("\"changed\"", "\"edited_on\""),
    ]
    let page = try #require(
      try RecordedCrawl.load(base: CrawledMirror.site).first {
        $0.type == "user--user" && String(decoding: $0.body, as: UTF8.self).contains(Self.member)
      })
    var text = String(decoding: page.body, as: UTF8.self)
    for (name, other) in renames { text = text.replacing(name, with: other) }
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered([
      DiscoveredType(
        name: "people", link: "people", path: "/jsonapi/people", home: .init(entityType: "user", bundle: "user"),
        source: .name)
    ])
    try made.mirror.discovery.note(AttributeNames(serial: "account_number", changed: "edited_on"), of: "people")
    var scanner = PageScanner(
      base: DocumentBase(CrawledMirror.site), paths: ["people": "/jsonapi/people"],
      serials: try made.mirror.reading.serialNumbers())
    for (type, names) in try made.mirror.reading.attributeNames() { scanner.call(names, of: type) }
    let scanned = try scanner.page(Array(text.utf8))
    let run = try made.mirror.pulling.beginRun("test", at: 1)
    _ = try made.mirror.pulling.apply([
      PageApplication(type: "people", resources: scanned.resources, omitted: 0, cursor: nil, run: run)
    ])
    try expectMember(await told(made, user: Self.member))
  }

  /// Of a user whom the mirror does not have nothing is said: the number of the account would be another user's.
  @Test func aUserWhoIsNotThereIsNobodyElse() async throws {
    let strange = try await told(.full(), user: "7d1f6a3e-0000-4000-8000-0000000000aa")
    #expect(strange.status == 403)
    // No user at all, and no round yet that told who synchronises.
    let early = try await told(CrawledMirror(), user: nil)
    #expect(early.status == 403)
  }

  /// An account that stands for nobody is the one that synchronises.
  @Test func anAccountOfNobodyIsTheOneThatSynchronises() async throws {
    let answer = try await told(.full(), user: nil)
    #expect(try JSON(parsing: answer.body)["sub"] == "2")
  }
}
