import JSONAPI
import Store
import Support
import Testing

/// Every recorded page through scanner, mirror and renderer.
@Suite struct RoundTripTests {
  /// Resource objects as they stand in the recorded pages, cut out by their bytes.
  private static func recorded(_ base: String) throws -> [(type: String, id: String, text: String)] {
    try RecordedCrawl.load(base: base).filter { $0.type != "entry" }.flatMap { page in
      let text = String(decoding: page.body, as: UTF8.self)
      return try (JSON(parsing: page.body)["data"]?.array ?? []).map { object in
        let written = object.text(.site)
        // The parsed object written again stands in the page: so this is the recorded text itself.
        #expect(text.contains(written))
        return (object["type"]?.string ?? "", object["id"]?.string ?? "", written)
      }
    }
  }

  @Test(arguments: [CrawledMirror.site, "http://127.0.0.1:8480", "https://a-much-longer-name.mirror.example.net:8443"])
  func everyResourceComesBackByteForByte(shown: String) throws {
    let full = try CrawledMirror.full()
    let renderer = DocumentRenderer(base: DocumentBase(shown))
    let recorded = try Self.recorded(shown)
    #expect(recorded.count == 1301)
    try ResourceReader(full.mirror).snapshot(seeing: .everything) { snapshot in
      for (type, id, text) in recorded {
        let entityType = try #require(try snapshot.type(name: type)).entityType
        let uuid = try #require(ResourceID(id))
        let got = try snapshot.resource(uuid, entityType: entityType) { row in
          var bytes: [UInt8] = []
          renderer.append(row.stored, into: &bytes)
          return String(decoding: bytes, as: UTF8.self)
        }
        #expect(got == text)
      }
    }
  }

  @Test func nothingStoredHoldsTheSitesAddress() throws {
    for (_, page) in try CrawledMirror.pages(base: CrawledMirror.site) {
      for resource in page.resources {
        let text = String(decoding: resource.document, as: UTF8.self)
        #expect(!text.contains(#"https:\/\/community.example.org"#))
      }
    }
  }

  @Test func aSecondTimeChangesNothing() throws {
    let mirror = try CrawledMirror()
    let pages = try CrawledMirror.pages(base: CrawledMirror.site)
    let first = try mirror.apply(pages)
    #expect(first.inserted == 1301 && first.updated == 0 && first.changes.count == 200)
    let second = try mirror.apply(pages)
    #expect(second.unchanged == 1301 && second.inserted == 0 && second.updated == 0 && second.changes.isEmpty)
    // Another base URL of the same site is no change either.
    #expect(try mirror.apply(CrawledMirror.pages(base: "http://other.example.org")).unchanged == 1301)
  }

  @Test func sparseFieldsetsKeepLinks() throws {
    let full = try CrawledMirror.full()
    let topic = try #require(try RecordedCrawl.resources().first { $0.key.hasPrefix("node--topic/") }?.value)
    let (id, title) = (try #require(topic["id"]?.string), try #require(topic["attributes"]?["title"]))
    let got = try JSON(
      parsing: #require(try full.rendered("node--topic", id, on: "{{BASE}}", fields: ["uid", "title"])))
    #expect(got.object?.names == ["type", "id", "links", "attributes", "relationships"])
    #expect(got["attributes"] == ["title": title] && got["links"] == topic["links"])
    #expect(got["relationships"]?.object?.members == [.init(name: "uid", value: topic["relationships"]?["uid"] ?? nil)])
    let none = try JSON(parsing: #require(try full.rendered("node--topic", id, fields: [])))
    #expect(none.object?.names == ["type", "id", "links"])
  }
}
