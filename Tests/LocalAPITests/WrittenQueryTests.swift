import JSONAPI
import LocalAPI
import Support
import Testing

/// What a query says of the answer, where it cannot be: when that is looked at, and what has happened by then.
@Suite struct WrittenQueryTests {
  private static let media = ["Content-Type": "application/vnd.api+json"]
  private static let path = "/jsonapi/node/topic"

  private static func detail(_ answer: LocalAPIServer.Answered) throws -> String? {
    try JSON(parsing: answer.body)["errors"]?[0]?["detail"]?.string
  }

  private func first(_ api: InProcessLocalAPI) async throws -> (id: String, title: JSON?) {
    let topic = try JSON(parsing: await api.answer("GET", "\(Self.path)?page[limit]=1").body)["data"]?[0]
    return (try #require(topic?["id"]?.string), topic?["attributes"]?["title"])
  }

  /// The site includes when it answers: after all that is wrong with the write itself, and here before anything is recorded.
  @Test(arguments: ["include=nope", "include[]=uid", "fields=title"])
  func aWriteIsCheckedBeforeItsAnswer(_ query: String) async throws {
    let api = try await InProcessLocalAPI(.full())
    let (id, title) = try await first(api)
    let target = "\(Self.path)/\(id)?\(query)"
    let empty = await api.answer("PATCH", target, Self.media)
    #expect(empty.status == 400)
    #expect(try Self.detail(empty) == "Empty request body.")
    let body: JSON = [
      "data": ["type": "node--topic", "id": .string(id), "attributes": ["title": "Another"]]
    ]
    let good = await api.answer("PATCH", target, Self.media, body: body.encoded(.plain))
    #expect(good.status == 400)
    #expect(try Self.detail(good) != "Empty request body.")
    #expect(try await first(api).title == title)
  }

  /// The answer to a deletion has nothing to include.
  @Test func aDeletionIncludesNothing() async throws {
    let api = try await InProcessLocalAPI(.full())
    let (id, _) = try await first(api)
    #expect(await api.answer("DELETE", "\(Self.path)/\(id)?include=nope").status == 204)
    #expect(await api.answer("GET", "\(Self.path)/\(id)").status == 404)
  }

  /// Neither has the entry point.
  @Test func theEntryPointIncludesNothing() async throws {
    let api = try await InProcessLocalAPI(.full())
    #expect(await api.answer("GET", "/jsonapi?include[]=uid").status == 200)
    #expect(await api.answer("GET", "/jsonapi?fields=title").status == 400)
  }

  /// Another format has no route, whatever the id in the path.
  @Test(arguments: ["", "/uid", "/relationships/uid"]) func anotherFormatIsRefusedFirst(_ rest: String) async throws {
    let api = try await InProcessLocalAPI(.full())
    let target = "\(Self.path)/00000000-0000-4000-8000-000000000000\(rest)"
    #expect(await api.answer("GET", target).status == 404)
    #expect(await api.answer("GET", target + "?_format=json").status == 406)
    guard rest != "/uid" else { return }
    #expect(await api.answer("PATCH", target, Self.media).status == 404)
    #expect(await api.answer("PATCH", target + "?_format=json", Self.media).status == 406)
  }

  /// To internal targets there is no route: a page, not a document.
  @Test func internalTargetsHaveNoRoute() async throws {
    let api = try await InProcessLocalAPI(.full())
    let path = "/jsonapi/group_content/open_group-group_membership/00000000-0000-4000-8000-000000000000"
    let page = await api.answer("GET", "\(path)/group_content_type")
    #expect(page.status == 404 && page.fields["content-type"]?.hasPrefix("text/html") == true)
    let document = await api.answer("GET", "\(path)/relationships/group_content_type")
    #expect(document.status == 404 && document.fields["content-type"] == "application/vnd.api+json")
  }
}
