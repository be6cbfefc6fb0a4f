import APIDescription
import JSONAPI
import OpenSocial
import Testing

/// What is described of types as they may be on any site.
@Suite struct DescribedAPITests {
  private static func field(
    _ name: String, _ kind: TypeSchema.Kind = .text, to targets: [String]? = nil, isList: Bool = false
  ) -> TypeSchema.Field {
    var field = TypeSchema.Field(name, isRelationship: targets != nil)
    field.kind = targets == nil ? kind : .null
    field.targets = targets ?? []
    field.isList = isList
    return field
  }

  private static func type(
    _ name: String, _ fields: [TypeSchema.Field], path: String? = nil, uploads: [String] = []
  ) -> DescribedType {
    let home = EntityTypes.Home(of: name)
    return DescribedType(
      name: name, entityType: home.entityType, bundle: home.bundle,
      path: path ?? "/jsonapi/\(home.entityType)/\(home.bundle)", schema: TypeSchema(fields: fields), uploads: uploads)
  }

  private static func api(
    _ types: [DescribedType], origin: String = "https://mirror.example", place: String = ""
  ) -> DescribedAPI {
    DescribedAPI(title: "site.example", origin: origin, place: place, apiPath: "/jsonapi", types: types)
  }

  @Test func theDocumentSaysWhereTheMirrorIs() {
    let api = Self.api([Self.type("node--topic", [Self.field("title")])], place: "/community")
    let swagger = SwaggerDocument(api).json
    #expect(swagger["schemes"] == ["https"] && swagger["host"] == "mirror.example")
    #expect(swagger["basePath"] == "/community/jsonapi" && swagger["info"]?["title"] == "site.example - JSON API")
    #expect(swagger["securityDefinitions"]?["oauth2"]?["tokenUrl"] == "https://mirror.example/community/oauth/token")
    #expect(swagger["paths"]?.object?.names == ["/node/topic", "/node/topic/{entity}"])
    let own = OpenAPIDocument(api).json
    #expect(own["servers"]?[0]?["url"] == "https://mirror.example/community")
    #expect(own["paths"]?["/jsonapi/node/topic"]?["get"]?["operationId"] == "node--topic.list")
  }

  /// A site may have a collection elsewhere: then paths are told from its place on.
  @Test func aCollectionElsewhereKeepsItsPath() {
    let swagger = SwaggerDocument(Self.api([Self.type("node--topic", [], path: "/api/topics")])).json
    #expect(swagger["basePath"] == "/" && swagger["paths"]?["/api/topics"] != nil)
  }

  @Test func anAPIWithoutTypesIsOne() {
    let (swagger, own) = (SwaggerDocument(Self.api([])).json, OpenAPIDocument(Self.api([])).json)
    #expect(swagger["definitions"]?.object?.isEmpty == true && swagger["paths"]?.object?.isEmpty == true)
    #expect(own["paths"]?["/jsonapi"]?["get"] != nil)
  }

  /// Names that a pointer or a key cannot have as they are.
  @Test func namesOfAnyKindAreReferredTo() {
    let api = Self.api([Self.type("a/b~c d", [Self.field("title")], path: "/jsonapi/x")])
    let list = SwaggerDocument(api).json["paths"]?["/x"]?["get"]?["responses"]?["200"]?["schema"]
    #expect(
      list?["properties"]?["data"]?["items"]?["$ref"] == "#/definitions/a~1b~0c%20d/properties/data")
    let own = OpenAPIDocument(api).json
    #expect(own["components"]?["schemas"]?["a_b_c_d.document"] != nil)
  }

  @Test func relationshipsLeadWhereTypesAre() {
    let topic = Self.type(
      "node--topic",
      [
        Self.field("title"), Self.field("uid", to: ["user--user"]),
        Self.field("node_type", to: ["node_type--node_type"]),
        Self.field("field_files", to: ["file--file"], isList: true),
      ], uploads: ["field_files"])
    let file = Self.type("file--file", [Self.field("filename")])
    let paths = SwaggerDocument(Self.api([topic, file])).json["paths"]
    // Users are not there: nothing leads to them but the relationship itself.
    #expect(paths?["/node/topic/{entity}/uid"] == nil && paths?["/node/topic/{entity}/relationships/uid"] != nil)
    #expect(paths?["/node/topic/{entity}/node_type"] == nil)
    let files = paths?["/node/topic/{entity}/field_files"]?["get"]?["responses"]?["200"]?["schema"]?["properties"]
    #expect(files?["data"]?["items"]?["$ref"] == "#/definitions/file--file/properties/data")
    // Described alone, it refers to nothing that is not described.
    let alone = SwaggerDocument(Self.api([topic, file]).only(entityType: "node", bundle: nil)).json["paths"]
    let some = alone?["/node/topic/{entity}/field_files"]?["get"]?["responses"]?["200"]?["schema"]?["properties"]
    #expect(some?["data"]?["items"]?["type"] == "object")
    let item = OpenAPIDocument(Self.api([topic, file])).json["paths"]?["/jsonapi/node/topic/{entity}/field_files"]
    #expect(item?.object?.names == ["get", "post"])
  }

  @Test func valuesAreWhatIsSent() {
    var body = Self.field("body", .object)
    body.properties = [.init("value", .text), .init("processed", .text)]
    let fields = [
      Self.field("drupal_internal__nid", .number), Self.field("created", .time), Self.field("status", .bool), body,
      Self.field("field_numbers", .number, isList: true), Self.field("field_unseen", .null),
    ]
    let schemas = OpenAPIDocument(Self.api([Self.type("node--topic", fields)])).json["components"]?["schemas"]
    let attributes = schemas?["node--topic.attributes"]?["properties"]
    #expect(attributes?["drupal_internal__nid"]?["type"] == ["integer", "null"])
    #expect(attributes?["drupal_internal__nid"]?["readOnly"] == true)
    #expect(attributes?["created"]?["format"] == "date-time" && attributes?["status"]?["type"] == ["boolean", "null"])
    #expect(attributes?["body"]?["properties"]?["processed"]?["readOnly"] == true)
    #expect(attributes?["field_numbers"]?["items"]?["type"] == "number")
    #expect(attributes?["field_unseen"]?["type"] == nil)
  }

  /// Words for people, of machine names.
  @Test func typesHaveNamesForPeople() {
    #expect(EntityTypes.words(of: "post_comment") == "Post comment" && EntityTypes.words(of: "") == "")
    #expect(FieldDescription("field_topic_image", of: "node").words == "Topic image")
    #expect(FieldDescription("field_", of: "node").words == "Field ")
    let tags = SwaggerDocument(Self.api([Self.type("user--user", []), Self.type("group_content--a-b", [])])).json[
      "tags"]
    #expect(tags?[0]?["name"] == "Group relationship - A, b" && tags?[1]?["name"] == "User")
  }
}
