import JSONAPI
import SampleSite
import Testing

@Suite struct WriteTests {
  static let uuid = "7d1f6a3e-0000-4000-8000-000000000001"
  static let term = "fb906f2b-c49c-5778-8314-ff40a1e3acbb"
  static let topics = "/jsonapi/node/topic"
  let site: SampleSite
  let caller: Caller

  init() throws {
    var settings = SampleSiteSettings()
    settings.clock = { 1_795_500_000 }
    site = try SampleSite(settings)
    caller = try Caller(site)
  }

  static func topic(
    _ attributes: JSON = ["title": "Recorded topic 1"], id: JSON? = .string(uuid), relationships: JSON? = nil
  ) -> JSON {
    var data = JSONObject([("type", "node--topic")])
    data["id"] = id
    data["attributes"] = attributes
    data["relationships"] = relationships
    return ["data": .object(data)]
  }

  @Test func createdWithItsOwnUUID() throws {
    let answer = caller.send(
      "POST", Self.topics,
      Self.topic(
        ["title": "Recorded topic 1", "body": ["value": "<p>x</p>", "format": "basic_html"]],
        relationships: ["field_topic_type": ["data": ["type": "taxonomy_term--topic_types", "id": .string(Self.term)]]])
    )
    #expect(answer.status == 201)
    // The recorded site gave these numbers too.
    #expect(answer.header("location") == "\(base)\(Self.topics)/\(Self.uuid)?resourceVersion=id%3A207")
    let document = try JSON(parsing: answer.body)
    #expect(document["links"]?["self"]?["href"]?.string == "\(base)\(Self.topics)")
    #expect(document["data"]?["attributes"]?["drupal_internal__nid"] == 207)
    #expect(document["data"]?["attributes"]?["changed"]?.string == SiteTime.text(1_795_500_000))
    #expect(document["data"]?["attributes"]?["body"]?["processed"] == "<p>x</p>\n")
    let data = document["data"]?["relationships"]?["field_topic_type"]?["data"]?[0]
    #expect(data?["id"]?.string == Self.term && data?["meta"]?["drupal_internal__target_id"]?.integer != nil)
    // Only the counter of comments is set up after the answer.
    let read = try caller.get("\(Self.topics)/\(Self.uuid)")["data"]
    #expect(read?["relationships"] == document["data"]?["relationships"])
    #expect(read?["attributes"]?["body"] == document["data"]?["attributes"]?["body"])
    #expect(caller.send("POST", Self.topics, Self.topic()).status == 409)
    // As many members, in the same order, as the recorded topics have.
    let model = try caller.get(Self.topics)["data"]?[0]
    #expect(document["data"]?["attributes"]?.object?.names == model?["attributes"]?.object?.names)
    #expect(document["data"]?["relationships"]?.object?.names == model?["relationships"]?.object?.names)
  }

  @Test(
    arguments: [
      (topic([:]), 422, "title: This value should not be null."),
      (
        topic(["title": .string(String(repeating: "x", count: 256))]), 422,
        "title.0.value: Title: may not be longer than 255 characters."
      ),
      (topic(id: "not-a-uuid"), 422, "IDs should be properly generated and formatted UUIDs as described in RFC 4122."),
      (["data": ["id": .string(uuid)]], 400, "Resource object must include a \"type\"."),
      (
        topic(["title": "x", "changed": "2020-01-01T00:00:00+00:00"]), 403,
        "The current user is not allowed to POST the selected field (changed)."
      ),
      (topic(["title": "x", "uid": 1]), 422, "The following relationship fields were provided as attributes: [ uid ]"),
      (
        topic(
          relationships: ["uid": ["data": ["type": "user--user", "id": "7d1f6a3e-0000-4000-8000-0000000003e7"]]]), 404,
        "The resource identified by `user--user:7d1f6a3e-0000-4000-8000-0000000003e7` (given as a relationship item) could "
          + "not be found."
      ),
      (topic(["title": "x", "nonsense": 1]), 201, nil),
    ] as [(JSON, Int, String?)])
  func createIsChecked(body: JSON, status: Int, detail: String?) throws {
    let answer = caller.send("POST", Self.topics, body)
    #expect(answer.status == status)
    #expect(try JSON(parsing: answer.body)["errors"]?[0]?["detail"]?.string == detail)
  }

  @Test func bodyAndMediaTypeAreChecked() throws {
    func send(_ body: String, _ type: String, token: Bool = true) throws -> String {
      var headers = ["content-type": type]
      if token { headers["authorization"] = "Bearer \(caller.token)" }
      let answer = site.respond(
        to: SiteRequest("POST", Self.topics, headers: headers, body: Array(body.utf8), base: base))
      return "\(answer.status) " + (try JSON(parsing: answer.body)["errors"]?[0]?["detail"]?.string ?? "")
    }
    #expect(try send("", "application/vnd.api+json") == "400 Empty request body.")
    #expect(try send("{no", "application/vnd.api+json") == "400 Syntax error")
    let refused = "415 No route found that matches \"Content-Type: application/json\""
    #expect(try send("{}", "application/json") == refused)
    let body = Self.topic().text(.plain)
    #expect(try send(body, "application/vnd.api+json", token: false) == "401 No authentication credentials provided.")
    #expect(try send(body, "application/vnd.api+json; charset=utf-8") == "201 ")
  }

