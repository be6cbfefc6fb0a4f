import JSONAPI
import Testing

@testable import Upstream

/// Entry points at other addresses, and links that name other hosts.
@Suite struct EntryPointAddressTests {
  func entry(
    _ links: [(String, String)], base: String, asked: String = "/jsonapi", url: String? = nil, ownPath: String? = nil
  ) throws -> EntryPoint {
    let members = links.map { "\"\($0.0)\":{\"href\":\"\($0.1)\"}" }.joined(separator: ",")
    var response = InboundResponse(
      status: 200,
      fields: [HTTPField("Content-Type", "application/vnd.api+json"), HTTPField("Content-Language", "en")],
      body: Array("{\"links\":{\(members)}}".utf8))
    response.url = url
    return try EntryPoint.parse(response, base: try BaseURL(base), asked: asked, ownPath: ownPath)
  }

  @Test func aLanguageBeforeThePaths() throws {
    let found = try entry(
      [("node--topic", "https://h.example/en/jsonapi/node/topic"), ("self", "https://h.example/en/jsonapi")],
      base: "https://h.example")
    #expect(found.path == "/en/jsonapi" && found.asked == "/jsonapi" && !found.isMoved)
    #expect(found.resourceTypes.map(\.path) == ["/en/jsonapi/node/topic"])
    #expect(found.bases == ["https://h.example"])
  }

  @Test func aRedirectIsSeen() throws {
    let found = try entry(
      [("node--topic", "https://h.example/api/node/topic"), ("self", "https://h.example/api")],
      base: "https://h.example",
      url: "https://h.example/api")
    #expect(found.path == "/api" && found.isMoved)
  }

  @Test(arguments: ["https://www.h.example", "http://h.example:8080", "https://WWW.H.example"])
  func linksThatNameAnotherHostAreThisOnes(host: String) throws {
    let found = try entry(
      [
        ("node--topic", host + "/jsonapi/node/topic"), ("user--user", "/jsonapi/user/user"),
        ("self", host + "/jsonapi"),
      ],
      base: "http://127.0.0.1:8000")
    #expect(found.resourceTypes.map(\.path) == ["/jsonapi/node/topic", "/jsonapi/user/user"])
    #expect(found.bases.contains(host))
  }

  /// A proxy takes the sub-path away, and the site does not know of it.
  @Test func aSubPathThatTheSiteDoesNotKnow() throws {
    let found = try entry(
      [("node--topic", "http://inner/jsonapi/node/topic"), ("self", "http://inner/jsonapi")],
      base: "https://h.example/community")
    #expect(found.resourceTypes.map(\.path) == ["/jsonapi/node/topic"] && found.path == "/jsonapi")
    #expect(found.bases == ["http://inner"])
  }

  /// A proxy adds one, and this side of it does not have it.
  @Test func aSubPathThatOnlyTheSiteKnows() throws {
    let found = try entry(
      [
        ("node--topic", "https://h.example/community/jsonapi/node/topic"),
        ("self", "https://h.example/community/jsonapi"),
      ],
      base: "http://127.0.0.1:8000", ownPath: "/community")
    #expect(found.resourceTypes.map(\.path) == ["/jsonapi/node/topic"] && found.path == "/jsonapi")
    #expect(found.bases == ["https://h.example/community"])
  }

  @Test func oneBadLinkIsPassedOver() throws {
    let found = try entry(
      [
        ("node--topic", "https://h.example/jsonapi/node/topic"),
        ("node--page", "http://u:p@h.example/jsonapi/node/page"),
        ("describedby", "https://h.example/openapi/jsonapi"), ("topics", "https://h.example/jsonapi/t"),
        ("self", "https://h.example/jsonapi"),
      ], base: "https://h.example")
    #expect(found.resourceTypes.map(\.name) == ["node--topic", "topics"])
    #expect(found.oddLinks.map(\.name).contains("node--page"))
  }

  @Test func hostsWithoutEndAreNotBelieved() throws {
    let links = (0..<500).map { ("node--t\($0)", "https://h\($0).example/jsonapi/node/t\($0)") }
    #expect(try entry(links, base: "https://h.example").bases.count == EntryPoint.mostBases)
  }
}
