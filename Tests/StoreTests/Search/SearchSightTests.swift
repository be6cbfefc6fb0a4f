import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

/// What a sight leaves out is neither found nor shown.
@Suite struct SearchSightTests {
  private static func topic(_ number: Int, _ title: String, _ status: Bool, _ note: String, user: Int = 1) -> String {
    SmallCommunity.topic(number, #""title":"\#(title)","status":\#(status),"field_note":"\#(note)""#, users: [user])
  }

  private static func community() throws -> CrawledMirror {
    try SearchIndexTests.mirror([
      topic(101, "Shown garden", true, "Secret apples"), topic(102, "Hidden garden", false, "Other pears", user: 2),
      SmallCommunity.user(1, "Anna Garden"), SmallCommunity.tag(11, "garden tag"),
    ])
  }

  @Test func rowsOfASight() throws {
    let made = try Self.community()
    #expect(try made.found("garden").sorted() == [1, 11, 101, 102])
    #expect(try made.found("garden", seeing: Sight([SightRules(published: true)])).sorted() == [1, 11, 101])
    #expect(try made.found("garden", seeing: Sight([SightRules(types: .only(["node"]))])).sorted() == [101, 102])
    #expect(
      try made.found("garden", seeing: Sight([SightRules(types: .except(["user--user"]))])).sorted() == [11, 101, 102])
    let own = Sight([SightRules(own: true)], user: SmallCommunity.uuid(2))
    #expect(try made.found("garden", seeing: own) == [102])
    #expect(try made.found("garden", seeing: Sight([.nothing])).isEmpty)
    // Who asks for a page gets a full one.
    let published = Sight([SightRules(published: true)])
    #expect(try made.found("garden", seeing: published, limit: 2, offset: 0).count == 2)
    #expect(try made.found("garden", seeing: published, limit: 2, offset: 2).count == 1)
    // It is at once what it became.
    try SmallCommunity.add([Self.topic(101, "Shown garden", false, "Secret apples")], to: made)
    #expect(try !made.found("garden", seeing: published).contains(101))
    try made.index()
    #expect(try !made.found("garden", seeing: published).contains(101))
  }

  @Test func fieldsOfASight() throws {
    let made = try Self.community()
    let sight = Sight([SightRules(hide: ["node--topic.field_*", "user.name"])])
    #expect(try made.found("apples") == [101] && made.found("apples", seeing: sight).isEmpty)
    #expect(try made.found("secret garden") == [101] && made.found("secret garden", seeing: sight).isEmpty)
    #expect(try made.found("garden", seeing: sight).sorted() == [11, 101, 102])
    #expect(try made.found("anna", seeing: sight).isEmpty)
    #expect(try made.found("garden", seeing: Sight([SightRules(hide: ["node"])])).sorted() == [1, 11])
    try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
      let hits = try snapshot.search(
        SearchWords("garden"), in: snapshot.types(), page: PageParameter(offset: 0, limit: 50)
      ).hits
      let texts = hits.map(\.snippet.text)
      #expect(texts.sorted() == ["Hidden garden", "Shown garden", "garden tag"], "\(texts)")
    }
  }

  /// The tables' indexes serve as before: rows come in the order of their rank, and are looked up one by one.
  @Test func rowsAreLookedUpAsTheyAreShown() throws {
    let made = try Self.community()
    let sights = [
      Sight.everything, Sight([SightRules(published: true)]),
      Sight([SightRules(types: .only(["node"]), own: true, privateFiles: false)], user: SmallCommunity.uuid(1)),
    ]
    for sight in sights {
      try ResourceReader(made.mirror).snapshot(seeing: sight) { snapshot in
        let plan = try snapshot.plan(
          CompiledQuery(sql: SearchSightTests.sql, arguments: [.text("garden"), .integer(5)]))
        #expect(
          plan.contains { $0.contains("VIRTUAL TABLE") } && !plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
        #expect(!plan.contains { $0.contains("MATERIALIZE") }, "\(plan)")
      }
    }
  }

  private static let sql = """
    SELECT search_index.rowid FROM search_index CROSS JOIN resource r ON r.id = search_index.rowid
    WHERE search_index MATCH ?1 AND r.type IN (1, 2) ORDER BY search_index.rank LIMIT ?2
    """
}