  @Test func patchChangesWhatItNamesAndGuardsChanged() throws {
    let before = try #require(try caller.get("\(Self.topics)?page[limit]=1")["data"]?[0])
    let id = try #require(before["id"]?.string)
    let target = "\(Self.topics)/\(id)"
    let stored = try #require(before["attributes"]?["changed"])
    func patch(_ attributes: JSON) -> SiteResponse {
      caller.send("PATCH", target, Self.topic(attributes, id: .string(id)))
    }
    // Nothing different: nothing moves.
    #expect(patch(["title": before["attributes"]?["title"] ?? .null, "changed": stored]).status == 200)
    #expect(try caller.get(target)["data"]?["attributes"]?["changed"] == stored)
    #expect(patch(["title": "Edited", "changed": stored]).status == 200)
    let after = try caller.get(target)
    #expect(after["data"]?["attributes"]?["title"] == "Edited")
    #expect(after["data"]?["attributes"]?["changed"]?.string == SiteTime.text(1_795_500_000))
    #expect(after["data"]?["attributes"]?["body"] == before["attributes"]?["body"])
    let stale = patch(["title": "Too late", "changed": stored])
    #expect(stale.status == 403)
    #expect(try JSON(parsing: stale.body)["errors"]?[0]?["source"]?["pointer"] == "/data/attributes/changed")
    #expect(try caller.get(target)["data"]?["attributes"]?["title"] == "Edited")
    #expect(caller.send("PATCH", target, Self.topic(id: nil)).status == 400)
    #expect(caller.send("PATCH", target, Self.topic()).status == 400)
    #expect(caller.send("PATCH", "\(Self.topics)/\(Self.uuid)", Self.topic()).status == 404)
  }

  @Test func wholeDocumentSentBackIsAccepted() throws {
    for type in ["node/topic", "comment/comment", "user/user", "taxonomy_term/interests", "group/open_group"] {
      let page = try caller.get("/jsonapi/\(type)?page[limit]=2")
      let resource = try #require(page["data"]?.array?.last)
      let id = resource["id"]?.string ?? ""
      let answer = caller.send("PATCH", "/jsonapi/\(type)/\(id)", ["data": resource])
      #expect(answer.status == 200, "\(type): \(String(decoding: answer.body, as: UTF8.self).prefix(400))")
      #expect(try JSON(parsing: answer.body)["data"] == resource, "\(type)")
    }
  }

  @Test func aliasAloneLeavesChanged() throws {
    let before = try #require(try caller.get("\(Self.topics)?page[limit]=1")["data"]?[0])
    let id = before["id"]?.string ?? ""
    let answer = caller.send(
      "PATCH", "\(Self.topics)/\(id)", Self.topic(["path": ["alias": "/moved"]], id: .string(id)))
    let after = try JSON(parsing: answer.body)["data"]?["attributes"]
    #expect(after?["path"]?["alias"] == "/moved")
    #expect(after?["changed"] == before["attributes"]?["changed"])
  }

  @Test func deleteIsFinalButForUsers() throws {
    let topic = site.community.ids(of: "node--topic")[5]
    let answer = caller.send("DELETE", "\(Self.topics)/\(topic)")
    #expect(answer.status == 204 && answer.body.isEmpty)
    #expect(caller.send("DELETE", "\(Self.topics)/\(topic)").status == 404)
    let user = site.community.ids(of: "user--user")[9]
    #expect(caller.send("DELETE", "/jsonapi/user/user/\(user)").status == 204)
    #expect(try caller.get("/jsonapi/user/user/\(user)")["data"]?["attributes"]?["status"] == false)
  }

  @Test func creatingAGroupRevokesTheTokenAndAUserGetsAProfile() throws {
    let profiles = site.community.count(of: "profile--profile")
    let user: JSON = ["data": ["type": "user--user", "attributes": ["name": "new", "mail": "new@example.test"]]]
    #expect(caller.send("POST", "/jsonapi/user/user", user).status == 201)
    #expect(site.community.count(of: "profile--profile") == profiles + 1)
    let group: JSON = ["data": ["type": "group--open_group", "attributes": ["label": "Recorded group"]]]
    #expect(caller.send("POST", "/jsonapi/group/open_group", group).status == 201)
    #expect(caller.send("GET", "/jsonapi").status == 401)
  }

  @Test func readOnlySiteSaysSo() throws {
    var settings = SampleSiteSettings()
    settings.acceptsWrites = false
    let answer = try Caller(SampleSite(settings)).send("POST", Self.topics, Self.topic())
    #expect(answer.status == 405)
    #expect(answer.header("allow") == "GET")
  }
}
