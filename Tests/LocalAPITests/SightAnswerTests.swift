import HTTPTypes
import JSONAPI
import NIOCore
import OpenSocial
import Store
import Support
import Testing
import TokenIssuer

@testable import LocalAPI

/// What a sight leaves out is in no answer, and no answer tells of it.
@Suite struct SightAnswerTests {
  private static let topics = "/jsonapi/node/topic"
  private static let everything = SightTwins.token(sights: [])

  /// Reads of all kinds: of what is shown, of what is not, and of what leads from one to the other.
  static let targets: [String] = {
    let queries: [String] = [
      "", "page[limit]=1", "page[limit]=2", "page[limit]=4", "page[offset]=1&page[limit]=2", "page[offset]=3",
      "page[offset]=4", "sort=title", "sort=-title&page[limit]=2", "sort=-title&page[offset]=2", "sort=status,-changed",
      "sort=field_secret", "sort=-field_private_note", "sort=uid.name", "sort=-uid.mail", "sort=field_image.filename",
      "sort=field_private_user.name", "sort=field_tags.name", "sort=uid.meta.drupal_internal__target_id", "sort=nope",
      "filter[title]=echo", "filter[title]=alfa", "filter[status]=0", "filter[status]=1", "filter[field_secret]=5",
      "filter[field_private_note]=x", "filter[uid.name]=anna", "filter[uid.name]=bob", "filter[uid.mail]=x",
      "filter[uid.status]=0", "filter[uid.id]=\(SightTwins.id(2))", "filter[id]=\(SightTwins.id(105))",
      "filter[uid.meta.drupal_internal__target_id]=2", "filter[field_private_user.name]=anna",
      "filter[field_private_user.id]=\(SightTwins.id(1))", "filter[field_tags.name]=red", "filter[nope]=1",
      "filter[field_image.uri.value]=private", "filter[field_image.filename]=f32.png",
      "filter[a][condition][path]=uid.name&filter[a][condition][operator]=IS NULL",
      "filter[a][condition][path]=uid.name&filter[a][condition][operator]=<>&filter[a][condition][value]=anna",
      "filter[a][condition][path]=field_image.filename&filter[a][condition][operator]=IS NULL",
      "filter[a][condition][path]=field_secret&filter[a][condition][operator]=IS NOT NULL",
      "filter[a][condition][path]=title&filter[a][condition][operator]=>&filter[a][condition][value]=c",
      "filter[o][group][conjunction]=OR&filter[a][condition][path]=uid.name&filter[a][condition][value]=bob"
        + "&filter[a][condition][memberOf]=o&filter[b][condition][path]=status&filter[b][condition][value]=0"
        + "&filter[b][condition][memberOf]=o",
      "include=uid", "include=uid,field_image,field_tags", "include=field_private_user", "include=nope",
      "include=field_tags.parent", "include=uid.nope", "fields[node--topic]=title,field_secret,uid",
      "fields[node--topic]=field_private_user&include=uid&fields[user--user]=mail", "resourceVersion=id:1", "foo=1",
    ]
    var targets = queries.map { topics + ($0.isEmpty ? "" : "?\($0.replacing(" ", with: "%20"))") }
    for number in 101...108 {
      let place = "\(topics)/\(SightTwins.id(number))"
      targets += [place, "\(place)?include=uid,field_image", "\(place)?fields[node--topic]=field_secret"]
      for field in ["uid", "field_image", "field_tags", "field_private_user", "field_secret", "nope"] {
        targets += ["\(place)/\(field)", "\(place)/\(field)?include=uid", "\(place)/relationships/\(field)"]
      }
    }
    for (path, numbers) in [("user/user", 1...4), ("file/file", 31...33), ("taxonomy_term/tag", 11...12)] {
      targets += ["/jsonapi/\(path)", "/jsonapi/\(path)?page[limit]=1", "/jsonapi/\(path)?sort=-changed"]
      targets += ["filter[mail]=x", "sort=mail", "sort=name", "filter[status]=0"].map { "/jsonapi/\(path)?\($0)" }
      targets += numbers.map { "/jsonapi/\(path)/\(SightTwins.id($0))" }
      targets += numbers.map { "/jsonapi/\(path)/\(SightTwins.id($0))?fields[user--user]=mail,name" }
    }
    return targets + ["/jsonapi", "/files/f31.png", "/files/f32.png", "/files/f33.png"]
  }()

  /// Two mirrors that differ only in what is left out answer the same, byte for byte, header fields too.
  @Test func whatIsLeftOutIsInNoAnswer() throws {
    let (whole, lesser) = (
      SightDesk(try SightTwins.mirror(isWhole: true)), SightDesk(try SightTwins.mirror(isWhole: false))
    )
    var (differing, shown) = (0, 0)
    for target in Self.targets {
      for method in [HTTPRequest.Method.get, .head, .options] {
        let (one, other) = (try whole.text(target, method), try lesser.text(target, method))
        #expect(one == other, "\(method) \(target)")
        shown += one.hasPrefix("200") ? 1 : 0
        #expect(!one.contains("anna@") && !one.contains("Charlie") && !one.contains("note 5"), "\(target)")
      }
      let all = try (whole.ask(target, as: Self.everything)?.body, lesser.ask(target, as: Self.everything)?.body)
      differing += all.0 == all.1 ? 0 : 1
    }
    // It is no proof where nothing differs, or nothing is shown.
    #expect(differing > 60 && shown > 150, "\(differing) \(shown)")
  }

