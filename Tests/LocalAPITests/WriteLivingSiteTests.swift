import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Writes whose outcome on the site is known before it has them.
@Suite struct WriteLivingSiteTests {
  private static let media = ["Content-Type": "application/vnd.api+json"]

  private static func body(_ data: JSON) -> [UInt8] { JSON.object(JSONObject([("data", data)])).encoded(.plain) }

  private static func post(_ api: InProcessLocalAPI, _ title: String) async -> LocalAPIServer.Answered {
    let data: JSON = ["type": "node--topic", "attributes": ["title": .string(title)]]
    return await api.answer("POST", "/jsonapi/node/topic", media, body: body(data))
  }

  /// Creations that the site's version never carries out are answered so at once, and nothing is recorded; others go on.
  @Test(arguments: [(405, 2, 405), (403, 2, 403), (500, 3, 501)])
  func whatWasLearnedIsSaidAtOnce(status: Int, enough: Int, answered: Int) async throws {
    let api = try await InProcessLocalAPI(.full(), now: { 1_800_000_000 })
    let mirror = api.made.mirror
    for number in 1...enough {
      #expect(await Self.post(api, "New \(number)").status == 201)
      let change = try #require(try mirror.outbox.unsettledChanges().last)
      try mirror.outbox.reject(
        change, error: "no", document: nil, ofType: TypeRefusal(status: status, detail: "Call to nothing"),
        at: 1_800_000_000)
    }
    let waiting = try mirror.outbox.unsettledChanges()
    let refused = await Self.post(api, "One more")
    #expect(refused.status == answered)
    let error = try JSON(parsing: refused.body)["errors"]?[0]
    #expect(error?["status"]?.string == "\(answered)")
    let detail = try #require(error?["detail"]?.string)
    let last = try #require(waiting.last?.id)
    for word in ["Call to nothing", "\(status)", "node--topic", "queue retry \(last)"] {
      #expect(detail.contains(word), "\(detail)")
    }
    #expect(try mirror.outbox.unsettledChanges() == waiting)
    // What is there may be changed, and other types are made.
    let page = try JSON(parsing: await api.answer("GET", "/jsonapi/node/event?page[limit]=1").body)
    let id = try #require(page["data"]?[0]?["id"]?.string)
    let patch: JSON = ["type": "node--event", "id": .string(id), "attributes": ["title": "Other"]]
    #expect(await api.answer("PATCH", "/jsonapi/node/event/\(id)", Self.media, body: Self.body(patch)).status == 200)
    try mirror.outbox.retry(last)
    #expect(await Self.post(api, "One more").status == 201)
  }

  /// The site sets formatted text as a whole: what a PATCH leaves out of it is null, and is shown so at once.
  @Test(
    arguments: [
      (["value": "new"], nil, nil), (["value": "new", "format": "full_html"], "full_html", nil),
      (["value": "new", "format": "basic_html", "summary": "short"], "basic_html", "short"), ("new", nil, nil),
    ] as [(JSON, String?, String?)])
  func formattedTextIsSetAsAWhole(given: JSON, format: String?, summary: String?) async throws {
    let api = try await InProcessLocalAPI(.full(), now: { 1_800_000_000 })
    let page = try JSON(
      parsing: await api.answer(
        "GET",
        "/jsonapi/node/topic?filter[a][condition][path]=body.summary&filter[a][condition][operator]=IS%20NOT%20NULL&page[limit]=1"
      ).body)
    let id = try #require(page["data"]?[0]?["id"]?.string)
    #expect(page["data"]?[0]?["attributes"]?["body"]?["summary"]?.string != nil)
    let patch: JSON = ["type": "node--topic", "id": .string(id), "attributes": ["body": given]]
    let answer = await api.answer("PATCH", "/jsonapi/node/topic/\(id)", Self.media, body: Self.body(patch))
    #expect(answer.status == 200)
    let body = try JSON(parsing: answer.body)["data"]?["attributes"]?["body"]
    #expect(body?["value"] == "new" && body?["processed"]?.isNull == true)
    #expect(body?["format"]?.string == format && body?["summary"]?.string == summary)
    #expect(body?.object?.names == ["value", "format", "processed", "summary"])
  }
}
