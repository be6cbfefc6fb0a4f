import JSONAPI
import SampleSite
import Testing

/// What happens in the community, as seen through the site.
@Suite struct CommunityTests {
  let site: SampleSite
  let caller: Caller
  let topics = "/jsonapi/node/topic"

  init() throws {
    var settings = SampleSiteSettings()
    settings.clock = { 1_795_500_000 }
    site = try SampleSite(settings)
    caller = try Caller(site)
  }

  func topic(_ index: Int) -> String { site.community.ids(of: "node--topic")[index] }

  @Test func editMovesChangedAndRevision() throws {
    let id = topic(3)
    let before = try caller.get("\(topics)/\(id)")
    try site.withCommunity { try $0.edit(id, at: site.now, attributes: [("title", "Edited <b> & more")]) }
    let after = try caller.get("\(topics)/\(id)")
    #expect(after["data"]?["attributes"]?["title"] == "Edited <b> & more")
    #expect(after["data"]?["attributes"]?["changed"]?.string == SiteTime.text(1_795_500_000))
    #expect(
      before["data"]?["attributes"]?["drupal_internal__vid"] != after["data"]?["attributes"]?["drupal_internal__vid"])
    let revision = after["data"]?["attributes"]?["drupal_internal__vid"]?.integer ?? 0
    #expect(
      after["data"]?["links"]?["self"]?["href"]?.string == "\(base)\(topics)/\(id)?resourceVersion=id%3A\(revision)")
    #expect(after["data"]?["attributes"]?.object?.names == before["data"]?["attributes"]?.object?.names)
    let newest = try caller.get("\(topics)?sort=-changed,-drupal_internal__nid&page[limit]=1")
    #expect(newest.ids == [id])
  }

  @Test func silentEditMovesNothingElse() throws {
    let id = topic(3)
    let before = try caller.get("\(topics)/\(id)")
    try site.withCommunity { try $0.editSilently(id, attributes: [("title", "Changed unseen")]) }
    let after = try caller.get("\(topics)/\(id)")
    #expect(after["data"]?["attributes"]?["title"] == "Changed unseen")
    #expect(after["data"]?["attributes"]?["changed"] == before["data"]?["attributes"]?["changed"])
    #expect(after["data"]?["links"] == before["data"]?["links"])
  }

  @Test func deletedIsGoneAndReferencesAreMissing() throws {
    let comment = try #require(try caller.get("/jsonapi/comment/comment?page[limit]=1")["data"]?[0])
    let id = try #require(comment["id"]?.string)
    let host = try #require(comment["relationships"]?["entity_id"]?["data"]?["id"]?.string)
    try site.withCommunity { try $0.delete(host) }
    #expect(caller.send("GET", "\(topics)/\(host)").status == 404)
    #expect(try caller.pages(topics).flatMap(\.ids).contains(host) == false)
    let now = try caller.get("/jsonapi/comment/comment/\(id)?include=entity_id")
    #expect(now["data"]?["relationships"]?["entity_id"]?["data"]?["id"] == "missing")
    #expect(now["data"]?["attributes"] == comment["attributes"])
    #expect(now["included"] == nil)
  }

  @Test func omittedRowsTakeTheirPlaceOnThePage() throws {
    let hidden = (0..<50).map(topic)
    try site.withCommunity { community in for id in hidden { try community.conceal(id, .omitted) } }
    let page = try caller.get(topics)
    #expect(page.ids.isEmpty)
    #expect(page["links"]?["next"] != nil)
    #expect(page["meta"]?["omitted"]?["links"]?.object?.members.count == 51)
    #expect(try caller.pages(topics).flatMap(\.ids).count == 80)
    let alone = caller.send("GET", "\(topics)/\(hidden[0])")
    #expect(alone.status == 403)
    #expect(try JSON(parsing: alone.body)["errors"]?[0]?["source"]?["pointer"] == "/data")
    try site.withCommunity { try $0.conceal(hidden[0], .none) }
    #expect(try caller.get(topics).ids == [hidden[0]])
  }

  @Test func vanishedRowsLeaveNoTrace() throws {
    let id = topic(0)
    try site.withCommunity { try $0.conceal(id, .vanished) }
    let page = try caller.get(topics)
    #expect(page.ids.count == 50)
    #expect(!page.ids.contains(id))
    #expect(page["meta"] == nil)
    #expect(caller.send("GET", "\(topics)/\(id)").status == 403)
  }

  @Test func refusedFilterIsSilentlyEmpty() throws {
    site.withCommunity { $0.silentlyRefusesFilter = ["profile--profile"] }
    let page = try caller.get("/jsonapi/profile/profile?filter[status]=1")
    #expect(page.ids.isEmpty)
    #expect(page.object?.names == ["jsonapi", "data", "links"])
    #expect(try caller.get("/jsonapi/profile/profile?sort=-changed").ids.count == 50)
  }

  @Test func visitorsSeeWhatIsPublicAndNamesAlone() throws {
    func anonymous(_ target: String) throws -> JSON {
      try JSON(parsing: site.respond(to: SiteRequest("GET", target, base: base)).body)
    }
    #expect(try anonymous("/jsonapi")["meta"] == nil)
    let users = try anonymous("/jsonapi/user/user")
    #expect(!users.ids.isEmpty && users["data"]?[0]?["attributes"]?.object?.names == ["display_name"])
    let id = try #require(try anonymous("\(topics)?page[limit]=50").ids.first)
    let isShown = { try anonymous("\(topics)?page[limit]=50").ids.contains(id) }
    #expect(try isShown())
    try site.withCommunity { try $0.unpublish(id, at: site.now) }
    #expect(try !isShown())
    #expect(caller.send("GET", "\(topics)/\(id)").status == 200)
  }

  @Test func changesByItselfAreTheSameForTheSameSeed() throws {
    func story() throws -> [CommunityEvent?] {
      var settings = SampleSiteSettings()
      settings.clock = { 1_795_500_000 }
      let site = try SampleSite(settings)
      return (0..<40).map { _ in site.changeOnce() }
    }
    let first = try story()
    #expect(try story() == first)
    #expect(Set(first.compactMap { $0?.kind }) == [.edited, .created, .deleted])
  }

  @Test func eventsAreTold() async throws {
    let event = try #require(site.changeOnce())
    #expect(await site.events.first { _ in true } == event)
    let resource = site.community.resource(event.id)
    #expect(event.kind == .deleted ? resource == nil : resource?.type == event.type)
  }
}
