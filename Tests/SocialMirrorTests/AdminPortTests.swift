import Foundation
import JSONAPI
import SampleSite
import Support
import Testing
import Upstream

/// The admin port of a daemon that runs.
@Suite struct AdminPortTests {
  /// The port that a service says it listens on.
  private func port(
    _ place: Workplace, _ process: Int32, of pattern: @Sendable (String) -> Substring?
  ) async throws -> BaseURL {
    while true {
      let said = try place.said
      if let port = pattern(said) { return try BaseURL("http://127.0.0.1:\(port)") }
      try #require(kill(process, 0) == 0, "the daemon ended: \(said)")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test(.timeLimit(.minutes(5))) func aDaemonTellsHowItIs() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["localAPI.port": 0, "sync.intervalSeconds": 1])
      let run = try await place.run(["run"]) { process in
        let admin = try await port(place, process) {
          $0.firstMatch(of: /the admin port listens host=127\.0\.0\.1 port=(\d+)/)?.1
        }
        let transport = try CurlTransport(TransportSettings(origin: admin.origin), logger: silentLog)
        defer { transport.shutdown() }
        func get(_ path: String) async throws -> InboundResponse {
          try await transport.send(OutboundRequest(url: admin.url(path: path)))
        }
        #expect(try await get("/healthz").status == 200)
        // Before the first round nothing is ready.
        while try await get("/readyz").status != 200 { try await Task.sleep(for: .milliseconds(50)) }
        // For longer than the state may be kept.
        try await Task.sleep(for: .milliseconds(1_500))
        let page = String(decoding: try await get("/metrics").body, as: UTF8.self)
        for word in [
          "social_mirror_mirror_readable 1", #"social_mirror_token_renewals_total{outcome="renewed"} 1"#,
          #"social_mirror_rows{type="node--topic"} "#, #"social_mirror_rounds_total{outcome="failed"} 0"#,
        ] { #expect(page.contains("\n\(word)"), "\(word)") }
        let requests = try #require(page.firstMatch(of: /site_requests_total\{outcome="ok"\} (\d+)/)?.1)
        #expect(Int(requests) ?? 0 > 20)
        let status = try JSON(parsing: try await get("/status.json").body)
        #expect(status["types"]?.array?.isEmpty == false && status["signIns"] != nil)
        let printed = try await place.run(["status", "--json"])
        #expect(try JSON(parsing: Array(printed.out.utf8)).object?.names == status.object?.names)
        kill(process, SIGTERM)
      }
      #expect(run.code == 0 && !run.isKilled, "\(run.all)")
    }
  }

  /// A port that is taken costs the daemon its admin port and nothing else.
  @Test(.timeLimit(.minutes(5))) func aPortThatIsTakenIsSaid() async throws {
    try await SampleSite.withRunningSite { _, base in
      let taken = try #require(base.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) })
      let place = try Workplace(base, ["localAPI.port": 0, "admin.port": .integer(taken)])
      let run = try await place.run(["run"]) { process in
        _ = try await port(place, process) { $0.firstMatch(of: /the local API listens address=127\.0\.0\.1:(\d+)/)?.1 }
        while !(try place.said.contains("the admin port cannot listen")) {
          try #require(kill(process, 0) == 0)
          try await Task.sleep(for: .milliseconds(20))
        }
        kill(process, SIGTERM)
      }
      #expect(run.code == 0 && !run.isKilled && run.err.contains("See admin.port"), "\(run.all)")
    }
  }
}
