import JSONAPI
import SampleSite
import Support
import Testing

/// What simulations do to a site: everything synchronous, at a time of their own.
@Suite struct ControlTests {
  static let member = "a0000000-0000-4000-8000-000000000002"
  static let start = 1_795_500_000.0
  let clock = HandMovedClock<Double>(start)
  let site: SampleSite
  let caller: Caller

  init() throws {
    let clock = clock
    var settings = SampleSiteSettings()
    settings.clock = { clock.value }
    site = SampleSite(settings, community: try Community.small())
    caller = try Caller(site)
  }

  @Test func smallCommunityHasAllEntityTypesAndPointsToItselfAlone() throws {
    let community = try Community.small()
    #expect((30...60).contains(community.count), "\(community.count)")
    #expect(Set(community.types.filter { community.count(of: $0.name) > 0 }.map(\.entityType)).count == 10)
    for type in community.types {
      for id in community.ids(of: type.name) {
        let resource = try #require(community.resource(id))
        for member in resource.relationships.members {
          let data = member.value["data"] ?? .null
          for target in (data.array ?? [data]).compactMap({ $0["id"]?.string }) where target != "virtual" {
            #expect(community.resource(target) != nil, "\(type.name) \(id) \(member.name)")
          }
        }
        #expect(caller.send("GET", "\(type.path)/\(id)").status == 200)
      }
    }
  }

  @Test func copiesAreIndependent() throws {
    let original = try Community.small()
    var copy = original
    let id = try #require(original.ids(of: "node--topic").first)
    try copy.delete(id)
    #expect(original.resource(id) != nil && copy.resource(id) == nil)
  }

  @Test func lateCommitShowsNowWithAnEarlierSecond() throws {
    let id = try #require(site.community.ids(of: "node--topic").first)
    try site.withCommunity { try $0.edit(id, at: site.now - 240, attributes: [("title", "late")]) }
    let changed = try caller.get("/jsonapi/node/topic/\(id)")["data"]?["attributes"]?["changed"]?.string
    #expect(changed == SiteTime.text(Int64(Self.start) - 240))
  }

  @Test func rightsCanBeTakenAwayInTheMiddle() throws {
    let target = "/jsonapi/event_enrollment/event_enrollment"
    let before = try caller.get(target)
    #expect(!before.ids.isEmpty)
    site.withCommunity { $0.roles[$0.account] = .member }
    let after = try caller.get(target)
    #expect(after.ids.isEmpty)
    #expect(after["meta"]?["omitted"]?["links"]?.object?.members.count == before.ids.count + 1)
    #expect(try caller.get(target + "?filter[status]=1").ids.isEmpty)
    let id = try #require(before.ids.first)
    #expect(caller.send("GET", "\(target)/\(id)").status == 403)
    #expect(caller.send("DELETE", "\(target)/\(id)").status == 403)
    site.withCommunity { $0.roles[$0.account] = .siteManager }
    #expect(try caller.get(target) == before)
  }

  @Test func blockedUsersAreRefused() throws {
    let member = try Caller(site, name: "member", password: "member-password")
    #expect(member.send("GET", "/jsonapi").status == 200)
    try site.withCommunity { try $0.block(Self.member, at: site.now) }
    #expect(member.send("GET", "/jsonapi").status == 401)
    let form = "grant_type=password&username=member&password=member-password"
    #expect(site.respond(to: Caller.tokenRequest(form)).status == 400)
    try site.withCommunity { try $0.block(Self.member, at: site.now, false) }
    #expect(member.send("GET", "/jsonapi").status == 200)
  }

  @Test func savingAUserEndsThatUsersTokensAlone() throws {
    let member = try Caller(site, name: "member", password: "member-password")
    let body: JSON = [
      "data": ["type": "user--user", "id": .string(Self.member), "attributes": ["mail": "x@example.test"]]
    ]
    #expect(caller.send("PATCH", "/jsonapi/user/user/\(Self.member)", body).status == 200)
    #expect(member.send("GET", "/jsonapi").status == 401)
    #expect(caller.send("GET", "/jsonapi").status == 200)
    site.expireTokens()
    #expect(caller.send("GET", "/jsonapi").status == 401)
  }

  @Test func lostAnswerIsDoneAndResetIsNot() throws {
    let topics = "/jsonapi/node/topic"
    let count = site.community.count(of: "node--topic")
    func post() -> SiteResponse {
      caller.send("POST", topics, ["data": ["type": "node--topic", "attributes": ["title": "x"]]])
    }
    site.faults.inject(.reset, method: "POST")
    site.faults.inject(.lostAnswer, method: "POST")
    #expect(caller.send("GET", topics).status == 200)
    #expect(post().isLost)
    #expect(site.community.count(of: "node--topic") == count)
    #expect(post().isLost)
    #expect(site.community.count(of: "node--topic") == count + 1)
    site.faults.inject(.status(502))
    #expect(caller.send("GET", topics).status == 502)
    #expect(post().status == 201 && site.faults.waiting == 0)
  }

  @Test func groupContentMayBeRefused() throws {
    let group = try #require(
      site.community.types.first { $0.entityType == "group" && site.community.count(of: $0.name) > 0 })
    let id = try #require(site.community.ids(of: group.name).first)
    let type = "group_content--\(group.bundle)-group_membership"
    let body: JSON = [
      "data": [
        "type": .string(type),
        "relationships": [
          "gid": ["data": ["type": .string(group.name), "id": .string(id)]],
          "entity_id": ["data": ["type": "user--user", "id": .string(Self.member)]],
        ],
      ]
    ]
    let path = "/jsonapi/group_content/\(group.bundle)-group_membership"
    site.withCommunity { $0.refusesGroupContent = true }
    #expect(caller.send("POST", path, body).status == 500)
    site.withCommunity { $0.refusesGroupContent = false }
    #expect(caller.send("POST", path, body).status == 201)
  }

  @Test func sameSeedAndClockGiveTheSameBytes() throws {
    func story() throws -> [[UInt8]] {
      let clock = HandMovedClock<Double>(Self.start)
      var settings = SampleSiteSettings()
      settings.clock = { clock.value }
      let site = SampleSite(settings, community: try Community.small())
      let caller = try Caller(site)
      var bodies = [Array(caller.token.utf8)]
      for step in 0..<20 {
        clock.value += 7
        if step.isMultiple(of: 3) { site.changeOnce() }
        bodies.append(caller.send("GET", "/jsonapi/node/topic?sort=changed").body)
        bodies.append(caller.send("GET", "/jsonapi/file/file").body)
      }
      return bodies
    }
    #expect(try story() == story())
  }
}
