import JSONAPI
import LocalAPI
import OpenSocial
import Store
import Support
import Testing

/// The forms in which clients may write values, references and file names, and those that the site refuses.
@Suite struct WriteFormTests {
  private static let media = ["Content-Type": "application/vnd.api+json"]

  private static func body(_ data: JSON) -> [UInt8] { JSON.object(JSONObject([("data", data)])).encoded(.plain) }

  private static func detail(_ answer: LocalAPIServer.Answered) throws -> String? {
    try JSON(parsing: answer.body)["errors"]?[0]?["detail"]?.string
  }

  private func first(_ api: InProcessLocalAPI, _ path: String) async throws -> JSON {
    let answer = await api.answer("GET", "/jsonapi/\(path)")
    return try #require(try JSON(parsing: answer.body)["data"]?[0])
  }

  private func patch(
    _ api: InProcessLocalAPI, _ path: String, _ type: String, _ name: String, _ value: JSON
  ) async throws -> LocalAPIServer.Answered {
    let id = try #require(try await first(api, path + "?page[limit]=1")["id"]?.string)
    let data: JSON = [
      "type": .string(type), "id": .string(id), "attributes": .object(JSONObject([(name, value)])),
    ]
    return await api.answer("PATCH", "/jsonapi/\(path)/\(id)", Self.media, body: Self.body(data))
  }

  private static let times: [(JSON, Bool, Bool)] = [
    ("2026-01-01T00:00:00+00:00", true, true), ("2026-01-01T00:00:00Z", true, true),
    ("2026-01-01T01:00:00+0100", true, true), (["value": "2026-01-01T00:00:00+00:00"], true, true),
    ("2026-01-01T00:00:00.5+00:00", false, false), ("2026-01-01 00:00:00+00:00", false, false),
    ("2026-01-01t00:00:00Z", false, false), ("2026-01-01", false, false), ("tomorrow", false, false),
    (1_767_225_600, true, false), ("1767225600", true, false), (true, false, false),
  ]

