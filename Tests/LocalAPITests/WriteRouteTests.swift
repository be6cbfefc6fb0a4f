import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Writes: who may, what is shown afterwards, and what the site's own word is relayed as.
@Suite struct WriteRouteTests {
  private static let media = ["Content-Type": "application/vnd.api+json"]

  private static func body(_ data: JSON) -> [UInt8] { JSON.object(JSONObject([("data", data)])).encoded(.plain) }

  private static func document(_ answer: LocalAPIServer.Answered) throws -> JSON { try JSON(parsing: answer.body) }

  private func topic(_ api: InProcessLocalAPI) async throws -> JSON {
    let page = try Self.document(await api.answer("GET", "/jsonapi/node/topic?page[limit]=1"))
    return try #require(page["data"]?[0])
  }

  @Test(arguments: ["POST", "PATCH", "DELETE"]) func aTokenWithoutTheScopeWritesNothing(_ method: String) async throws {
    let api = try await InProcessLocalAPI(.full())
    let form = "grant_type=client_credentials&client_id=reports&client_secret=client%20secret&scope=read"
    let signIn = await api.answer(
      "POST", "/oauth/token", ["Content-Type": "application/x-www-form-urlencoded", "Authorization": nil],
      body: Array(form.utf8))
    let token = try #require(try Self.document(signIn)["access_token"]?.string)
    let id = try #require(try await topic(api)["id"]?.string)
    let data: JSON = ["type": "node--topic", "id": .string(id), "attributes": ["title": "x"]]
    let target = method == "POST" ? "/jsonapi/node/topic" : "/jsonapi/node/topic/\(id)"
    let fields = ["Authorization": "Bearer \(token)", "Content-Type": "application/vnd.api+json"]
    let answer = await api.answer(method, target, fields, body: Self.body(data))
    #expect(answer.status == 403)
    #expect(
      try Self.document(answer)["errors"]?[0]?["detail"]?.string
        == "The current user is not allowed to \(method) the selected resource. The scope 'write' is required.")
    #expect(try api.made.mirror.outbox.unsettledChanges().isEmpty)
  }

  @Test func whatWasWrittenIsReadFilteredSortedAndIncluded() async throws {
    let api = try await InProcessLocalAPI(.full(), now: { 1_800_000_000 })
    let id = "7d1f6a3e-0000-4000-8000-0000000000aa"
    let user = CrawledMirror.account
    let data: JSON = [
      "type": "node--topic", "id": .string(id), "attributes": ["title": "Zebra crossing"],
      "relationships": ["uid": ["data": ["type": "user--user", "id": .string(user)]]],
    ]
    let made = await api.answer("POST", "/jsonapi/node/topic", Self.media, body: Self.body(data))
    #expect(made.status == 201 && made.fields["mirror-pending"] == "1")
    #expect(made.fields["location"] == "http://localhost/jsonapi/node/topic/\(id)")
    for query in [
      "filter[title]=zebra%20crossing", "filter[title][operator]=STARTS_WITH&filter[title][value]=Zebra",
      "sort=-changed&page[limit]=1", "filter[id]=\(id)&include=uid",
      "filter[uid.id]=\(user)&sort=-created&page[limit]=1",
    ] {
      let answer = await api.answer("GET", "/jsonapi/node/topic?\(query)")
      let page = try Self.document(answer)
      #expect(page["data"]?[0]?["id"]?.string == id, "\(query)")
      #expect(answer.fields["mirror-pending"] == "1", "\(query)")
      if query.contains("include") { #expect(page["included"]?[0]?["id"]?.string == user) }
    }
    // Others are not pending, and a deletion is seen at once.
    #expect(await api.answer("GET", "/jsonapi/node/event?page[limit]=3").fields["mirror-pending"] == "0")
    let deleted = await api.answer("DELETE", "/jsonapi/node/topic/\(id)")
    #expect(deleted.status == 204 && deleted.body.isEmpty)
    #expect(await api.answer("GET", "/jsonapi/node/topic/\(id)").status == 404)
    #expect(try api.made.mirror.outbox.unsettledChanges().isEmpty)
  }

  /// An account is blocked by a deletion, not removed (reference 5.4).
  @Test func aDeletedUserIsBlocked() async throws {
    let api = try await InProcessLocalAPI(.full())
    let page = try Self.document(await api.answer("GET", "/jsonapi/user/user?filter[status]=1&page[limit]=1"))
    let id = try #require(page["data"]?[0]?["id"]?.string)
    #expect(await api.answer("DELETE", "/jsonapi/user/user/\(id)").status == 204)
    let shown = try Self.document(await api.answer("GET", "/jsonapi/user/user/\(id)"))
    #expect(shown["data"]?["attributes"]?["status"] == false)
    #expect(try api.made.mirror.outbox.unsettledChanges().map(\.kind) == [.delete])
  }

  /// What the site says to a change that a client waits for.
  @Test func theSitesRefusalIsRelayed() async throws {
    let api = try await InProcessLocalAPI(.full())
    let mirror = api.made.mirror
    let id = try #require(try await topic(api)["id"]?.string)
    let data: JSON = ["type": "node--topic", "id": .string(id), "attributes": ["title": "Refused"]]
    let changes = mirror.outbox.outboxChanges()
    async let answer = api.answer(
      "PATCH", "/jsonapi/node/topic/\(id)", ["Content-Type": "application/vnd.api+json", "Prefer": "wait=30"],
      body: Self.body(data))
    let site = CrawledMirror.site
    try mirror.discovery.note(.siteBaseURL, site)
    let words: JSON = [
      "errors": [
        [
          "title": "Unprocessable Content", "status": "422", "detail": "title: No.",
          "links": ["via": ["href": .string("\(site)/jsonapi/node/topic/\(id)")]],
        ]
      ]
    ]
    var change = try mirror.outbox.unsettledChanges().first
    var told = changes.makeAsyncIterator()
    while change == nil {
      _ = await told.next()
      change = try mirror.outbox.unsettledChanges().first
    }
    try mirror.outbox.reject(#require(change), error: "no", document: words.encoded(.site), at: 1)
    let got = await answer
    #expect(got.status == 422 && got.fields["preference-applied"] == "wait=30")
    let error = try Self.document(got)["errors"]?[0]
    #expect(error?["detail"]?.string == "title: No.")
    #expect(error?["links"]?["via"]?["href"]?.string == "http://localhost/jsonapi/node/topic/\(id)")
  }

  /// Without the site's word in time the mirror answers for itself.
  @Test func whoWaitsInVainIsAnsweredByTheMirror() async throws {
    let api = try await InProcessLocalAPI(.full())
    let id = try #require(try await topic(api)["id"]?.string)
    let data: JSON = ["type": "node--topic", "id": .string(id), "attributes": ["title": "Later"]]
    let fields = ["Content-Type": "application/vnd.api+json", "Prefer": "wait=0"]
    let answer = await api.answer("PATCH", "/jsonapi/node/topic/\(id)", fields, body: Self.body(data))
    #expect(answer.status == 200 && answer.fields["preference-applied"] == nil)
    #expect(try Self.document(answer)["data"]?["attributes"]?["title"] == "Later")
  }
}
