import JSONAPI
import OpenSocial
import Store
import Support
import Testing

/// Whoever follows the change feed has the same as the mirror shows, whenever it stops and goes on, and learns of nothing else.
@Suite struct FeedTests {
  private static let published = Sight([SightRules(types: .only(["node"]), published: true)])

  private static func topic(_ number: Int, _ title: String, _ status: Bool = true, user: Int = 1) -> String {
    SmallCommunity.topic(number, #""title":"\#(title)","status":\#(status)"#, users: [user])
  }

  private static func remove(_ number: Int, of made: CrawledMirror) throws {
    let sweeping = made.mirror.sweeping
    _ = try sweeping.beginSweep(of: "node--topic", at: 1)
    let all = try sweeping.everything(of: "node--topic")
    let candidate = try #require(all.first { $0.uuid.description == SmallCommunity.uuid(number) })
    _ = try sweeping.remove([Removal(candidate, .deleted, how: "404")], of: "node--topic", onHidden: .drop, at: 1)
  }

  private static func page(
    _ made: CrawledMirror, _ position: FeedPosition, _ limit: Int = FeedQuestion.most, seeing sight: Sight = .everything
  ) throws -> FeedPage {
    try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
      try snapshot.changes(FeedQuestion(after: position, limit: limit, documents: DocumentBase("https://m.example")))
    }
  }

  /// `number kind origin` of each change behind a place.
  private static func told(
    _ made: CrawledMirror, _ position: FeedPosition, seeing sight: Sight = .everything
  ) throws -> [String] {
    try page(made, position, seeing: sight).changes.map { "\(Int($0.id.suffix(12)) ?? 0) \($0.kind) \($0.origin)" }
  }

  // MARK: What is told

