import JSONAPI
import NIOCore
import Store
import Support
import Testing

@testable import LocalAPI

@Suite struct AnswerCacheTests {
  private static let question = AnswerCache.Question(
    sight: .everything, base: "http://h", target: "/jsonapi/node/topic", isPacked: false)

  private static func answer(_ size: Int) -> Answer { Answer(document: .init(repeating: 0x20, count: size)) }

  private static func origin(_ version: Int64) -> AnswerCache.Origin { .init(version: version, facts: SiteFacts()) }

  @Test func theSecondOfItsKindIsKept() {
    let cache = AnswerCache()
    #expect(!cache.knows(Self.question))
    cache.note(Self.answer(20_000), to: Self.question, from: nil)
    #expect(cache.knows(Self.question) && cache.answer(to: Self.question, from: Self.origin(1)) == nil)
    cache.note(Self.answer(20_000), to: Self.question, from: Self.origin(1))
    #expect(cache.answer(to: Self.question, from: Self.origin(1))?.body.readableBytes == 20_000)
    var other = Self.question
    other.base = "http://other"
    #expect(cache.answer(to: other, from: Self.origin(1)) == nil)
  }

  @Test func anotherOriginIsAnotherAnswer() {
    let cache = AnswerCache()
    cache.note(Self.answer(1), to: Self.question, from: Self.origin(1))
    #expect(cache.answer(to: Self.question, from: Self.origin(2)) == nil)
    let french = AnswerCache.Origin(version: 1, facts: SiteFacts(version: "1.0", language: "fr"))
    #expect(cache.answer(to: Self.question, from: french) == nil)
    cache.note(Self.answer(2), to: Self.question, from: Self.origin(2))
    #expect(cache.answer(to: Self.question, from: Self.origin(1)) == nil)
    #expect(cache.answer(to: Self.question, from: Self.origin(2))?.body.readableBytes == 2)
  }

  @Test func memoryIsBounded() {
    let cache = AnswerCache(capacity: 80_000)
    var questions: [AnswerCache.Question] = []
    for number in 0..<100 {
      let question = AnswerCache.Question(
        sight: .everything, base: "http://h", target: "/jsonapi/x?page=\(number)", isPacked: false)
      questions.append(question)
      cache.note(Self.answer(9_000), to: question, from: Self.origin(1))
    }
    let kept = questions.compactMap { cache.answer(to: $0, from: Self.origin(1))?.body.readableBytes }
    #expect(!kept.isEmpty && kept.reduce(0, +) <= 80_000)
    cache.note(Self.answer(20_000), to: Self.question, from: Self.origin(1))
    #expect(cache.answer(to: Self.question, from: Self.origin(1)) == nil, "one answer must not take the place of all")
  }

  /// What counts is the memory that an answer takes: that of a body without the room it was made in, and of its question.
  @Test func roomAndQuestionsCount() throws {
    var roomy = Self.answer(9_000)
    roomy.body.reserveCapacity(4 << 20)
    let cache = AnswerCache(capacity: 80_000)
    cache.note(roomy, to: Self.question, from: Self.origin(1))
    let kept = try #require(cache.answer(to: Self.question, from: Self.origin(1)))
    #expect(kept.body == roomy.body && kept.body.storageCapacity < 20_000)
    var long = Self.question
    long.target += "?page=" + String(repeating: "1", count: 30_000)
    for number in 0..<3 {
      cache.note(Self.answer(1), to: long, from: Self.origin(1))
      long.target += "\(number)"
    }
    #expect(cache.answer(to: Self.question, from: Self.origin(1)) == nil, "three long questions need its room")
  }

  /// What was kept is not shown once the mirror is another one, nor to whom it is not for.
  @Test func keptAnswersAreTrue() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let target = "/jsonapi/node/topic?sort=drupal_internal__nid"
    let first = await api.answer("GET", target)
    #expect(first.status == 200 && first.body.count > AnswerCache.leastBytes)
    for _ in 0..<3 { #expect(await api.answer("GET", target).body == first.body) }
    let packed = await api.answer("GET", target, ["Accept-Encoding": "gzip"])
    #expect(packed.fields["content-encoding"] == "gzip")
    #expect(await api.answer("GET", target, ["Accept-Encoding": nil]).body == first.body)

    let id = try #require(try JSON(parsing: first.body)["data"]?.array?.first?["id"]?.string)
    let object = try ResourceObject(["type": "node--topic", "attributes": ["title": "Said here"]])
    _ = try made.mirror.recording.record(
      LocalChange(
        type: "node--topic", uuid: #require(ResourceID(id)), action: .update(object),
        author: ChangeAuthor(consumer: "crm")), at: 1_795_400_000)
    for _ in 0..<3 {
      let changed = await api.answer("GET", target)
      #expect(try JSON(parsing: changed.body)["data"]?.array?.first?["attributes"]?["title"] == "Said here")
      #expect(changed.fields["mirror-pending"] == "1")
    }

    #expect(await api.answer("GET", target, ["Authorization": nil]).status == 401)
    #expect(await api.answer("GET", target, ["Authorization": "Bearer x.y.z"]).status == 401)
    let elsewhere = await api.answer("GET", target, ["Host": "elsewhere.example"])
    #expect(String(decoding: elsewhere.body, as: UTF8.self).contains("elsewhere.example"))
    #expect(!String(decoding: await api.answer("GET", target).body, as: UTF8.self).contains("elsewhere.example"))
  }
}
