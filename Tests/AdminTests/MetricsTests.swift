import HTTPTypes
import Foundation
import Measures
import Reports
import Store
import Support
import Testing

@testable import Admin

/// What `/metrics` tells, and that alerts and dashboard ask for nothing else.
@Suite struct MetricsTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func page(_ form: Exposition.Form = .prometheus) async throws -> String {
    let made = try CrawledMirror.full()
    let run = try made.mirror.pulling.beginRun("pull", at: 9_000)
    try made.mirror.pulling.endRun(run, .complete, parts: [], message: nil, at: 9_100)
    let measures = DaemonMeasures(
      version: "0.1.0", started: 5_000,
      refusedSignIns: {
        RefusedSignIns(wrongClients: 1, wrongPasswords: 2, delayed: 3, heldBack: 4, crowded: 5, last: 6)
      })
    measures.site.requests.add(7, to: .ok)
    measures.site.requests.add(to: .throttled)
    measures.site.retries.add(2)
    measures.rounds.rounds.add(to: .partial)
    for _ in 0..<3 { measures.answers.note(.individual, status: 200, nanoseconds: 700_000) }
    measures.answers.note(.signingIn, status: 401, nanoseconds: 20_000_000_000)
    let server = AdminServer(
      settings: AdminSettings(host: "127.0.0.1", port: 0, readySeconds: 900), mirror: made.mirror, routes: [],
      logger: silentLog, measures: measures, now: { CrawledMirror.knownUntil + 30 })
    let accept = form == .openMetrics ? "application/openmetrics-text" : "text/plain"
    let answer = await server.answer(
      AdminRequest(method: .get, path: "/metrics", fields: [.accept: accept], isLocal: false))
    #expect(answer.status == 200 && answer.contentType == form.contentType)
    return String(decoding: answer.body, as: UTF8.self)
  }

  @Test func theStateAndTheMeasuresAreTold() async throws {
    let page = try await Self.page()
    for line in [
      #"social_mirror_build_info{version="0.1.0"} 1"#, "social_mirror_start_time_seconds 5000",
      "social_mirror_mirror_readable 1", #"social_mirror_lag_seconds{type="node--topic"} 30"#,
      #"social_mirror_type_failed{type="node--topic"} 0"#, #"social_mirror_queue_changes{state="queued"} 0"#,
      "social_mirror_queue_oldest_age_seconds 0", "social_mirror_conflicts 0", "social_mirror_rejected_changes 0",
      "social_mirror_last_good_round_timestamp_seconds 9100", #"social_mirror_rounds_total{outcome="partial"} 1"#,
      #"social_mirror_site_requests_total{outcome="ok"} 7"#, "social_mirror_site_retries_total 2",
      #"social_mirror_refused_sign_ins_total{reason="wrong_password"} 2"#,
      #"social_mirror_api_requests_total{route="individual",status="2xx"} 3"#,
      #"social_mirror_api_requests_total{route="signing_in",status="4xx"} 1"#,
      #"social_mirror_api_request_duration_seconds_bucket{route="individual",le="0.0005"} 0"#,
      #"social_mirror_api_request_duration_seconds_bucket{route="individual",le="0.001"} 3"#,
      #"social_mirror_api_request_duration_seconds_bucket{route="signing_in",le="10.0"} 0"#,
      #"social_mirror_api_request_duration_seconds_bucket{route="signing_in",le="+Inf"} 1"#,
      #"social_mirror_api_request_duration_seconds_count{route="individual"} 3"#, "social_mirror_files 0",
    ] { #expect(page.contains("\n\(line)\n"), "\(line)") }
    #expect(!page.contains("# UNIT"))
  }

  /// No family comes twice, and each has its samples together (OpenMetrics 1.0, section 4).
  @Test func openMetricsIsInOrder() async throws {
    let lines = try await Self.page(.openMetrics).split(separator: "\n")
    #expect(lines.last == "# EOF")
    var families: Set<Substring> = []
    var family: Substring = ""
    for line in lines.dropLast() {
      if line.hasPrefix("# TYPE ") {
        family = line.dropFirst(7).prefix { $0 != " " }
        #expect(families.insert(family).inserted, "\(family)")
      } else if !line.hasPrefix("#") {
        #expect(line.hasPrefix(family), "\(line)")
      }
    }
    #expect(families.allSatisfy { $0.hasPrefix("social_mirror_") })
  }

  /// What alerts and dashboard ask for is there.
  @Test(arguments: ["alerts.yml", "grafana-dashboard.json", "README.md"]) func whatIsAskedForIsTold(_ name: String)
    async throws
  {
    let text = try String(contentsOf: Self.root.appending(path: "packaging/monitoring/\(name)"), encoding: .utf8)
    let page = try await Self.page()
    let told = Set(
      page.split(separator: "\n").compactMap { line in
        line.firstMatch(of: /^(?:# TYPE )?(social_mirror_[a-z_]+)/).map { String($0.1) }
      })
    let asked = Set(text.matches(of: /social_mirror_[a-z_]+/).map { String($0.0) }).filter { !$0.hasSuffix("_") }
    #expect(asked.count >= 10)
    #expect(asked.subtracting(told).isEmpty)
  }

  /// Prometheus' own tool has nothing to say against it, where it is installed.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")))
  func promtoolTakesIt() async throws {
    let page = try await Self.page()
    let folder = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "metrics")
    try Data(page.utf8).write(to: file)
    let said = folder.appending(path: "said")
    _ = FileManager.default.createFile(atPath: said.path, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/promtool")
    process.arguments = ["check", "metrics"]
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardOutput = try FileHandle(forWritingTo: said)
    process.standardError = process.standardOutput
    try process.run()
    process.waitUntilExit()
    let words = try String(contentsOf: said, encoding: .utf8)
    #expect(process.terminationStatus == 0 && words.isEmpty, "\(words)")
  }
}
