import Foundation
import JSONAPI
import SampleSite
import Support
import Testing
import Upstream

/// People of the site at the local API, with the built program.
@Suite struct PassThroughTests {
  @Test(.timeLimit(.minutes(5))) func aPersonOfTheSiteSignsInWithNothingButAnotherBaseURL() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(
        base,
        [
          "localAPI.port": 0, "localAPI.sights": ["crm": ["published": true]],
          "localAPI.passThrough": ["enabled": true, "scopes": ["read"], "sight": "crm"],
        ])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let added = try await place.run(
        ["consumer", "add", "--label", "CRM", "--id", "crm", "--secret-stdin"], input: "crm-secret\n")
      #expect(added.code == 0, "\(added.all)")
      let secrets = Workplace.secrets + ["member-password", "crm-secret", "guess-of-mine"]
      let run = try await place.run(["run"], secrets: secrets) { process in
        let api = try await listening(place, process)
        let transport = try CurlTransport(TransportSettings(origin: api.origin), logger: silentLog)
        defer { transport.shutdown() }
        func signIn(_ name: String, _ password: String) async throws -> Int {
          let form = "grant_type=password&client_id=crm&client_secret=crm-secret&username=\(name)&password=\(password)"
          return try await transport.send(
            OutboundRequest(
              method: "POST", url: api.url(path: "/oauth/token"),
              fields: [HTTPField("Content-Type", "application/x-www-form-urlencoded")], body: Array(form.utf8))
          ).status
        }
        func asked() -> Int {
          site.log.entries.count { $0.url.hasPrefix("/oauth/token") }
        }
        #expect(try await signIn("member", "guess-of-mine") == 400)
        let before = asked()
        for _ in 0..<3 { #expect(try await signIn("member", "member-password") == 200) }
        #expect(asked() == before + 1, "once, then the mirror knows")
        #expect(try await signIn("demo", "guess-of-mine") == 400)
        #expect(asked() == before + 1, "the mirror's own name is not tried")
        kill(process, SIGTERM)
      }
      #expect(run.code == 0, "\(run.all)")
      #expect(run.err.contains("sign-ins were refused"), "\(run.err)")
      #expect(try await place.run(["account", "list"]).out.contains("member"))
      let status = try await place.run(["status"], secrets: secrets)
      #expect(status.out.contains("sign-ins refused: 2 wrong passwords, 0 wrong clients"), "\(status.out)")
      let document = try JSON(parsing: Array(try await place.run(["status", "--json"]).out.utf8))
      #expect(document["signIns"]?["wrongPasswords"] == 2 && document["signIns"]?["last"]?.isNull == false)
    }
  }

  /// Waits until the daemon has said where its local API listens.
  private func listening(_ place: Workplace, _ process: Int32) async throws -> BaseURL {
    while true {
      let said = try place.said
      if let port = said.firstMatch(of: /address=127\.0\.0\.1:(\d+)/)?.1 {
        return try BaseURL("http://127.0.0.1:\(port)")
      }
      try #require(kill(process, 0) == 0, "the daemon ended: \(said)")
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
