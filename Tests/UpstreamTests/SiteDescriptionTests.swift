import JSONAPI
import Support
import Testing

@testable import Upstream

/// The recorded API description of a site (reference 8).
@Suite struct SiteDescriptionTests {
  private func recorded(_ fields: [HTTPField] = [HTTPField("Content-Type", "application/json")]) throws
    -> SiteDescription?
  {
    let line = try RecordedCrawl.lines(of: "openapi.json.gz")[0]
    return SiteDescription.parse(InboundResponse(status: 200, fields: fields, body: line.encoded(.plain)))
  }

  @Test func fieldsComeInTheSitesOrder() throws {
    let description = try #require(try recorded())
    #expect(description.types.count == 28)
    let topic = try #require(description.types["node--topic"])
    #expect(topic.prefix(3).map(\.name) == ["drupal_internal__nid", "drupal_internal__vid", "langcode"])
    #expect(
      topic.filter(\.isRelationship).map(\.name) == [
        "node_type", "revision_uid", "uid", "social_tagging", "menu_link", "groups", "field_files", "field_topic_image",
        "field_topic_type",
      ])
  }

  @Test func onlyWhatIsTrueOfValuesIsTaken() throws {
    let whole = try #require(try recorded())
    let topic = try #require(whole.types["node--topic"])
    func properties(_ name: String) -> [String]? { topic.first { $0.name == name }?.properties }
    #expect(properties("body") == ["value", "format", "processed", "summary"])
    #expect(properties("path") == ["alias", "pid", "langcode"])
    #expect(properties("langcode") == [])
    func properties(_ field: String, of type: String) -> [String]? {
      whole.types[type]?.first { $0.name == field }?.properties
    }
    // Languages by other names, and links.
    #expect(properties("preferred_admin_langcode", of: "user--user") == [])
    #expect(properties("field_term_page_url", of: "taxonomy_term--social_tagging") == ["uri", "title", "options"])
    #expect(properties("created") == [])
  }

  /// Sites that have renamed attributes describe them under their new names, and call them as ever.
  @Test func renamedAttributesAreToldByWhatTheyAreCalled() throws {
    func parse(_ attributes: String) throws -> AttributeNames? {
      let text =
        #"{"swagger":"2.0","definitions":{"topics":{"title":"node:topic Schema","properties":{"data":{"properties":{"type":{"enum":["topics"]},"attributes":{"properties":{\#(attributes)}}}}}}}}"#
      let fields = [HTTPField("Content-Type", "application/json")]
      let description = SiteDescription.parse(InboundResponse(status: 200, fields: fields, body: Array(text.utf8)))
      return try #require(description).attributeNames["topics"]
    }
    let id = #""nid":{"type":"integer","title":"ID"}"#
    let time = #""edited_on":{"type":"number","format":"utc-millisec","title":"Changed"}"#
    #expect(try parse("\(id),\(time)") == AttributeNames(serial: "nid", changed: "edited_on"))
    #expect(try parse(#"\#(id),"changed":{"type":"number","format":"utc-millisec","title":"Changed"}"#)?.changed == nil)
    #expect(try parse(#""drupal_internal__nid":{"type":"integer","title":"ID"},"changed":{}"#) == nil)
    #expect(try recorded()?.attributeNames["node--topic"] == nil)
  }

  @Test(
    arguments: [
      (200, "text/html", "{\"definitions\":{}}"), (403, "application/json", "{}"), (404, "text/html", ""),
      (200, "application/json", "{"), (200, "application/json", "{\"definitions\":{}}"),
      (406, "application/vnd.api+json", "{\"definitions\":{\"node--topic\":{}}}"),
    ] as [(Int, String, String)])
  func whatIsNoDescriptionSaysNothing(status: Int, type: String, body: String) {
    let response = InboundResponse(status: status, fields: [HTTPField("Content-Type", type)], body: Array(body.utf8))
    #expect(SiteDescription.parse(response) == nil)
  }
}
