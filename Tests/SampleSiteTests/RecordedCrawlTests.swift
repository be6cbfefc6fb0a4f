import JSONAPI
import SampleSite
import Support
import Testing

@Suite struct RecordedCrawlTests {
  static let site = Result { try SampleSite() }
  static let pages = Result { try RecordedCrawl.load(base: base) }
  static let types = Result { try Content.recorded().types.map(\.name) }

  @Test func hasAllTypesAndResources() throws {
    let community = try Community()
    #expect(community.types.count == 28)
    #expect(community.count == 1302)
    #expect(try RecordedCrawl.resources().count == 1301)
  }

  @Test func entryPointIsTheRecordedOne() throws {
    let recorded = try #require(try Self.pages.get().first { $0.type == "entry" })
    let answer = try Caller(Self.site.get()).send("GET", "/jsonapi")
    #expect(String(decoding: answer.body, as: UTF8.self) == String(decoding: recorded.body, as: UTF8.self))
  }

  /// Byte for byte, but for the random keys of what is omitted.
  @Test(arguments: try types.get())
  func collectionsAreTheRecordedOnes(type: String) throws {
    let caller = try Caller(Self.site.get())
    let recorded = try Self.pages.get().filter { $0.type == type }
    #expect(!recorded.isEmpty)
    for page in recorded {
      let answer = caller.send("GET", page.url)
      #expect(answer.status == 200)
      let (got, expected) = (try JSON(parsing: answer.body), try JSON(parsing: page.body))
      if expected["meta"] == nil {
        #expect(answer.body == page.body, "\(page.url)")
      } else {
        #expect(got.withoutOmitted == expected.withoutOmitted)
        let links = { (page: JSON) in page["meta"]?["omitted"]?["links"]?.object?.members.map(\.value) }
        #expect(links(got) == links(expected))
      }
    }
    let walked = try caller.pages(recorded[0].url)
    #expect(walked.flatMap(\.ids) == (try recorded.flatMap { try JSON(parsing: $0.body).ids }))
  }
}
