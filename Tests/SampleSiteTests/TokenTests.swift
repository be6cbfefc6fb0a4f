import JSONAPI
import SampleSite
import Support
import Testing

@Suite struct TokenTests {
  /// The recorded token requests in their order, answered as recorded.
  @Test func answersAsRecorded() throws {
    var settings = SampleSiteSettings()
    settings.consumers = [Consumer(id: "apisync-client", secret: "apisync-secret")]
    settings.accounts = [Account(name: "apisync", password: "apisync-pass")]
    let site = try SampleSite(settings)
    var refresh = ""
    var checked = 0
    for line in try RecordedCrawl.lines(of: "SampleSite/tokens.jsonl.gz") where line["group"]?.string == "token" {
      let note = line["note"]?.string ?? ""
      var headers: [String: String] = [:]
      for header in line["request"]?["headers"]?.object?.members ?? [] {
        headers[header.name.lowercased()] = header.value.string
      }
      let body = (line["request"]?["body"]?.string ?? "")
        .replacing("<the refresh token of the first exchange>", with: refresh)
      let answer = site.respond(
        to: SiteRequest(
          line["request"]?["method"]?.string ?? "", "/oauth/token", headers: headers, body: Array(body.utf8), base: base
        ))
      #expect(answer.status == line["status"]?.integer.map(Int.init), "\(note)")
      for header in line["headers"]?.object?.members ?? [] where header.name != "vary" && answer.status != 405 {
        #expect(answer.header(header.name) == header.value.string, "\(note): \(header.name)")
      }
      checked += 1
      guard let recorded = line["document"]?.object else { continue }
      let got = try #require(try JSON(parsing: answer.body).object)
      #expect(got.names == recorded.names, "\(note)")
      for name in got.names where name != "access_token" && name != "refresh_token" {
        #expect(got[name] == recorded[name], "\(note)")
      }
      if refresh.isEmpty { refresh = got["refresh_token"]?.string ?? "" }
    }
    #expect(checked == 20)
  }

  @Test func bearerFaultsAreHTMLWithTheReasonInTheHeader() throws {
    var settings = SampleSiteSettings()
    settings.accessTokenSeconds = 60
    settings.clock = { 1_795_466_000 }
    let site = try SampleSite(settings)
    let caller = try Caller(site)
    #expect(caller.send("GET", "/jsonapi").status == 200)
    #expect(hint(of: ask(site, "garbage")) == "The JWT string must have two dots")
    #expect(hint(of: ask(site, "a.b.c")) == "Access token could not be verified")
    site.clockOffset = 61
    #expect(hint(of: ask(site, caller.token)) == "Access token could not be verified")
    site.clockOffset = 0
    site.revokeAllTokens()
    let answer = ask(site, caller.token)
    #expect(hint(of: answer) == "Access token has been revoked")
    #expect(answer.status == 401)
    #expect(answer.header("content-type") == "text/html; charset=UTF-8")
    #expect(String(decoding: answer.body, as: UTF8.self).contains("<!DOCTYPE html>"))
  }

  @Test func revokedAccessLeavesTheRefreshTokenGoodOnce() throws {
    let site = try SampleSite()
    let first = try token(site, "grant_type=password&username=demo&password=demo-password")
    let refresh = try #require(first["refresh_token"]?.string)
    site.revokeAllTokens()
    let second = try token(site, "grant_type=refresh_token&refresh_token=\(refresh)")
    #expect(ask(site, second["access_token"]?.string ?? "").status == 200)
    #expect(try token(site, "grant_type=refresh_token&refresh_token=\(refresh)")["hint"] == "Token has been revoked")
    // The replay does not touch the new pair.
    #expect(ask(site, second["access_token"]?.string ?? "").status == 200)
    site.revokeRefreshTokensToo()
    let newest = second["refresh_token"]?.string ?? ""
    #expect(try token(site, "grant_type=refresh_token&refresh_token=\(newest)")["hint"] == "Token has been revoked")
  }

  @Test func refreshingEndsTheOldAccessToken() throws {
    let site = try SampleSite()
    let first = try token(site, "grant_type=password&username=demo&password=demo-password")
    let old = try #require(first["access_token"]?.string)
    #expect(ask(site, old).status == 200)
    let second = try token(site, "grant_type=refresh_token&refresh_token=\(first["refresh_token"]?.string ?? "")")
    #expect(hint(of: ask(site, old)) == "Access token has been revoked")
    #expect(ask(site, second["access_token"]?.string ?? "").status == 200)
    #expect(site.issuedTokens == 2)
  }

  private func token(_ site: SampleSite, _ form: String) throws -> JSON {
    try JSON(parsing: site.respond(to: Caller.tokenRequest(form)).body)
  }

  private func ask(_ site: SampleSite, _ token: String) -> SiteResponse {
    site.respond(to: SiteRequest("GET", "/jsonapi", headers: ["authorization": "Bearer \(token)"], base: base))
  }

  private func hint(of answer: SiteResponse) -> String? {
    let header = answer.header("www-authenticate") ?? ""
    return header.split(separator: "error_description=\"").last?.split(separator: "\"").first.map(String.init)
  }
}
