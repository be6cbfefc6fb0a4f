import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The site over real connections.
@Suite struct SocketTests {
  /// A client without a cache or a cookie, and never a retry of its own.
  static func client() -> URLSession {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.urlCache = nil
    configuration.timeoutIntervalForRequest = 20
    return URLSession(configuration: configuration)
  }

  static func ask(
    _ client: URLSession, _ url: String, method: String = "GET", token: String? = nil, form: String? = nil
  ) async throws -> (body: Data, response: HTTPURLResponse) {
    var request = URLRequest(url: try #require(URL(string: url)))
    request.httpMethod = method
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    if let form {
      request.httpBody = Data(form.utf8)
      request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
    }
    let (body, response) = try await client.data(for: request)
    return (body, try #require(response as? HTTPURLResponse))
  }

  static func token(_ client: URLSession, _ base: String) async throws -> String {
    let form =
      "grant_type=password&client_id=demo-client&client_secret=demo-secret&username=demo&password=demo-password"
    let answer = try await ask(client, "\(base)/oauth/token", method: "POST", form: form)
    return try JSON(parsing: answer.body)["access_token"]?.string ?? ""
  }

  @Test func servesPagesWithLinksOnItsOwnHost() async throws {
    try await SampleSite.withRunningSite { site, base in
      let client = Self.client()
      let token = try await Self.token(client, base)
      var next: String? = "\(base)/jsonapi/node/topic"
      var seen: [String] = []
      while let url = next {
        let answer = try await Self.ask(client, url, token: token)
        #expect(answer.response.value(forHTTPHeaderField: "Content-Type") == "application/vnd.api+json")
        #expect(answer.response.value(forHTTPHeaderField: "Cache-Control") == "must-revalidate, no-cache, private")
        let page = try JSON(parsing: answer.body)
        seen += page.ids
        next = page["links"]?["next"]?["href"]?.string
        if let next { #expect(next.hasPrefix(base)) }
      }
      #expect(seen == site.community.ids(of: "node--topic"))
      #expect(site.log.entries.map(\.url).first == "/oauth/token")
      #expect(site.log.countByStatus == [200: 4])
    }
  }

  @Test func dateIsTheSitesOwnAndHeadHasNoBody() async throws {
    var settings = SampleSiteSettings()
    settings.clock = { 1_704_794_984 }
    try await SampleSite.withRunningSite(settings) { site, base in
      let client = Self.client()
      let first = try await Self.ask(client, "\(base)/jsonapi", method: "HEAD")
      #expect(first.response.value(forHTTPHeaderField: "Date") == "Tue, 09 Jan 2024 10:09:44 GMT")
      #expect(first.body.isEmpty)
      #expect(Int(first.response.value(forHTTPHeaderField: "Content-Length") ?? "") ?? 0 > 1000)
      site.clockOffset = 86400
      let second = try await Self.ask(client, "\(base)/jsonapi")
      #expect(second.response.value(forHTTPHeaderField: "Date") == "Wed, 10 Jan 2024 10:09:44 GMT")
    }
  }

  @Test func faultsReachTheClient() async throws {
    try await SampleSite.withRunningSite { site, base in
      let client = Self.client()
      let token = try await Self.token(client, base)
      let url = "\(base)/jsonapi/node/topic"
      site.faults.inject(.unavailable(retryAfter: 7))
      site.faults.inject(.tooManyRequests(retryAfter: 3))
      site.faults.inject(.unauthorizedPage)
      site.faults.inject(.pageInsteadOfDocument)
      site.faults.inject(.emptyCollection)
      site.faults.inject(.delay(.milliseconds(20)))
      for (status, retry) in [(503, "7"), (429, "3")] {
        let answer = try await Self.ask(client, url, token: token)
        #expect(answer.response.statusCode == status)
        #expect(answer.response.value(forHTTPHeaderField: "Retry-After") == retry)
      }
      let refused = try await Self.ask(client, url, token: token)
      #expect(refused.response.statusCode == 401)
      #expect(refused.response.value(forHTTPHeaderField: "WWW-Authenticate")?.contains("has been revoked") == true)
      let page = try await Self.ask(client, url, token: token)
      #expect(page.response.statusCode == 200)
      #expect(page.response.value(forHTTPHeaderField: "Content-Type") == "text/html; charset=UTF-8")
      #expect(try JSON(parsing: try await Self.ask(client, url, token: token).body)["data"] == [])
      #expect(try JSON(parsing: try await Self.ask(client, url, token: token).body).ids.count == 50)
      #expect(site.faults.waiting == 0)
    }
  }

  @Test func truncatedBodyIsATransportError() async throws {
    try await SampleSite.withRunningSite { site, base in
      let client = Self.client()
      let token = try await Self.token(client, base)
      site.faults.inject(.truncatedBody, after: 1)
      let url = "\(base)/jsonapi/node/topic"
      #expect(try await Self.ask(client, url, token: token).response.statusCode == 200)
      await #expect(throws: URLError.self) { try await Self.ask(client, url, token: token) }
      #expect(try await Self.ask(client, url, token: token).response.statusCode == 200)
    }
  }

  @Test func portInUseIsAnError() async throws {
    try await SampleSite.withRunningSite { _, base in
      var settings = SampleSiteSettings()
      settings.port = try #require(URL(string: base)?.port)
      let taken = settings
      await #expect(throws: (any Error).self) { try await SampleSite.withRunningSite(taken) { _, _ in } }
    }
  }

  @Test func changesByItselfWhileItRuns() async throws {
    var settings = SampleSiteSettings()
    settings.changesPerSecond = 100
    try await SampleSite.withRunningSite(settings) { site, _ in
      var kinds: [CommunityEvent.Kind] = []
      for await event in site.events {
        kinds.append(event.kind)
        if kinds.count == 5 { break }
      }
      #expect(kinds.count == 5)
    }
  }
}
