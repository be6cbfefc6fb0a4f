import JSONAPI
import SampleSite
import Testing

@Suite struct ScaledTests {
  @Test func hasTheNumberAskedForAndIsAlwaysTheSame() throws {
    let community = try Community.scaled(to: 6000)
    // The hidden file comes on top.
    #expect(community.count == 6001)
    let again = try Community.scaled(to: 6000)
    for type in community.types {
      let ids = community.ids(of: type.name)
      #expect(Set(ids).count == ids.count, "\(type.name)")
      #expect(again.ids(of: type.name) == ids, "\(type.name)")
      #expect(ids.count >= (try Community().count(of: type.name)), "\(type.name)")
    }
  }

  @Test func clonesAreWholeAndPointToClones() throws {
    var settings = SampleSiteSettings()
    settings.resources = 3000
    let site = try SampleSite(settings)
    let caller = try Caller(site)
    let pages = try caller.pages("/jsonapi/comment/comment?include=entity_id,uid")
    #expect(pages.flatMap(\.ids).count == site.community.count(of: "comment--comment"))
    var numbers: Set<Int64> = []
    for page in pages {
      let included = Set(page["included"]?.array?.compactMap { $0["id"]?.string } ?? [])
      for comment in page["data"]?.array ?? [] {
        numbers.insert(comment["attributes"]?["drupal_internal__cid"]?.integer ?? 0)
        for name in ["entity_id", "uid"] {
          let target = comment["relationships"]?[name]?["data"]
          let id = target?["id"]?.string ?? ""
          #expect(included.contains(id))
          let resource = try #require(site.community.resource(id))
          let key =
            name == "uid" ? "drupal_internal__uid" : resource.type.hasPrefix("node") ? "drupal_internal__nid" : ""
          #expect(target?["meta"]?["drupal_internal__target_id"] == resource.attributes[key])
        }
      }
    }
    #expect(numbers.count == site.community.count(of: "comment--comment"))
  }

  @Test func whatIsReadIsWhatIsRendered() throws {
    var settings = SampleSiteSettings()
    settings.resources = 3000
    let site = try SampleSite(settings)
    let caller = try Caller(site)
    for type in site.community.types {
      let id = try #require(site.community.ids(of: type.name).last)
      let document = try caller.get("\(type.path)/\(id)")
      let stored = try #require(site.community.resource(id))
      for member in stored.attributes.members where member.name != "metatag" {
        #expect(document["data"]?["attributes"]?[member.name] == member.value, "\(type.name) \(member.name)")
      }
      for member in stored.relationships.members where member.value["data"] != nil {
        #expect(document["data"]?["relationships"]?[member.name]?["data"] == member.value["data"], "\(type.name)")
      }
    }
  }

  @Test func keysetWalkFindsAllClones() throws {
    var settings = SampleSiteSettings()
    settings.resources = 6000
    let site = try SampleSite(settings)
    let type = try #require(site.community.types.first { $0.name == "node--topic" })
    let seen = try KeysetTests.walk(Caller(site), type, limit: 50)
    #expect(seen.count == Set(seen).count)
    #expect(Set(seen) == Set(site.community.ids(of: type.name)))
  }
}
