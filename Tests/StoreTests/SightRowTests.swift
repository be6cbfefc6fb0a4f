import JSONAPI
import OpenSocial
import Store
import Support
import Testing

/// For its holder a row that a sight leaves out is as one that the mirror does not have, a field as one that the type does not have.
@Suite struct SightRowTests {
  private static let published = Sight([SightRules(published: true)])

  private static func user(_ number: Int, _ name: String) -> String {
    SmallCommunity.object(
      "user--user", number,
      #""drupal_internal__uid":\#(number),"name":"\#(name)","mail":"\#(name.lowercased())@example.test""#)
  }

  private static func topic(_ number: Int, _ title: String, _ status: String, user: Int, tags: [Int] = []) -> String {
    SmallCommunity.topic(number, #""title":"\#(title)","status":\#(status)"#, users: [user], tags: tags)
  }

  private static func file(_ number: Int, _ uri: String) -> String {
    SmallCommunity.object(
      "file--file", number,
      #""drupal_internal__fid":\#(number),"filename":"f","uri":{"value":"\#(uri)","url":"\/f\#(number)"},"filesize":1"#)
  }

  /// What refers to two types whose names have the same field.
  private static func referrer(_ number: Int, _ link: String) -> String {
    SmallCommunity.object(
      "node--topic", number, #""drupal_internal__nid":\#(number),"title":"R\#(number)","status":true"#,
      #""field_ref":{"data":[\#(link)]}"#)
  }

  private static func community() throws -> CrawledMirror {
    try SmallCommunity.mirror([
      user(1, "Anna"), user(2, "Bob"), SmallCommunity.tag(11, "red"), SmallCommunity.tag(12, "Anna"),
      topic(101, "D", "true", user: 1, tags: [11]), topic(102, "C", "false", user: 2, tags: [11]),
      topic(103, "B", "true", user: 2), topic(104, "A", "false", user: 1),
      file(31, #"public:\/\/a.png"#), file(32, #"private:\/\/b.pdf"#),
    ])
  }

  @Test func whatIsNotPublishedIsNotThere() throws {
    let made = try Self.community()
    let sight = Self.published
    #expect(try made.rows("node--topic", "", seeing: .everything) == [101, 102, 103, 104])
    #expect(try made.rows("node--topic", "", seeing: sight) == [101, 103])
    #expect(try made.rows("node--topic", "sort=title", seeing: sight) == [103, 101])
    #expect(try made.rows("node--topic", "filter[status]=0", seeing: sight).isEmpty)
    #expect(try made.rows("node--topic", "filter[field_tags.name]=red", seeing: sight) == [101])
    // A page is full, what is skipped is what is shown, and nothing follows that is not.
    #expect(try made.rows("node--topic", "page[limit]=1", seeing: sight) == [101, 103])
    #expect(try made.rows("node--topic", "page[offset]=1&page[limit]=1", seeing: sight) == [103])
    // What has no such flag is not unpublished.
    #expect(try made.rows("user--user", "", seeing: sight) == [1, 2])
    let hidden = try #require(ResourceID(SmallCommunity.uuid(102)))
    for (sight, isThere) in [(sight, false), (Sight.everything, true)] {
      try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
        let byID = try snapshot.resource(hidden, entityType: "node", { _ in true })
        let byName = try snapshot.resource(named: hidden, entityType: "node", { _ in true })
        #expect(byID == (isThere ? true : nil))
        #expect(byName == (isThere ? true : nil))
      }
    }
  }

  /// An index knows all rows: what is skipped along it is what is shown all the same.
  @Test func indexesShowNoMore() throws {
    let made = try Self.community()
    let queries = [
      "sort=title", "sort=-title", "sort=title&page[offset]=1&page[limit]=1", "filter[title]=C", "filter[title]=B",
      QueryCase.condition("title", "CONTAINS", ["c"]), QueryCase.condition("title", ">", ["A"]),
      QueryCase.condition("uid.name", "=", ["bob"]), "sort=uid.name",
    ]
    let before = try queries.map { try made.rows("node--topic", $0, seeing: Self.published) }
    for path in ["title", "uid.name"] { try made.index(QueryCase.condition(path, "=", ["x"])) }
    for (query, rows) in zip(queries, before) {
      #expect(try made.rows("node--topic", query, seeing: Self.published) == rows, "\(query)")
    }
    #expect(before[2] == [101] && before[3].isEmpty && before[4] == [103])
    // What is asked for anyway gets an index by itself, and is asked for there.
    let parameters = try QueryParameters(QueryString(parsing: "").tree)
    func uses() throws -> [PathUse] {
      try ResourceReader(made.mirror).snapshot(seeing: Self.published) { snapshot in
        let type = try #require(try snapshot.type(name: "node--topic"))
        return try QueryCompiler.compile(parameters, for: type, in: snapshot).uses
      }
    }
    #expect(try uses().map(\.path.attribute) == ["status"])
    try made.index("filter[status]=0")
    #expect(try uses().isEmpty)
    for (query, rows) in zip(queries, before) {
      #expect(try made.rows("node--topic", query, seeing: Self.published) == rows, "\(query)")
    }
  }

  @Test(arguments: [SmallCommunity.uuid(1), SmallCommunity.uuid(1).uppercased()]) func ownIsTheUsers(user: String)
    throws
  {
    let made = try Self.community()
    let sight = Sight([SightRules(own: true)], user: user)
    #expect(try made.rows("node--topic", "", seeing: sight) == [101, 104])
    #expect(try made.rows("node--topic", "sort=title", seeing: sight) == [104, 101])
    #expect(try made.rows("user--user", "", seeing: sight) == [1])
    #expect(try made.rows("taxonomy_term--tag", "", seeing: sight).isEmpty)
    #expect(try made.rows("node--topic", "", seeing: Sight([SightRules(own: true)])).isEmpty)
    // All rules count.
    let both = Sight([SightRules(own: true), SightRules(published: true)], user: user)
    #expect(try made.rows("node--topic", "", seeing: both) == [101])
  }

  @Test func privateFilesAreLeftOut() throws {
    let made = try Self.community()
    #expect(try made.rows("file--file", "", seeing: .everything) == [31, 32])
    #expect(try made.rows("file--file", "", seeing: Sight([SightRules(privateFiles: false)])) == [31])
    #expect(try made.rows("node--topic", "", seeing: Sight([SightRules(privateFiles: false)])).count == 4)
  }

  @Test(arguments: [SightRules.Types.only(["node", "taxonomy_term--tag"]), .except(["user", "file--file"])])
  func aTypeThatIsLeftOutIsNotThere(types: SightRules.Types) throws {
    let made = try Self.community()
    let sight = Sight([SightRules(types: types)])
    try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
      #expect(try snapshot.types().map(\.name) == ["node--empty", "node--topic", "taxonomy_term--tag"])
      #expect(try snapshot.type(name: "user--user") == nil && snapshot.type(path: "/jsonapi/user/user") == nil)
      let topics = try #require(try snapshot.type(name: "node--topic"))
      let author = try #require(try snapshot.schema(of: topics)?.field("uid"))
      #expect(author.targets.isEmpty)
      #expect(try snapshot.targets(of: author, type: topics).isEmpty)
      #expect(try snapshot.leavesOutResources(like: topics) == false)
    }
    // Nothing is found by what it shows; its id stands in the rows that lead to it.
    #expect(try made.rows("node--topic", "filter[uid.name]=anna", seeing: sight).isEmpty)
    #expect(try made.rows("node--topic", "filter[uid.id]=\(SmallCommunity.uuid(1))", seeing: sight) == [101, 104])
    #expect(try made.rows("node--topic", "", seeing: sight).count == 4)
  }

  @Test func aHiddenFieldIsUnknown() throws {
    let made = try Self.community()
    let sight = Sight([SightRules(hide: ["user.ma*l", "node--topic.uid"])])
    func complaint(_ type: String, _ query: String) -> String? {
      let error = #expect(throws: QueryParameterError.self) { _ = try made.rows(type, query, seeing: sight) }
      return error?.detail
    }
    for query in ["filter[NAME]=x", "sort=NAME", QueryCase.condition("NAME", "IS NULL", [])] {
      let hidden = complaint("user--user", query.replacing("NAME", with: "mail"))
      let unknown = complaint("user--user", query.replacing("NAME", with: "nope"))
      #expect(hidden != nil && hidden == unknown?.replacing("nope", with: "mail"), "\(query)")
    }
    #expect(complaint("node--topic", "filter[uid.name]=anna") != nil)
    try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
      let users = try #require(try snapshot.type(name: "user--user"))
      #expect(try snapshot.members(of: users, asked: nil) == SparseFields(["drupal_internal__uid", "name"]))
      #expect(try snapshot.members(of: users, asked: ["mail", "name"]) == SparseFields(["name"]))
      let tags = try #require(try snapshot.type(name: "taxonomy_term--tag"))
      #expect(try snapshot.members(of: tags, asked: nil) == nil)
      let topic = try #require(ResourceID(SmallCommunity.uuid(101)))
      let id = try #require(try snapshot.resource(topic, entityType: "node", { $0.id }))
      #expect(try snapshot.targets(of: id, field: "uid").isEmpty)
      #expect(try snapshot.targets(of: id, field: "field_tags").count == 1)
      #expect(try snapshot.targets(of: [id], named: "uid").map(\.count) == [0])
      #expect(try snapshot.targets(of: [id], named: "field_tags").map(\.count) == [1])
    }
  }

  /// Targets with their types are those without, whoever asks, and have the type that their rows have.
  @Test(arguments: [Sight.everything, published, Sight([SightRules(types: .only(["node"]))])])
  func targetsHaveTheTypesOfTheirRows(sight: Sight) throws {
    let made = try Self.community()
    _ = try made.take(Self.referrer(105, #"{"type":"node--topic","id":"missing"}"#))
    _ = try made.take(Self.referrer(106, #"{"type":"node--topic","id":"\#(SmallCommunity.uuid(999))"}"#))
    try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
      var (named, shown) = (0, 0)
      // Not in the order of their numbers, one of them twice, and one that there is not.
      let ids =
        try [104, 101, 106, 102, 105, 103, 101].compactMap { number in
          try snapshot.resource(try #require(ResourceID(SmallCommunity.uuid(number))), entityType: "node") { $0.id }
        } + [987_654]
      for field in ["uid", "field_tags", "field_ref", "nothing"] {
        for (id, targets) in zip(ids, try snapshot.targets(of: ids, named: field)) {
          #expect(try targets.map(\.id) == snapshot.targets(of: id, field: field), "\(id) \(field)")
          for target in targets {
            let row = try target.id.flatMap { try snapshot.resource(id: $0) { ($0.type, $0.sequence) } }
            #expect(target.type == row?.0, "\(id) \(field)")
            #expect(target.sequence == (sight.isEverything ? row?.1 : nil))
            (named, shown) = (named + 1, shown + (row == nil ? 0 : 1))
            var again: ServedType?
            if let id = target.id { try snapshot.row(id: id, like: nil) { again = $0.type } }
            #expect(again == row?.0)
          }
        }
      }
      #expect(named > shown && (shown > 0) == (sight != Sight([SightRules(types: .only(["node"]))])))
    }
  }

  /// A path may lead to several types; where the field is hidden in one of them, it tells nothing of that one.
  @Test func aFieldThatIsHiddenInOneTypeIsFoundInOthers() throws {
    let made = try SmallCommunity.mirror([
      Self.user(1, "Anna"), SmallCommunity.tag(12, "Anna"),
      Self.referrer(105, SmallCommunity.link("user--user", 1)),
      Self.referrer(106, SmallCommunity.link("taxonomy_term--tag", 12)),
    ])
    let sight = Sight([SightRules(hide: ["user--user.name"])])
    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
      for query in ["filter[field_ref.name]=Anna", QueryCase.condition("field_ref.name", "CONTAINS", ["nn"])] {
        #expect(try made.rows("node--topic", query, seeing: .everything) == [105, 106], sourceLocation: sourceLocation)
        #expect(try made.rows("node--topic", query, seeing: sight) == [106], sourceLocation: sourceLocation)
      }
      #expect(
        try made.rows("node--topic", "sort=-field_ref.name", seeing: sight) == [106, 105],
        sourceLocation: sourceLocation
      )
    }
    try check()
    try made.index("filter[field_ref.name]=x")
    try check()
  }

  /// The tables' indexes serve as before: a page is read along one, without a table of what is shown.
  @Test func pagesAreReadAlongIndexes() throws {
    let made = try Self.community()
    let sight = Sight(
      [
        SightRules(types: .only(["node", "user"]), published: true, own: true, privateFiles: false, hide: ["node.x_*"])
      ],
      user: SmallCommunity.uuid(1))
    try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
      let type = try #require(try snapshot.type(name: "node--topic"))
      for query in ["", "filter[uid.name]=anna"] {
        let parameters = try QueryParameters(QueryString(parsing: query).tree)
        let plan = try snapshot.plan(QueryCompiler.compile(parameters, for: type, in: snapshot))
        #expect(plan.contains { $0.contains("resource_by_internal_id (type=?)") }, "\(plan)")
        #expect(!plan.contains { $0.contains("MATERIALIZE re") || $0.contains("AUTOMATIC") }, "\(plan)")
      }
    }
  }

  @Test func rulesThatLeaveNothingOutAreEverything() {
    #expect(Sight([]) == .everything && Sight([SightRules(), SightRules()], user: "x") == .everything)
    #expect(Sight([SightRules(published: true)]) == Self.published)
    #expect(Sight([SightRules(published: true)]).hashValue == Self.published.hashValue)
    // The user counts where it makes a difference.
    #expect(Sight([SightRules(published: true)], user: SmallCommunity.uuid(1)) == Self.published)
    let own = [1, 2].map { Sight([SightRules(own: true)], user: SmallCommunity.uuid($0)) }
    #expect(own[0] != own[1] && own[0] != Sight([SightRules(own: true)]) && !own[0].isEverything)
  }

  /// Names of the configuration are texts in SQL, whatever stands in them.
  @Test(arguments: ["'", "x' OR 1 OR '", "a]b[c?d*", "\0", ""]) func oddNamesAreNoSQL(name: String) throws {
    let made = try Self.community()
    for types in [SightRules.Types.only([name]), .except(["node", name])] {
      let sight = Sight([SightRules(types: types, hide: ["\(name).\(name)", name])])
      try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
        #expect(try snapshot.type(name: "node--topic") == nil)
        let id = try #require(ResourceID(SmallCommunity.uuid(101)))
        #expect(try snapshot.resource(id, entityType: "node", { _ in true }) == nil)
      }
    }
  }
}

/// Which fields are hidden.
@Suite struct HiddenFieldTests {
  @Test(arguments: [
    ("user--user.mail", "mail", true), ("user--user.mail", "mails", false), ("user--user.mail", "Mail", false),
    ("user.mail", "mail", true), ("node.mail", "mail", false), ("user--other.mail", "mail", false),
    ("user.*", "anything", true), ("user.field_*", "field_", true), ("user.field_*", "field", false),
    ("user.*_x", "a_x_x", true), ("user.*_x", "a_x_y", false), ("user.a*b*c", "aXbYc", true),
    ("user.a*b*c", "acb", false), ("user.**", "x", true), ("user.m*", "m", true), ("user", "name", true),
    ("user--user", "name", true), ("user.", "name", false),
  ]) func patternsHide(pattern: String, field: String, isHidden: Bool) throws {
    let made = try SmallCommunity.mirror([])
    try ResourceReader(made.mirror).snapshot(seeing: .everything) { snapshot in
      let users = try #require(try snapshot.type(name: "user--user"))
      #expect(Sight([SightRules(hide: [pattern])]).shows(field, of: users) == !isHidden)
      #expect(Sight.everything.shows(field, of: users))
    }
  }
}

extension ReadSnapshot {
  /// The targets of a relationship, resource by resource.
  fileprivate func targets(of sources: [Int64], named name: String) throws -> [[RelationshipTarget]] {
    var all = sources.map { _ in [RelationshipTarget]() }
    try targets(of: sources, relationship(named: name)) { all[$0].append($1) }
    return all
  }
}
