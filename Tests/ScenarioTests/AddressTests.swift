import Foundation
import JSONAPI
import SampleSite
import Support
import Synchronization
import Testing
import Upstream

@testable import Store
@testable import SyncAgent

/// Sites whose API has other addresses: each is mirrored whole, by requests to its own origin alone.
@Suite struct AddressTests {
  /// Follows redirects, and keeps what was asked.
  final class Door: Transport {
    let site: SampleSite
    let asked = Mutex<[String]>([])
    init(_ site: SampleSite) { self.site = site }

    func send(_ request: OutboundRequest) async throws -> InboundResponse {
      var request = request
      let first = request.url
      for _ in 0...RedirectRule.limit {
        #expect(request.url.hasPrefix(siteBase + "/"), "asked \(request.url)")
        asked.withLock { [url = request.url] in $0.append(url) }
        let headers = Dictionary(request.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        let answer = site.answer(
          request.method, String(request.url.dropFirst(siteBase.count)), headers: headers, body: request.body ?? [])
        var response = InboundResponse(
          status: answer.status, fields: answer.fields.map { HTTPField($0.name, $0.value) }, body: answer.body)
        response.url = request.url == first ? nil : request.url
        guard let next = try RedirectRule.next(after: response, to: request) else { return response }
        request = next
      }
      throw RedirectRule.tooMany(request)
    }
  }

  func round(
    _ site: SampleSite, _ mirror: Mirror, base: String = siteBase, apiPath: String? = nil, moved: Bool = false,
    door: Door? = nil
  ) async throws -> SyncReport {
    var connection = try site.connection(door ?? Door(site), MemoryTokenVault(), base: base)
    connection.apiPath = apiPath
    connection.hasMoved = moved
    var settings = SyncSettings(entityTypes: ["node", "user"], concurrency: 2, settleWindowSeconds: 5)
    settings.sweep = .never
    return try await SyncRound(
      site: connection, mirror: mirror, settings: settings, logger: silentLog, now: { site.now }
    ).run()
  }

  @Test(arguments: [
    ([Habit.languagePrefix], "/en/jsonapi", "", "/jsonapi"), ([.languageLinks], "/en/jsonapi", "", "/jsonapi"),
    ([.apiPrefix], "/api", "", nil), ([.apiRedirect], "/api", "", "/jsonapi"),
    ([.subPath], "/jsonapi", "/community", nil), ([.subPath, .languageLinks], "/en/jsonapi", "/community", "/jsonapi"),
    ([.subPath, .apiPrefix], "/api", "/community", nil), ([.languagePrefix, .apiPrefix], "/en/api", "", "/jsonapi"),
  ])
  func theApiIsFound(habits: [Habit], path: String, place: String, plain: String?) async throws {
    let site = try quietSite { $0.habits = Set(habits) }
    let file = try ProvenMirror()
    let report = try await round(site, file.mirror, base: siteBase + place)
    #expect(report.trouble == nil && report.inserted > 300)
    #expect(try file.mirror.reading.fact(.apiPath) == path)
    #expect(try file.mirror.reading.fact(.plainAPIPath) == plain)
    #expect(try file.mirror.reading.types().first { $0.name == "node--topic" }?.path == path + "/node/topic")
    #expect(try file.mirror.reading.setAside().filter { $0.kind == .address }.isEmpty)
    // What was found is asked at once the next time.
    let door = Door(site)
    let again = try await round(site, file.mirror, base: siteBase + place, door: door)
    #expect(again.inserted == 0 && again.updated == 0)
    #expect(door.asked.withLock { $0.count { $0.hasSuffix(path) } } == 1)
    #expect(
      door.asked.withLock { $0.count { $0.contains("/oauth/") || $0.contains(path) } }
        == door.asked.withLock { $0.count })
  }

  @Test func whereNothingIsTheKeyIsNamed() async throws {
    let site = try quietSite { $0.habits = [.apiPrefix] }
    let file = try ProvenMirror()
    await #expect {
      _ = try await round(site, file.mirror, apiPath: "/jsonapi")
    } throws: {
      "\($0)".contains("site.apiPath") && "\($0)".contains("/jsonapi")
    }
    #expect(try await round(site, file.mirror, apiPath: "/api").trouble == nil)
  }

  @Test func foreignHostsBecomeTheMirrorsOwn() async throws {
    let site = try quietSite { $0.habits = [.foreignHosts] }
    let file = try ProvenMirror()
    _ = try await round(site, file.mirror)
    let foreign = "www.community.example"
    for type in try file.mirror.reading.types().map(\.name) {
      for (id, document) in try file.mirror.reading.documents(of: type) {
        #expect(!String(decoding: document, as: UTF8.self).contains(foreign), "\(type) \(id)")
      }
    }
    let aside = try file.mirror.reading.setAside().filter { $0.kind == .address }
    #expect(aside.map(\.subject) == ["https://\(foreign)"])
    // Asked by the name that its links have, it is the same site.
    #expect(
      SiteIdentity.isSameSite(siteBase, "https://\(foreign)", known: try file.mirror.reading.siteBases(), named: []))
  }

  @Test(arguments: [
    ("https://a.example", "http://a.example", true), ("https://www.a.example", "https://a.example", true),
    ("https://a.example", "https://b.example", false), ("https://a.example", "https://a.example/community", false),
    ("http://127.0.0.1:8000", "http://127.0.0.1:8001", false),
  ])
  func whatIsTheSameSite(mirrored: String, configured: String, isSame: Bool) {
    #expect(SiteIdentity.isSameSite(mirrored, configured, known: [], named: []) == isSame)
  }

  @Test func aSiteThatMovedIsTakenByAPersonsWord() async throws {
    let site = try quietSite()
    let file = try ProvenMirror()
    _ = try await round(site, file.mirror)
    try file.mirror.discovery.note([(.siteBaseURL, "https://old.example"), (.siteBases, "https://old.example")])
    await #expect(throws: SyncFault.self) { _ = try await round(site, file.mirror) }
    #expect(try await round(site, file.mirror, moved: true).trouble == nil)
    #expect(try file.mirror.reading.siteBases() == [siteBase, "https://old.example"])
    #expect(try await round(site, file.mirror).inserted == 0)
  }
}