  /// Resource objects are kept as they were sent to whoever asked: who may see less gets what he got when nothing was kept.
  @Test func whatWasSentToOthersTellsNothing() throws {
    let desk = SightDesk(try SightTwins.mirror(isWhole: true))
    let cold = try Self.targets.map { try desk.text($0, .get) }
    for _ in 0..<3 {
      for target in Self.targets { _ = try desk.ask(target, as: Self.everything) }
      for (target, cold) in zip(Self.targets, cold) { #expect(try desk.text(target, .get) == cold, "\(target)") }
    }
  }

  /// Automatic indexes know all rows and answer for what is shown.
  @Test func indexesTellNothing() throws {
    let (whole, lesser) = (
      SightDesk(try SightTwins.mirror(isWhole: true)), SightDesk(try SightTwins.mirror(isWhole: false))
    )
    for desk in [whole, lesser] {
      for target in Self.targets { _ = try desk.ask(target, as: Self.everything) }
      var usage = PathUsage()
      (usage.queries, usage.slowestMilliseconds) = (100, 10_000)
      let uses = desk.answers.reader.usage.take().keys
      try desk.made.mirror.indexing.note(Dictionary(uniqueKeysWithValues: uses.map { ($0, usage) }), at: 7)
      while try desk.made.mirror.indexing.buildPathIndexes(resources: 2) {}
      #expect(try !desk.made.mirror.indexing.pathIndexes().isEmpty)
    }
    for target in Self.targets {
      let (one, other) = (try whole.text(target), try lesser.text(target))
      #expect(one == other, "\(target)")
    }
  }

  @Test func aHiddenResourceIsAsOneThatIsNotThere() throws {
    let desk = SightDesk(try SightTwins.mirror(isWhole: true))
    func number(_ target: String, _ number: Int) throws -> String {
      try desk.text(target.replacing("N", with: SightTwins.id(number))).replacing(SightTwins.id(number), with: "N")
    }
    for place in ["N", "N?include=uid", "N/uid", "N/relationships/uid", "N/nope", "N/relationships/nope"] {
      let target = "\(Self.topics)/\(place)"
      #expect(try number(target, 105) == number(target, 999), "\(target)")
      #expect(try number(target, 105).hasPrefix("404") || place.hasSuffix("nope"), "\(target)")
    }
    #expect(try desk.ask(Self.topics)?.status == 200)
    // A type that is not there is nowhere; nor are its resources.
    #expect(try desk.ask("/jsonapi/taxonomy_term/tag") == nil)
    #expect(try desk.ask("/jsonapi/taxonomy_term/tag/\(SightTwins.id(11))") == nil)
    #expect(try desk.ask("/jsonapi/taxonomy_term/tag", .options) == nil)
    let entry = try #require(try desk.ask("/jsonapi"))
    let links = try JSON(parsing: Array(entry.body.readableBytesView))["links"]?.object?.names
    #expect(links == ["file--file", "node--topic", "self", "user--user"])
    // What leads to a hidden resource names it; it leads nowhere.
    let related = try #require(try desk.ask("\(Self.topics)/\(SightTwins.id(103))/uid"))
    #expect(try JSON(parsing: Array(related.body.readableBytesView))["data"] == JSON.null)
  }

  /// A page ends where the last row that is shown ends.
  @Test func pagesEndWithWhatIsShown() throws {
    let desk = SightDesk(try SightTwins.mirror(isWhole: true))
    /// The serial numbers, and 0 where more follow.
    func page(_ query: String) throws -> [Int64] {
      let answer = try #require(try desk.ask("\(Self.topics)?\(query)"))
      let document = try JSON(parsing: Array(answer.body.readableBytesView))
      let numbers = document["data"]?.array?.compactMap { $0["attributes"]?["drupal_internal__nid"]?.integer } ?? []
      return numbers + (document["links"]?["next"] == nil ? [] : [0])
    }
    #expect(try page("page[limit]=4") == [101, 103, 104, 106])
    #expect(try page("page[limit]=3") == [101, 103, 104, 0])
    #expect(try page("page[offset]=2&page[limit]=2") == [104, 106])
    #expect(try page("sort=title&page[offset]=1&page[limit]=2") == [103, 101, 0])
  }

  /// The tag is that of what is shown: another comes with another body, and with nothing else.
  @Test func tagsFollowWhatIsShown() throws {
    let made = try SightTwins.mirror(isWhole: true)
    let desk = SightDesk(made)
    let targets = [
      Self.topics, "\(Self.topics)?include=uid", "\(Self.topics)/\(SightTwins.id(101))",
      "\(Self.topics)/\(SightTwins.id(101))?include=uid", "\(Self.topics)/\(SightTwins.id(101))/uid",
      "\(Self.topics)/\(SightTwins.id(101))/relationships/uid",
    ]
    func tags() throws -> [String] { try targets.map { try #require(try desk.ask($0)?.fields[.eTag]) } }
    let before = try tags()
    // Hidden rows and fields change.
    try SightTwins.add(
      [SightTwins.topic(105, "Changed", secret: 8, false, user: 3, friend: nil, image: nil)], of: "node--topic",
      to: made)
    try SightTwins.add(
      [SightTwins.topic(101, "Delta", secret: 77, user: 1, friend: 1, image: 31)], of: "node--topic", to: made)
    try SightTwins.add([SightTwins.user(1, "Anna", mail: "new@example.test")], of: "user--user", to: made)
    #expect(try tags() == before)
    for (target, tag) in zip(targets, before) {
      for header in [tag, "*"] {
        for method in [HTTPRequest.Method.get, .head] {
          let answer = try desk.ask(target, method, having: header)
          #expect(answer?.status == 304 && answer?.fields[.eTag] == tag, "\(method) \(target)")
        }
      }
      #expect(try desk.ask(target, having: "\"x\"")?.status == 200)
    }
    try SightTwins.add(
      [SightTwins.topic(101, "New", secret: 77, user: 3, friend: 1, image: 31)], of: "node--topic", to: made)
    for (one, other) in zip(try tags(), before) { #expect(one != other) }
  }

  /// `Mirror-Pending` counts what waits of what is shown.
  @Test func whatWaitsOfHiddenFieldsIsNotCounted() throws {
    let made = try SightTwins.mirror(isWhole: true)
    let desk = SightDesk(made)
    func pending(_ target: String, as token: AccessToken) throws -> String? {
      try desk.ask(target, as: token)?.fields[.mirrorPending]
    }
    func change(_ number: Int, _ name: String, _ value: JSON) throws {
      var object = ResourceObject(type: "node--topic", id: SightTwins.id(number))
      object.attributes = JSONObject([(name, value)])
      let uuid = try #require(ResourceID(SightTwins.id(number)))
      _ = try made.mirror.recording.record(
        [
          LocalChange(
            type: "node--topic", uuid: uuid, action: .update(object), author: ChangeAuthor(consumer: "crm"))
        ], at: 1_800_000_000)
    }
    try change(101, "field_secret", 12)
    try change(105, "title", "Hidden")
    let one = "\(Self.topics)/\(SightTwins.id(101))"
    let readers = [SightTwins.token(), Self.everything]
    #expect(try readers.map { try pending(one, as: $0) } == ["0", "1"])
    #expect(try readers.map { try pending(Self.topics, as: $0) } == ["0", "2"])
    try change(103, "title", "Shown")
    #expect(try readers.map { try pending(Self.topics, as: $0) } == ["1", "3"])
  }

  /// The content of a file is where its resource is.
  @Test func contentsAreWhereTheirFilesAre() throws {
    let made = try SightTwins.mirror(isWhole: true)
    let desk = SightDesk(made)
    for file in try made.mirror.files.filesToFetch(.all, after: 0, limit: 9, now: 1) {
      try made.mirror.files.note(
        FileContent(
          source: file.identity, hash: String(repeating: "a", count: 64), bytes: 9, mediaType: "image/png",
          validator: nil, lastModified: 1_700_000_000, isPublic: file.isPublic), of: file, at: 1)
    }
    func isThere(_ number: Int, _ sight: Sight) throws -> Bool {
      try desk.files.content("/files/f\(number).png", seeing: sight) != nil
    }
    let cases: [(sight: Sight, numbers: [Int])] = [
      (Sight.everything, [31, 32]), (SightTwins.sight(), [31]), (Sight([SightRules(types: .only(["node"]))]), []),
      (Sight([SightRules(hide: ["file.uri"])]), []), (Sight([SightRules(hide: ["file.filename"])]), [31, 32]),
    ]
    for (sight, numbers) in cases { #expect(try [31, 32].filter { try isThere($0, sight) } == numbers) }
    let public31 = try #require(try desk.files.content("/files/f31.png", seeing: .everything))
    #expect(try desk.files.content("/files/f31.png", seeing: SightTwins.sight()) == public31)
  }

  @Test func userinfoTellsNoMore() throws {
    let desk = SightDesk(try SightTwins.mirror(isWhole: true))
    func told(_ sight: Sight) throws -> UserInfo? {
      try desk.people.userInfo(
        of: SightTwins.token(user: 1), DocumentBase(SightDesk.base), seeing: sight)
    }
    #expect(try told(.everything)?.email == "anna@example.test")
    let lesser = try #require(try told(SightTwins.sight()))
    #expect(lesser.email == nil && lesser.name == "Anna" && lesser.subject == "1")
    #expect(try told(Sight([SightRules(types: .except(["user"]))])) == nil)
  }
}
