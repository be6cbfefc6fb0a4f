import Foundation
import GRDB
import JSONAPI
import SampleSite
import Support
import Testing
import Upstream

/// What the daemon does where it cannot go on with the site.
@Suite struct DaemonTests {
  /// Waits until the daemon has said where its local API listens, and all of these words.
  private func localAPI(_ place: Workplace, _ process: Int32, says words: [String]) async throws -> BaseURL {
    while true {
      let said = try place.said
      if words.allSatisfy({ said.contains($0) }), let port = said.firstMatch(of: /address=127\.0\.0\.1:(\d+)/)?.1 {
        return try BaseURL("http://127.0.0.1:\(port)")
      }
      try #require(kill(process, 0) == 0, "the daemon ended: \(said)")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Signed in as another than before, it reads nothing, sends nothing and fetches no file; clients read and write all the
  /// same.
  @Test(.timeLimit(.minutes(5))) func anotherAccountDoesNotTakeTheLocalAPIDown() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["localAPI.port": 0, "sync.intervalSeconds": 1])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let added = try await place.run(
        ["consumer", "add", "--label", "CRM", "--id", "crm", "--secret-stdin"], input: "crm-secret\n")
      #expect(added.code == 0, "\(added.all)")
      site.log.clear()
      let run = try await place.run(
        ["run"], environment: ["SITE_AUTH_USERNAME": "member", "SITE_AUTH_PASSWORD": "member-password"],
        secrets: Workplace.secrets + ["member-password", "crm-secret"]
      ) { process in
        let api = try await localAPI(
          place, process, says: ["the mirror was made with", "It is tried again, for it may pass"])
        let transport = try CurlTransport(TransportSettings(origin: api.origin), logger: silentLog)
        defer { transport.shutdown() }
        let signIn = try await transport.send(
          OutboundRequest(
            method: "POST", url: api.url(path: "/oauth/token"),
            fields: [HTTPField("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("grant_type=client_credentials&client_id=crm&client_secret=crm-secret".utf8)))
        let token = try #require(try JSON(parsing: signIn.body)["access_token"]?.string)
        let fields = [
          HTTPField("Authorization", "Bearer \(token)"), HTTPField("Content-Type", "application/vnd.api+json"),
        ]
        let topics = api.url(path: "/jsonapi/node/topic")
        let body = #"{"data": {"type": "node--topic", "attributes": {"title": "Meanwhile"}}}"#
        let written = try await transport.send(
          OutboundRequest(method: "POST", url: topics, fields: fields, body: Array(body.utf8)))
        #expect(written.status == 201)
        // The push hears of the change within a second.
        try await Task.sleep(for: .milliseconds(1_500))
        let read = try await transport.send(
          OutboundRequest(url: topics + "?filter%5Btitle%5D=Meanwhile", fields: fields))
        #expect(read.status == 200)
        #expect(read["Mirror-Pending"] == "1")
        kill(process, SIGTERM)
      }
      #expect(!run.isKilled)
      #expect(run.code == 0, "\(run.all)")
      #expect(!run.all.contains("until the daemon is restarted"))
      let asked = Set(site.log.entries.map { $0.url.prefix { $0 != "?" } })
      #expect(asked.isSubset(of: ["/oauth/token", "/jsonapi"]), "\(asked)")
      let waiting = try await place.run(["queue", "list"])
      #expect(waiting.out.contains("node--topic"), "\(waiting.all)")
    }
  }

  /// While another program holds the mirror's lock, rounds and the push wait for it, on threads of their own: reads go on.
  @Test(.timeLimit(.minutes(5))) func aLockOfAnotherProgramHoldsUpNoRead() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["localAPI.port": 0, "sync.intervalSeconds": 1])
      #expect(try await place.run(["sync", "-q"]).code == 0)
      let added = try await place.run(
        ["consumer", "add", "--label", "CRM", "--id", "crm", "--secret-stdin"], input: "crm-secret\n")
      #expect(added.code == 0, "\(added.all)")
      let run = try await place.run(["run"], environment: [:], secrets: Workplace.secrets + ["crm-secret"]) { process in
        let api = try await localAPI(place, process, says: [])
        let transport = try CurlTransport(TransportSettings(origin: api.origin), logger: silentLog)
        defer { transport.shutdown() }
        let signIn = try await transport.send(
          OutboundRequest(
            method: "POST", url: api.url(path: "/oauth/token"),
            fields: [HTTPField("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("grant_type=client_credentials&client_id=crm&client_secret=crm-secret".utf8)))
        let token = try #require(try JSON(parsing: signIn.body)["access_token"]?.string)
        var unsafe = Configuration()
        unsafe.allowsUnsafeTransactions = true
        unsafe.busyMode = .timeout(10)
        let other = try DatabaseQueue(path: place.mirrorPath, configuration: unsafe)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        // Until then whoever writes something every second waits.
        try await Task.sleep(for: .seconds(3))
        var quickest = Duration.seconds(60)
        for number in 0..<5 {
          let begun = ContinuousClock.now
          let read = try await transport.send(
            OutboundRequest(
              url: api.url(path: "/jsonapi/node/topic") + "?filter%5Buid.name%5D=\(number)",
              fields: [HTTPField("Authorization", "Bearer \(token)")]))
          #expect(read.status == 200)
          quickest = min(quickest, ContinuousClock.now - begun)
        }
        // They wait for fifteen seconds.
        #expect(quickest < .seconds(8))
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try other.close()
        kill(process, SIGTERM)
      }
      #expect(!run.isKilled)
      #expect(run.code == 0, "\(run.all)")
    }
  }
}
