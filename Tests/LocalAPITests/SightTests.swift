import JSONAPI
import OpenSocial
import NIOCore
import Store
import Support
import Testing

@testable import LocalAPI

/// Callers of different sights share nothing that is kept: neither answers nor tags.
@Suite struct SightTests {
  private static let sights = [Sight.everything] + (1...40).map { Sight(identity: $0) }

  private static func question(_ sight: Sight) -> AnswerCache.Question {
    AnswerCache.Question(sight: sight, base: "http://h", target: "/jsonapi/node/topic", isPacked: false)
  }

  @Test func keptAnswersAreOfOneSight() {
    let cache = AnswerCache()
    let origin = AnswerCache.Origin(version: 1, facts: SiteFacts())
    for sight in Self.sights {
      let question = Self.question(sight)
      #expect(!cache.knows(question) && cache.answer(to: question, from: origin) == nil)
      let answer = Answer(document: ByteBuffer(repeating: 0x20, count: 20_000 + sight.identity))
      cache.note(answer, to: question, from: origin)
    }
    for sight in Self.sights {
      #expect(
        cache.answer(to: Self.question(sight), from: origin)?.body.readableBytes == 20_000 + sight.identity,
        "\(sight)")
    }
  }

  /// No number of a change and no sight make the tag of another pair.
  @Test func tagsAreOfOneSight() {
    let tags = EntityTags()
    var seen: Set<String> = []
    for sight in Self.sights {
      for sequence in Int64(0)..<100 {
        let tag = tags.tag(sequence, seeing: sight)
        #expect(seen.insert(tag).inserted, "\(tag)")
        if sight != .everything {
          #expect(!Precondition(tags.tag(sequence, seeing: .everything)).names(tag), "\(tag)")
        }
        #expect(Precondition(tag).names(tag), "\(tag)")
      }
    }
  }

  /// Who sees everything is told the number alone, as before there were sights.
  @Test func theTagOfEverythingIsTheNumber() {
    let tags = EntityTags()
    let tag = tags.tag(1_234, seeing: .everything)
    #expect(tag.hasPrefix("W/\"") && tag.hasSuffix("-1234\"") && tag.count { $0 == "-" } == 1)
  }

  /// Who sees everything gets what is asked for as it is; whoever does not, of what the schema names.
  @Test func membersAreOfOneSight() throws {
    let made = try CrawledMirror.full()
    let reader = ResourceReader(made.mirror)
    for sight in Self.sights.prefix(2) {
      try reader.snapshot(seeing: sight) { snapshot in
        let type = try #require(try snapshot.type(name: "node--topic"))
        let names = Set(try #require(try snapshot.schema(of: type)).fields.map(\.name))
        #expect(names.contains("title"))
        let isAll = sight == .everything
        #expect(try snapshot.members(of: type, asked: nil) == (isAll ? nil : names))
        let asked: Set = ["title", "nope"]
        #expect(try snapshot.members(of: type, asked: asked) == (isAll ? asked : asked.intersection(names)))
      }
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
