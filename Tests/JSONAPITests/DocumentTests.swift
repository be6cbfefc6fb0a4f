import JSONAPI
import Testing

@Suite struct DocumentTests {
  @Test func recordedDocumentsComeBackByteForByte() throws {
    let lines = RecordedExchange.rawLines("documents.jsonl")
    #expect(lines.count == 7)
    for line in lines {
      let json = try JSON(parsing: line)
      #expect(json.text(.site) == line)
      let document = try DocumentBody(json)
      #expect(document.json.text(.site) == line)
      for resource in document.data?.resources ?? [] {
        #expect(resource.id?.count == 36)
        for name in resource.relationshipNames { #expect(resource[relationship: name] != nil) }
      }
    }
  }

  @Test func unknownMembersStayInPlace() throws {
    let text =
      #"{"z":1,"data":{"a":[],"type":"t--b","x":null,"id":"1","relationships":{"r":{"q":2,"data":{"id":"2","w":1,"type":"u--u","meta":{"arity":1,"drupal_internal__target_id":7}},"links":{"b":"s","a":{"meta":{},"href":"h"}}}},"attributes":{"n":1.50}},"links":{"self":null},"y":{}}"#
    var document = try DocumentBody(JSON(parsing: text))
    #expect(document.json.text() == text)
    guard case .one(var resource) = document.data else { throw Missing() }
    let relationship = try #require(resource[relationship: "r"])
    let identifier = try #require(relationship.data?.identifiers.first)
    #expect(identifier.arity == 1)
    #expect(identifier.meta?["drupal_internal__target_id"] == 7)
    #expect(identifier.isResource)
    #expect(relationship.links?["b"]?.href == "s")
    #expect(relationship.links?["a"]?.href == "h")
    resource.attributes?["n"] = 2
    resource[relationship: "r"]?.data = Linkage.none
    document.data = .one(resource)
    let expected = text.replacing("1.50", with: "2")
      .replacing(#"{"id":"2","w":1,"type":"u--u","meta":{"arity":1,"drupal_internal__target_id":7}}"#, with: "null")
    #expect(document.json.text() == expected)
  }

  @Test func builtDocumentsHaveTheSitesOrder() {
    var resource = ResourceObject(type: "node--topic", id: nil)
    resource[relationship: "uid"] = Relationship(data: .one(ResourceIdentifier(type: "user--user", id: "u")))
    resource.attributes = JSONObject([("title", "x")])
    resource.id = "1"
    resource.links = Links([("self", Link("h"))])
    var document = DocumentBody()
    document.links = Links([("self", Link("h"))])
    document.included = [resource]
    document.data = .many([resource])
    #expect(
      resource.json.text()
        == #"{"type":"node--topic","id":"1","links":{"self":{"href":"h"}},"attributes":{"title":"x"},"relationships":{"uid":{"data":{"type":"user--user","id":"u"}}}}"#
    )
    #expect(document.members.names == ["jsonapi", "data", "included", "links"])
    document.included = []
    #expect(document.members.names == ["jsonapi", "data", "links"])
    resource[relationship: "uid"] = nil
    #expect(resource.members.names == ["type", "id", "links", "attributes"])
  }

  @Test func danglingIdentifiersAreKnown() throws {
    func identifier(_ type: String, _ id: String) -> ResourceIdentifier { ResourceIdentifier(type: type, id: id) }
    #expect(identifier("user--user", "missing").isMissing)
    #expect(identifier("taxonomy_term--tags", "virtual").isVirtual)
    #expect(identifier("unknown", "missing").isUnknown)
    for dangling in [identifier("a--b", "missing"), identifier("a--b", "virtual"), identifier("unknown", "x")] {
      #expect(!dangling.isResource)
    }
    #expect(try Linkage(JSON(parsing: "[]")) == .many([]))
    #expect(try Linkage(.null).identifiers.isEmpty)
  }

  @Test(arguments: [
    ("[]", ""), (#"{"data":1}"#, "/data"), (#"{"data":[{"id":"1"}]}"#, "/data/0/type"),
    (#"{"data":{"type":"t","id":1}}"#, "/data/id"), (#"{"data":{"type":"t","attributes":[]}}"#, "/data/attributes"),
    (#"{"data":{"type":"t","relationships":{"r":1}}}"#, "/data/relationships/r"),
    (#"{"data":{"type":"t","relationships":{"r":{"data":[{"type":"u"}]}}}}"#, "/data/relationships/r/data/0/id"),
    (#"{"included":{}}"#, "/included"), (#"{"included":[1]}"#, "/included/0"), (#"{"errors":[[]]}"#, "/errors/0"),
    (#"{"links":[]}"#, "/links"), (#"{"links":{"self":1}}"#, "/links/self"), (#"{"meta":1}"#, "/meta"),
  ])
  func wrongShapesNameTheirPlace(text: String, pointer: String) {
    #expect {
      _ = try DocumentBody(JSON(parsing: text))
    } throws: { error in
      (error as? DocumentError)?.pointer == pointer
    }
  }

  @Test func errorsAreRead() throws {
    let error = try ErrorObject(
      JSON(parsing: #"{"status":"403","detail":"d","code":7,"source":{"pointer":"/data"},"extra":1}"#))
    #expect(error.status == 403)
    #expect(error.code == "7")
    #expect(error.pointer == "/data")
    #expect(error.json["extra"] == 1)
    #expect(error.title == nil)
  }

  private struct Missing: Error {}
}