  @Test func eachResourceIsToldOfOnceWithItsNewestChange() throws {
    let made = try SmallCommunity.mirror([SmallCommunity.user(1, "Anna"), Self.topic(101, "A"), Self.topic(102, "B")])
    #expect(try Self.told(made, .beginning) == ["1 created site", "101 created site", "102 created site"])
    let end = try made.mirror.feed.state().end
    #expect(try Self.told(made, end).isEmpty)
    try SmallCommunity.add([Self.topic(101, "A2")], to: made)
    try SmallCommunity.add([Self.topic(103, "C")], to: made)
    try Self.remove(102, of: made)
    #expect(try Self.told(made, end) == ["101 changed site", "103 created site", "102 removed site"])
    // Who begins now hears nothing of what was never there for it.
    #expect(try Self.told(made, .beginning) == ["1 created site", "101 changed site", "103 created site"])
    let page = try Self.page(made, end)
    #expect(page.changes.map(\.sequence) == page.changes.map(\.sequence).sorted())
    #expect(page.isEnd && page.changes.allSatisfy { $0.time != nil })
    #expect(page.changes[2].document == nil)
    let document = try JSON(parsing: #require(page.changes[0].document))
    #expect(document["attributes"]?["title"] == "A2" && document["id"]?.string == SmallCommunity.uuid(101))
  }

  @Test func aChangeIsOneLineOfJSON() throws {
    let made = try SmallCommunity.mirror([Self.topic(101, "A")])
    let page = try Self.page(made, .beginning)
    var bytes: [UInt8] = []
    try #require(page.changes.first).append(to: &bytes, position: page.position)
    let line = try JSON(parsing: bytes)
    #expect(line.object?.names == ["sequence", "resource", "kind", "origin", "time", "position", "document"])
    #expect(line["resource"]?["type"] == "node--topic" && line["kind"] == "created" && line["origin"] == "site")
    #expect(line["time"]?.string.flatMap(RFC3339.unixSeconds) != nil)
    #expect(!bytes.contains(0x0A))
  }

  // MARK: Sights

  @Test func whatIsNotShownIsNotToldOf() throws {
    let made = try SmallCommunity.mirror([
      SmallCommunity.user(1, "Anna"), Self.topic(101, "A"), Self.topic(102, "B", false), Self.topic(103, "C"),
    ])
    func told(_ position: FeedPosition) throws -> [String] { try Self.told(made, position, seeing: Self.published) }
    #expect(try told(.beginning) == ["101 created site", "103 created site"])
    var end = try made.mirror.feed.state().end
    // Of what is hidden before and after, nothing; of what is hidden now, that it is gone, without what it holds.
    try SmallCommunity.add([Self.topic(102, "B2", false), SmallCommunity.user(1, "Ann")], to: made)
    try SmallCommunity.add([Self.topic(101, "A2", false)], to: made)
    #expect(try told(end) == ["101 removed site"])
    #expect(try Self.page(made, end, seeing: Self.published).changes[0].document == nil)
    // It goes on changing where nobody sees it: who was not told yet is told all the same, who was is not.
    let later = try made.mirror.feed.state().end
    try SmallCommunity.add([Self.topic(101, "A3", false)], to: made)
    #expect(try told(end) == ["101 removed site"] && told(later).isEmpty)
    end = later
    // What is hidden leaves unheard, what is shown is gone.
    try Self.remove(102, of: made)
    try Self.remove(101, of: made)
    #expect(try told(end).isEmpty)
    try Self.remove(103, of: made)
    #expect(try told(end) == ["103 removed site"])
    try SmallCommunity.add([Self.topic(102, "B3", true)], to: made)
    #expect(try told(end) == ["103 removed site", "102 created site"])
  }

  @Test func whatIsNoLongerOnesOwnIsGone() throws {
    let made = try SmallCommunity.mirror([
      SmallCommunity.user(1, "Anna"), SmallCommunity.user(2, "Bob"), Self.topic(101, "A", user: 1),
    ])
    let (anna, bob) = (
      Sight([SightRules(own: true)], user: SmallCommunity.uuid(1)),
      Sight([SightRules(own: true)], user: SmallCommunity.uuid(2))
    )
    let end = try made.mirror.feed.state().end
    try SmallCommunity.add([Self.topic(101, "A", user: 2)], to: made)
    #expect(try Self.told(made, end, seeing: anna) == ["101 removed site"])
    #expect(try Self.told(made, end, seeing: bob) == ["101 changed site"])
    try Self.remove(101, of: made)
    #expect(try Self.told(made, end, seeing: bob) == ["101 removed site"])
  }

  @Test func whatIsPublishedAgainIsThere() throws {
    let made = try SmallCommunity.mirror([Self.topic(101, "A")])
    let end = try made.mirror.feed.state().end
    for status in [false, true, false, true] { try SmallCommunity.add([Self.topic(101, "A", status)], to: made) }
    #expect(try Self.told(made, end, seeing: Self.published) == ["101 changed site"])
  }

  @Test func aFileThatIsNotEverybodysAnyMoreIsGone() throws {
    func file(_ place: String) -> String {
      SmallCommunity.object(
        "file--file", 31,
        #""drupal_internal__fid":31,"filename":"f","uri":{"value":"\#(place):\/\/a.png","url":"\/f31"},"filesize":1"#)
    }
    let made = try SmallCommunity.mirror([file("public")])
    let sight = Sight([SightRules(privateFiles: false)])
    let end = try made.mirror.feed.state().end
    try SmallCommunity.add([file("private")], to: made)
    #expect(try Self.told(made, end, seeing: sight) == ["31 removed site"])
    #expect(try Self.told(made, end) == ["31 changed site"])
  }

  /// Ids that are no UUIDs: where one is written otherwise by now, nothing is under the former one.
  @Test func whatIsUnderAnotherIDIsGoneUnderTheFormer() throws {
    func topic(_ id: String) -> String { Self.topic(101, "A").replacing(SmallCommunity.uuid(101), with: id) }
    let made = try SmallCommunity.mirror([topic("Topic-A")])
    let end = try made.mirror.feed.state().end
    try SmallCommunity.add([topic("topic-a")], to: made)
    for sight in [Sight.everything, Self.published] {
      let changes = try Self.page(made, end, seeing: sight).changes
      #expect(changes.map { "\($0.id) \($0.kind)" } == ["Topic-A removed", "topic-a changed"])
    }
  }

  // MARK: Too far behind

  @Test func notesOfWhatHasLeftAreCut() throws {
    let made = try SmallCommunity.mirror((101...110).map { Self.topic($0, "T") })
    let feed = made.mirror.feed
    let whole = try Self.page(made, .beginning, 3)
    let end = try feed.state().end
    for number in 101...104 { try Self.remove(number, of: made) }
    #expect(try feed.cut(before: 0) == 0)
    #expect(try feed.state().keptFrom < end.sequence)
    #expect(try Self.told(made, end).count == 4)
    let middle = try Self.page(made, end, 3).position
    // The oldest go where there are too many: of each removal there is a note, and what it was shown by.
    #expect(try feed.cut(before: 0, keeping: 2) > 0)
    #expect(throws: FeedRefusal.self) { try Self.page(made, end) }
    #expect(try Self.told(made, middle) == ["104 removed site"])
    #expect(try feed.cut(before: .max) > 0)
    #expect(throws: FeedRefusal.self) { try Self.page(made, middle) }
    // One that had only begun misses what has left, too.
    #expect(throws: FeedRefusal.self) { try Self.page(made, whole.position) }
    #expect(try Self.told(made, .beginning).count == 6)
    let now = try feed.state().end
    #expect(try Self.told(made, now).isEmpty)
  }

  // MARK: A consumer that is killed at random

  /// A copy with its place, kept together, as a consumer keeps them in one transaction.
  private struct Copy {
    var titles: [String: String] = [:]
    var position = FeedPosition.beginning

    mutating func take(_ page: FeedPage) throws {
      for change in page.changes where change.kind == .removed { titles[change.id] = nil }
      for change in page.changes where change.kind != .removed {
        let document = try JSON(parsing: change.document ?? Array("null".utf8))
        titles[change.id] = document["attributes"]?["title"]?.string ?? "?"
      }
      position = try #require(FeedPosition(page.position.text))
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func aConsumerThatIsKilledAtRandomHasTheSame(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let made = try SmallCommunity.mirror([Self.topic(100, "0")])
    var model: [Int: (title: String, isPublished: Bool)] = [100: ("0", true)]
    let sights = [Sight.everything, Self.published]
    var copies = sights.map { _ in Copy() }
    for step in 0..<250 {
      let number = 100 + random.below(12)
      if random.below(4) == 0, model[number] != nil {
        try Self.remove(number, of: made)
        model[number] = nil
      } else {
        model[number] = ("\(step)", random.below(3) > 0)
        let (title, status) = ("\(step)", model[number]?.isPublished ?? true)
        try SmallCommunity.add([Self.topic(number, title, status)], to: made)
      }
      for (index, sight) in sights.enumerated() where random.below(3) == 0 {
        let page = try Self.page(made, copies[index].position, 1 + random.below(4), seeing: sight)
        // Killed before it kept the page, or after.
        if random.below(2) == 0 { try copies[index].take(page) }
      }
    }
    for (index, sight) in sights.enumerated() {
      var isEnd = false
      while !isEnd {
        let page = try Self.page(made, copies[index].position, 3, seeing: sight)
        try copies[index].take(page)
        isEnd = page.isEnd
      }
      let shown = model.filter { sight.isEverything || $0.value.isPublished }
      let expected = Dictionary(uniqueKeysWithValues: shown.map { (SmallCommunity.uuid($0.key), $0.value.title) })
      #expect(copies[index].titles == expected, "seed \(seed), sight \(index)")
    }
  }

  // MARK: Waiting

  @Test func aCommitWakesWhoWaits() async throws {
    let made = try SmallCommunity.mirror([Self.topic(101, "A")])
    let watch = try FeedWatch(made.mirror.feed)
    let seen = try watch.seen()
    #expect(try await !watch.wait(past: seen, for: .milliseconds(20)))
    async let woke = watch.wait(past: seen, for: .seconds(60))
    try SmallCommunity.add([Self.topic(101, "B")], to: made)
    #expect(try await woke)
    // What was committed before counts.
    #expect(try await watch.wait(past: seen, for: .seconds(60)))
  }

  // MARK: Places of webhooks

  @Test func placesOfWebhooksAreKept() throws {
    let made = try SmallCommunity.mirror([Self.topic(101, "A")])
    let feed = made.mirror.feed
    try feed.keep(webhooks: ["crm", "old"], at: 5)
    let end = try feed.state().end
    #expect(try feed.webhooks().map(\.position) == [end, end])
    try feed.failed("crm", "it answers 500", next: 20, at: 10)
    try feed.failed("crm", "it answers 502", next: 40, at: 20)
    var row = try #require(try feed.webhooks().first)
    #expect(row.failures == 2 && row.failingSince == 10 && row.nextAttempt == 40 && row.lastError == "it answers 502")
    try SmallCommunity.add([Self.topic(101, "B")], to: made)
    try feed.keep(webhooks: ["crm"], at: 30)
    try feed.delivered("crm", upTo: feed.state().end, at: 30)
    row = try #require(try feed.webhooks().first)
    #expect(try feed.webhooks().count == 1 && row.position == feed.state().end && row.failingSince == nil)
    #expect(row.delivered == 30 && row.failures == 0 && row.lastError == nil)
  }
}
