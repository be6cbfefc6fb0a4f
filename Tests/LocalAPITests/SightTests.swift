import JSONAPI
import NIOCore
import OpenSocial
import Store
import Support
import Testing
import TokenIssuer

@testable import LocalAPI

/// Callers of different sights share nothing that is kept: neither answers nor tags.
@Suite struct SightTests {
  private static let sights =
    [Sight.everything] + (1...40).map { Sight([SightRules(hide: ["node.field_\($0)"])]) }

  private static func question(_ sight: Sight) -> AnswerCache.Question {
    AnswerCache.Question(sight: sight, base: "http://h", target: "/jsonapi/node/topic", isPacked: false)
  }

  @Test func keptAnswersAreOfOneSight() {
    let cache = AnswerCache()
    let origin = AnswerCache.Origin(version: 1, facts: SiteFacts())
    for (number, sight) in Self.sights.enumerated() {
      let question = Self.question(sight)
      #expect(!cache.knows(question) && cache.answer(to: question, from: origin) == nil)
      let answer = Answer(document: ByteBuffer(repeating: 0x20, count: 20_000 + number))
      cache.note(answer, to: question, from: origin)
    }
    for (number, sight) in Self.sights.enumerated() {
      let kept = cache.answer(to: Self.question(sight), from: origin)
      #expect(kept?.body.readableBytes == 20_000 + number, "\(number)")
    }
  }

  /// Who sees everything is told the number of a change, and that of the types; who does not is told none.
  @Test func theTagOfEverythingIsTheNumber() throws {
    let tags = EntityTags()
    let tag = try #require(tags.tag(1_234, types: 1, seeing: .everything))
    #expect(tag.hasPrefix("W/\"") && tag.hasSuffix("-1-1234\"") && tag.count { $0 == "-" } == 2)
    #expect(tags.tag(1_234, types: 2, seeing: .everything) != tag, "links are others")
    for sight in Self.sights.dropFirst() { #expect(tags.tag(1_234, types: 1, seeing: sight) == nil) }
    let other = EntityTags.tag(of: ByteBuffer(string: "{}"))
    #expect(other == "W/\"44136fa355b3678a1146ad16f7e8649e\"" && Precondition(other).names(other))
    #expect(!Precondition(tag).names(other) && !Precondition(other).names(String?.none))
  }

  /// Who sees everything gets what is asked for as it is; where fields are hidden, nothing is shown but what the schema names.
  @Test func membersAreOfOneSight() throws {
    let made = try CrawledMirror.full()
    let reader = ResourceReader(made.mirror)
    let all = try reader.snapshot(seeing: .everything) { snapshot in
      let type = try #require(try snapshot.type(name: "node--topic"))
      let asked = ["title", "nope"]
      #expect(try snapshot.members(of: type, asked: nil) == nil)
      #expect(try snapshot.members(of: type, asked: asked) == SparseFields(asked))
      return Set(try #require(try snapshot.schema(of: type)).fields.map(\.name))
    }
    #expect(all.contains("title") && all.contains("uid"))
    try reader.snapshot(seeing: Sight([SightRules(hide: ["node.uid", "node--topic.*title"])])) { snapshot in
      let type = try #require(try snapshot.type(name: "node--topic"))
      let shown = SparseFields(all.filter { $0 != "uid" && !$0.hasSuffix("title") })
      #expect(try snapshot.members(of: type, asked: nil) == shown)
      #expect(try snapshot.members(of: type, asked: ["title", "nope", "body"]) == SparseFields(["body"]))
    }
    withExtendedLifetime(made) {}
  }

  /// A snapshot knows whose it is, and so does everything that reads from it.
  @Test func readsAreOfOneSight() throws {
    let made = try CrawledMirror.full()
    let reader = ResourceReader(made.mirror)
    for sight in Self.sights.prefix(3) {
      #expect(try reader.single(seeing: sight) { $0.sight } == sight)
      #expect(try reader.snapshot(seeing: sight) { $0.sight } == sight)
      #expect(try reader.read(seeing: sight, inOneStatement: true) { $0.sight } == sight)
    }
    // The folder goes with it.
    withExtendedLifetime(made) {}
  }
}

/// What tokens are shown: all their sights together, of the types that their scopes let them read.
@Suite struct TokenSightTests {
  private static let sights = Sights([
    "reporting": SightRules(published: true), "crm": SightRules(hide: ["user.mail"]), "mine": SightRules(own: true),
    "all": SightRules(),
  ])

  private static func sight(_ sights: [String], scopes: [String] = ["read"], user: Int? = nil) -> Sight {
    Self.sights.sight(of: SightTwins.token(sights: sights, scopes: scopes, user: user))
  }

  @Test func sightsAreJoined() {
    #expect(
      Self.sight([]) == .everything && Self.sight(["all"]) == .everything && Self.sight([], scopes: ["*"]).isEverything)
    #expect(Self.sight(["reporting"]) == Sight([SightRules(published: true)]))
    #expect(
      Self.sight(["reporting", "crm"]) == Sight([SightRules(published: true), SightRules(hide: ["user.mail"])]))
    // Users are told apart where it makes a difference.
    #expect(Self.sight(["reporting"], user: 1) == Self.sight(["reporting"], user: 3))
    #expect(Self.sight(["mine"], user: 1) == Sight([SightRules(own: true)], user: SightTwins.id(1)))
    #expect(Self.sight(["mine"], user: 1) != Self.sight(["mine"], user: 3))
  }

  /// A sight that the configuration does not have shows nothing.
  @Test func aLostSightShowsNothing() throws {
    let made = try SightTwins.mirror(isWhole: true)
    for sights in [["lost"], ["all", "lost"], ["lost", "reporting"]] {
      try ResourceReader(made.mirror).snapshot(seeing: Self.sight(sights)) {
        let types = try $0.types()
        #expect(types.isEmpty)
      }
    }
  }

  @Test func scopesNarrowTheTypes() throws {
    let made = try SightTwins.mirror(isWhole: true)
    for (scopes, types) in [
      (["read:node"], ["node--topic"]), (["read:node--topic", "read:user"], ["node--topic", "user--user"]),
      (["write", "openid"], []), (["write:node"], []), (["read:nope"], []), ([], []),
    ] as [([String], [String])] {
      try ResourceReader(made.mirror).snapshot(seeing: Self.sight([], scopes: scopes)) {
        let seen = try $0.types().map(\.name)
        #expect(seen == types, "\(scopes)")
      }
      // What may be told of the user behind the token is not a matter of types.
      let viewer = Viewer(.known(SightTwins.token(sights: [], scopes: scopes)), Self.sights)
      #expect(viewer.sightOfThemselves == .everything && !viewer.sight.isEverything)
    }
    #expect(Viewer(.anonymous, Self.sights).sight == .everything)
  }
}