  /// Timestamps take Unix seconds besides the two formats; dates with a time do not (reference 5.1).
  @Test(arguments: times) func timesAreTakenToTheLetter(_ value: JSON, _ stamp: Bool, _ date: Bool) async throws {
    let api = try await InProcessLocalAPI(.full())
    let created = try await patch(api, "node/topic", "node--topic", "created", value)
    #expect(created.status == (stamp ? 200 : 422), "created \(value)")
    if stamp {
      #expect(
        try JSON(parsing: created.body)["data"]?["attributes"]?["created"]?.string == "2026-01-01T00:00:00+00:00")
    }
    let start = try await patch(api, "node/event", "node--event", "field_event_date", value)
    #expect(start.status == (date ? 200 : 422), "field_event_date \(value)")
    guard !date, let text = value.string ?? value.integer.map({ String($0) }) else { return }
    #expect(
      try Self.detail(start)
        == #"The specified date "\#(text)" is not in an accepted format: "Y-m-d\TH:i:sP" (RFC 3339), "#
        + #""Y-m-d\TH:i:sO" (ISO 8601)."#)
  }

  @Test(arguments: [(5, "5"), (["value": 5], "5"), (["value": "Text"], "Text"), (true, "1")] as [(JSON, String)])
  func whatIsTextIsShownAsText(_ value: JSON, _ shown: String) async throws {
    let api = try await InProcessLocalAPI(.full())
    let answer = try await patch(api, "node/topic", "node--topic", "title", value)
    #expect(answer.status == 200)
    #expect(try JSON(parsing: answer.body)["data"]?["attributes"]?["title"]?.string == shown)
  }

  /// Numbers are measured like the text that they become.
  @Test func aChoiceIsCheckedAsText() async throws {
    let api = try await InProcessLocalAPI(.full())
    let answer = try await patch(api, "node/topic", "node--topic", "field_content_visibility", 5)
    #expect(answer.status == 422)
    #expect(try Self.detail(answer) == "field_content_visibility.0: The value you selected is not a valid choice.")
  }

  @Test func aGroupsLabelIsItsTitle() async throws {
    let api = try await InProcessLocalAPI(.full())
    let long = JSON.string(String(repeating: "x", count: 256))
    let data: JSON = ["type": "group--open_group", "attributes": ["label": long]]
    let answer = await api.answer("POST", "/jsonapi/group/open_group", Self.media, body: Self.body(data))
    #expect(answer.status == 422)
    #expect(try Self.detail(answer) == "label.0.value: Title: may not be longer than 255 characters.")
  }

  /// A mirror of a site that calls the title of its topics `headline`.
  /// - Parameter isLater: whether it was `title` when the site was read first.
  private func renamed(isLater: Bool) throws -> CrawledMirror {
    let made = try isLater ? CrawledMirror.full() : CrawledMirror()
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: try CrawledMirror.paths())
    let pages = try RecordedCrawl.load(base: CrawledMirror.site).filter { $0.type != "entry" }
      .map { page -> (type: String, page: ScannedPage) in
        guard page.type == "node--topic" else { return (page.type, try scanner.page(page.body)) }
        let text = String(decoding: page.body, as: UTF8.self).replacing("\"title\":", with: "\"headline\":")
        return (page.type, try scanner.page(Array(text.utf8)))
      }
    _ = try made.apply(pages, cursor: true)
    try made.mirror.discovery.note(.siteAccount, CrawledMirror.account)
    return made
  }

  /// What a type cannot do without is asked for by the name that it has there, or not at all.
  @Test(arguments: [nil, false, true] as [Bool?]) func aTitleOfAnotherNameIsNotAskedFor(isLater: Bool?) async throws {
    let api = try await InProcessLocalAPI(isLater.map { try renamed(isLater: $0) } ?? .full())
    let data: JSON = ["type": "node--topic", "attributes": ["headline": "New"]]
    let answer = await api.answer("POST", "/jsonapi/node/topic", Self.media, body: Self.body(data))
    guard isLater != nil else {
      #expect(answer.status == 422)
      #expect(try Self.detail(answer) == "title: This value should not be null.")
      return
    }
    #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
    #expect(try JSON(parsing: answer.body)["data"]?["attributes"]?["headline"] == "New")
    // Others are asked as ever.
    let event: JSON = ["type": "node--event", "attributes": ["headline": "New"]]
    let refused = await api.answer("POST", "/jsonapi/node/event", Self.media, body: Self.body(event))
    #expect(refused.status == 422)
    #expect(try Self.detail(refused)?.hasPrefix("title: This value should not be null.") == true)
  }

  // MARK: References

  /// The site describes which bundles a relationship leads to; those of the same entity type are not enough.
  @Test func anotherBundleIsNoTarget() async throws {
    let api = try await InProcessLocalAPI(.full())
    let topic = try #require(try await first(api, "node/topic?page[limit]=1")["id"]?.string)
    let term = try #require(try await first(api, "taxonomy_term/topic_types?page[limit]=1")["id"]?.string)
    let data: JSON = [["type": "taxonomy_term--topic_types", "id": .string(term)]]
    let answer = await api.answer(
      "POST", "/jsonapi/node/topic/\(topic)/relationships/social_tagging", Self.media, body: Self.body(data))
    #expect(answer.status == 400)
    #expect(
      try Self.detail(answer)
        == "The provided type (taxonomy_term--topic_types) does not match the destination resource types "
        + "(taxonomy_term--social_tagging).")
  }

  /// The site would look for the number of what is named among what the relationship leads to.
  @Test func aResourceOfAnotherKindIsNoTarget() async throws {
    let api = try await InProcessLocalAPI(.full())
    let term = try #require(try await first(api, "taxonomy_term/topic_types?page[limit]=1")["id"]?.string)
    func send(_ name: String, _ data: JSON) async throws -> String? {
      let body: JSON = [
        "type": "node--topic", "attributes": ["title": "T"],
        "relationships": .object(JSONObject([(name, ["data": data] as JSON)])),
      ]
      let answer = await api.answer("POST", "/jsonapi/node/topic", Self.media, body: Self.body(body))
      #expect(answer.status == 422)
      let error = try JSON(parsing: answer.body)["errors"]?[0]
      return "\(error?["detail"]?.string ?? "") \(error?["source"]?["pointer"]?.string ?? "")"
    }
    let another = try await send("uid", ["type": "taxonomy_term--topic_types", "id": .string(term)])
    #expect(
      another
        == "uid.0.target_id: The referenced entity (user: \(term)) does not exist. /data/attributes/uid/target_id")
    let bundle = try await send("social_tagging", [["type": "taxonomy_term--topic_types", "id": .string(term)]])
    #expect(
      bundle
        == "social_tagging.0.target_id: This entity (taxonomy_term: \(term)) cannot be referenced. "
        + "/data/attributes/social_tagging/0/target_id")
    #expect(try api.made.mirror.outbox.unsettledChanges().isEmpty)
  }

  /// Without an arity an identifier means all parallels (reference 2.7).
  @Test func arityTellsParallelsApart() async throws {
    let api = try await InProcessLocalAPI(.full())
    let topic = try #require(try await first(api, "node/topic?page[limit]=1")["id"]?.string)
    let term = try #require(try await first(api, "taxonomy_term/social_tagging?page[limit]=1")["id"]?.string)
    func item(_ arity: Int64?) -> JSON {
      let bare: JSON = ["type": "taxonomy_term--social_tagging", "id": .string(term)]
      guard let arity, var object = bare.object else { return bare }
      object["meta"] = ["arity": .integer(arity)]
      return .object(object)
    }
    func send(_ method: String, _ items: [JSON]) async -> Int {
      await api.answer(
        method, "/jsonapi/node/topic/\(topic)/relationships/social_tagging", Self.media, body: Self.body(.array(items))
      ).status
    }
    #expect(await send("PATCH", [item(nil)]) == 204)
    #expect(await send("POST", [item(nil)]) == 204)
    #expect(await send("POST", [item(0)]) == 204)
    #expect(await send("POST", [item(nil), item(1)]) == 400)
    #expect(await send("POST", [item(1)]) == 200)
    // Both parallels are meant, so nothing is there that was not sent.
    #expect(await send("POST", [item(nil)]) == 204)
    let shown = await api.answer("GET", "/jsonapi/node/topic/\(topic)/relationships/social_tagging")
    #expect(try JSON(parsing: shown.body)["data"]?.array?.map { $0["meta"]?["arity"]?.integer } == [0, 1])
    #expect(await send("DELETE", [item(nil)]) == 204)
    let rest = await api.answer("GET", "/jsonapi/node/topic/\(topic)/relationships/social_tagging")
    #expect(try JSON(parsing: rest.body)["data"] == [])
  }

  // MARK: File names

  @Test(arguments: [
    (#"file; filename="a.png""#, 201), (#"file; filename="a.png"; filename*=UTF-8''b.png"#, 201),
    (#"file; xfilename="x.png"; filename="a.png""#, 201), (#"file; filename*="a.png""#, 400),
    (#"file; filename*=UTF-8''a.png"#, 400), (#"file; xfilename="a.png""#, 400), (#"file; filename="""#, 400),
    (#"file; filename="a.webp""#, 422), (#"file; filename="a.svg""#, 422), (#"file; filename="A.JPG""#, 201),
  ]) func fileNames(_ disposition: String, _ status: Int) async throws {
    let api = try await InProcessLocalAPI(.full())
    let fields = ["Content-Type": "application/octet-stream", "Content-Disposition": disposition]
    let answer = await api.answer("POST", "/jsonapi/node/topic/field_topic_image", fields, body: [1, 2, 3])
    #expect(answer.status == status)
  }
}
