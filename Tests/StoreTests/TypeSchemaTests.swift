import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

@Suite struct TypeSchemaTests {
  private func schema(_ made: CrawledMirror, _ type: String) throws -> TypeSchema? {
    try ResourceReader(made.mirror).snapshot(seeing: .everything) { snapshot in
      try snapshot.type(name: type).flatMap { try snapshot.schema(of: $0) }
    }
  }

  @Test func itIsLearnedFromAllResources() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let schema = try #require(try schema(made, "node--topic"))
    #expect(
      schema.attributes.map(\.name) == [
        "drupal_internal__nid", "title", "count", "rate", "flag", "words", "field_day", "body", "created",
      ])
    #expect(schema.relationships == ["uid", "field_tags"])
    #expect(schema.field("body")?.properties.map(\.name) == ["value", "format", "processed"])
    #expect(schema.field("words")?.isList == true && schema.field("words")?.kind == .text)
    #expect(schema.field("created")?.kind == .time && schema.field("field_day")?.kind == .dateTime)
    #expect(schema.field("field_tags")?.targets == ["taxonomy_term--tag"] && schema.field("uid")?.isList == false)
    #expect(schema.field("field_tags")?.properties.map(\.name) == ["place"])
  }

  @Test func whatComesLaterIsAddedInItsPlace() throws {
    let made = try SmallCommunity.mirror([SmallCommunity.object("node--topic", 1, #""a":null,"c":1"#)])
    try SmallCommunity.add([SmallCommunity.object("node--topic", 2, #""a":{"x":1},"b":2,"c":null"#)], to: made)
    let schema = try #require(try schema(made, "node--topic"))
    #expect(
      schema.attributes.map(\.name) == ["a", "b", "c"] && schema.attributes.map(\.kind) == [.object, .number, .number])
  }

  @Test func aDescribedTypeIsKnownWithoutResources() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    var body = TypeSchema.Field("body")
    body.properties = [.init("value"), .init("summary")]
    var author = TypeSchema.Field("uid", isRelationship: true)
    author.targets = ["user--user"]
    #expect(try schema(made, "node--empty") == nil)
    #expect(try made.rows("node--empty", "filter[nothing]=1") == [])
    try made.mirror.discovery.describe("node--empty", TypeSchema(fields: [body, author]))
    for (query, words) in [
      ("filter[nothing]=1", "The field `nothing`, given in the path `nothing`, does not exist."),
      (
        "filter[body]=1",
        "The field `body`, given in the path `body` is incomplete, it must end with one of the "
          + "following specifiers: `value`, `summary`."
      ),
      ("filter[uid.nothing]=1", "The field `nothing`, given in the path `uid.nothing`, does not exist."),
    ] {
      #expect(throws: QueryParameterError("Invalid nested filtering. \(words)")) { try made.rows("node--empty", query) }
    }
  }

  /// Where a name was asked for before there was such a type, by one reader for all.
  @Test func aTypeThatComesLaterIsFoundByItsName() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let reader = ResourceReader(made.mirror)
    let path = { try reader.snapshot(seeing: .everything) { try $0.type(name: "node--later")?.path } }
    #expect(try path() == nil)
    #expect(try path() == nil)
    try made.mirror.discovery.discovered(["node--topic": "/jsonapi/node/topic", "node--later": "/jsonapi/node/later"])
    #expect(try path() == "/jsonapi/node/later")
  }

  /// Whoever knows all types asks once a second whether they are others: a path may be another type's by then.
  @Test func aTypeThatGetsAnotherPathIsFoundThere() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let (connection, catalog, begun) = (try ReadConnection(file: made.mirror.file), TypeCatalog(), ContinuousClock.now)
    let path = try #require(try catalog.all(connection).first { $0.name == "node--topic" }?.path)
    func name(_ path: String, _ seconds: Double) throws -> String? {
      try catalog.type(path: path, connection, at: begun + .seconds(seconds))?.name
    }
    #expect(try name(path, 0) == "node--topic")
    let edition = catalog.edition
    try made.mirror.discovery.discovered(["node--topic": "/jsonapi/themes", "node--later": path])
    #expect(try name(path, 0.9) == "node--topic" && catalog.edition == edition)
    #expect(try name(path, 1) == "node--later" && catalog.edition > edition)
    #expect(try name("/jsonapi/themes", 1) == "node--topic")
  }

  @Test func aDescriptionAddsWhatWasNotSeen() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let described = ["uid", "menu_link", "field_tags"].map { TypeSchema.Field($0, isRelationship: true) }
    try made.mirror.discovery.describe("node--topic", TypeSchema(fields: described))
    #expect(try schema(made, "node--topic")?.relationships == ["uid", "menu_link", "field_tags"])
    #expect(try made.rows("node--topic", "filter[uid.name]=bjorn") == [102])
  }

  /// Fields of one name are stored alike in all bundles of an entity type.
  @Test func propertiesAreKnownFromOtherBundles() throws {
    let made = try SmallCommunity.mirror(
      SmallCommunity.usual + [SmallCommunity.object("node--empty", 201, #""drupal_internal__nid":201,"body":null"#)])
    #expect(throws: QueryParameterError.self) { try made.rows("node--empty", "filter[body]=1") }
    #expect(try made.rows("node--empty", QueryCase.condition("body.value", "IS NULL", [])) == [201])
  }
}
