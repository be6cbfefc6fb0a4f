import Foundation
import JSONAPI
import LocalAPI
import OpenSocial
import SampleSite
import Store
import Support
import Testing

@Suite struct ConditionalTests {
  /// A topic and its author.
  private static let pair = Result { () -> (topic: JSON, author: JSON) in
    let crawl = try RecordedCrawl.resources(base: CrawledMirror.site)
    let found = crawl.values.filter { $0["type"] == "node--topic" }.lazy.compactMap { topic -> (JSON, JSON)? in
      let data = topic["relationships"]?["uid"]?["data"]
      return crawl["user--user/\(data?["id"]?.string ?? "")"].map { (topic, $0) }
    }.first
    return try #require(found)
  }

  private static func path(_ topic: JSON) -> String { "/jsonapi/node/topic/\(topic["id"]?.string ?? "")" }

  @Test func aClientThatHasTheContentGetsNone() async throws {
    let api = try await InProcessLocalAPI(.full())
    let topic = try Self.pair.get().topic
    let targets = [
      Self.path(topic), "\(Self.path(topic))?include=uid", "\(Self.path(topic))/uid",
      "\(Self.path(topic))/relationships/uid",
      "/jsonapi/node/topic?page%5Blimit%5D=2", "/jsonapi/node/topic?sort=-changed&include=uid",
    ]
    for target in targets {
      let first = await api.answer("GET", target)
      let tag = try #require(first.fields["etag"])
      #expect(first.status == 200 && tag.hasPrefix("W/\""), "\(target)")
      let opaque = tag.dropFirst(2)
      for header in [tag, "\(opaque)", "\"x\", \(tag)", "W/\"a,b\" ,\(opaque),\"\"", "*", " * "] {
        for method in ["GET", "HEAD"] {
          let again = await api.answer(method, target, ["If-None-Match": header])
          #expect(again.status == 304 && again.body.isEmpty, "\(target) \(header)")
          #expect(again.fields["etag"] == tag && again.fields["content-type"] == nil)
          for name in ["mirror-as-of", "vary", "cache-control"] {
            #expect(again.fields[name] == first.fields[name] && again.fields[name] != nil, "\(name)")
          }
        }
      }
      for header in ["\"x\"", "", "W/", "\"", "W/\"*\"", "\(opaque.dropLast())"] {
        let again = await api.answer("GET", target, ["If-None-Match": header])
        #expect(again.status == 200 && again.body == first.body, "\(target) \(header)")
      }
    }
  }

  /// Another path of a type is in the links of what includes it, though no resource has changed.
  @Test func anotherPathOfATypeIsOtherContent() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let target = "\(Self.path(try Self.pair.get().topic))?include=uid"
    let first = await api.answer("GET", target)
    let known = ["If-None-Match": try #require(first.fields["etag"])]
    #expect(await api.answer("GET", target, known).status == 304)
    try made.mirror.discovery.discovered(["user--user": "/jsonapi/people"])
    // Who asks for what is not known makes the types be read anew.
    #expect(await api.answer("GET", "/jsonapi/people").status == 200)
    let second = await api.answer("GET", target, known)
    #expect(second.status == 200 && String(decoding: second.body, as: UTF8.self).contains(#"jsonapi\/people"#))
  }

  @Test func onlyContentIsCompared() async throws {
    let api = try await InProcessLocalAPI(.full())
    let any = ["If-None-Match": "*"]
    #expect(await api.answer("GET", "/jsonapi/node/topic/00000000-0000-4000-8000-000000000000", any).status == 404)
    #expect(await api.answer("GET", "/jsonapi/node/topic?foo=1", any).status == 400)
    #expect(await api.answer("GET", "/jsonapi/node/topic?sort=nope", any).status == 400)
    #expect(await api.answer("GET", "/jsonapi", any).status == 200)
  }

  /// A change of a resource ends the tags of everything that shows it, and of no other single resource.
  @Test func tagsFollowWhatIsShown() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let (topic, author) = try Self.pair.get()
    let alone = Self.path(topic)
    let withAuthor = "\(alone)?include=uid"
    let related = "\(alone)/uid"
    let page = "/jsonapi/user/user?filter%5Bid%5D=\(author["id"]?.string ?? "")"
    var tags: [String: String] = [:]
    for target in [alone, withAuthor, related, page] {
      tags[target] = await api.answer("GET", target).fields["etag"]
    }
    var changed = author
    changed["attributes"]?["display_name"] = "Somebody else"
    let document: JSON = ["data": changed]
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: try CrawledMirror.paths())
    let outcome = try made.apply([("user--user", try scanner.page(document.encoded(.site)))])
    #expect(outcome.updated == 1)
    for (target, isStill) in [(alone, true), (withAuthor, false), (related, false), (page, false)] {
      let again = await api.answer("GET", target, ["If-None-Match": tags[target] ?? ""])
      #expect(again.status == (isStill ? 304 : 200), "\(target)")
      #expect(isStill || String(decoding: again.body, as: UTF8.self).contains("Somebody else"), "\(target)")
    }
  }

  /// What leaves the mirror ends the tags of all that showed it, and so does what comes back.
  @Test func tagsEndWhenAResourceLeavesAndComesBack() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let topic = try Self.pair.get().topic
    let id = try #require(topic["id"]?.string)
    let found = "/jsonapi/node/topic?filter%5Bid%5D=\(id)"
    let targets = [found, "\(found)&include=uid", "/jsonapi/node/topic?page%5Blimit%5D=2", "/jsonapi/node/topic"]
    func tags() async -> [String: String] {
      var tags: [String: String] = [:]
      for target in targets { tags[target] = await api.answer("GET", target).fields["etag"] }
      return tags
    }
    func expectNews(since tags: [String: String], isThere: Bool) async {
      for target in targets {
        let again = await api.answer("GET", target, ["If-None-Match": tags[target] ?? ""])
        #expect(again.status == 200, "\(target)")
        if target.hasPrefix(found) {
          #expect(String(decoding: again.body, as: UTF8.self).contains("\"id\":\"\(id)\"") == isThere, "\(target)")
        }
      }
    }
    let before = await tags()
    #expect(await api.answer("DELETE", Self.path(topic)).status == 204)
    await expectNews(since: before, isThere: false)
    let without = await tags()
    let change = try #require(try made.mirror.outbox.unsettledChanges().first)
    _ = try made.mirror.outbox.drop(change.id, at: 1)
    await expectNews(since: without, isThere: true)
  }
}

extension JSON {
  /// A member of an object that is there.
  fileprivate subscript(name: String) -> JSON? {
    get { object?[name] }
    set {
      guard var members = object else { return }
      members[name] = newValue
      self = .object(members)
    }
  }
}
