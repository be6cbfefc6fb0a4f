#if Demo
import ArgumentParser
import Foundation
import LocalAPI
import Logging
import SampleSite
import Store
import SyncAgent
import TokenIssuer
import Upstream

/// `demo`: a sample community, a mirror of it and the local API, all on loopback.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Starts a sample site, mirrors it, serves the mirror and goes on mirroring its changes until Ctrl-C.")

  @Option(name: .long, help: "The port of the local API.")
  var port = Defaults.localPort
  @Option(name: .long, help: "How many resources the sample community has (default: about 1,300).")
  var resources = 0
  @Option(name: .long, help: "How many changes the sample community makes by itself in a second.")
  var changes = 0.3
  @Option(name: .long, help: "After how many such changes it is quiet (default: never).")
  var changeCount: Int?
  @Option(name: .long, help: "Only the sample site, on this port, to try `sync` against.")
  var sitePort: Int?
  @Option(
    name: .long,
    help:
      "Lets the sample site behave as some sites do (repeatable): \(Habit.allCases.map(\.rawValue).joined(separator: ", "))."
  )
  var habit: [Habit] = []
  @Flag(name: .shortAndLong, help: "Print the addresses and the curl lines only.")
  var quiet = false

  func run() async throws {
    LogOutput.bootstrap(level: .warning, format: .text)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("social-mirror-demo-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let demo = self
    _ = try await untilSignalled { try await demo.play(in: folder) }
    if !quiet { say("\nStopped; \(folder) is removed.") }
  }

  private func play(in folder: String) async throws {
    var settings = SampleSiteSettings()
    settings.resources = resources
    settings.changesPerSecond = changes
    settings.changeCount = changeCount
    settings.port = sitePort ?? 0
    settings.habits = Set(habit)
    let sample = try SampleSite(settings)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await sample.run { listening in
          port.yield(listening)
          port.finish()
        }
      }
      group.addTask {
        guard let site = await ports.first(where: { _ in true }) else { return }
        try await follow(sample, "http://127.0.0.1:\(site)", in: folder)
      }
      try await group.next()
      group.cancelAll()
    }
  }

  private func follow(_ sample: SampleSite, _ siteURL: String, in folder: String) async throws {
    if sitePort == nil { try await mirror(siteURL, in: folder) } else { try await show(sample, at: siteURL) }
  }

  /// Says how to reach the sample site, and when it has become quiet, until it is stopped.
  private func show(_ sample: SampleSite, at url: String) async throws {
    let settings = SampleSiteSettings()
    say("site.baseURL \(url)")
    for consumer in settings.consumers { say("site.auth.clientID \(consumer.id), clientSecret \(consumer.secret)") }
    for account in settings.accounts { say("site.auth.username \(account.name), password \(account.password)") }
    for await _ in sample.becameQuiet {}
    try Task.checkCancellation()
    say("The community is quiet: it has made \(changeCount ?? 0) changes.")
    while true { try await Task.sleep(for: .seconds(86_400)) }
  }

  /// Mirrors the sample site, then serves the mirror and goes on mirroring.
  private func mirror(_ siteURL: String, in folder: String) async throws {
    tell("The sample site is at \(siteURL): an Open Social community in memory.")
    let path = folder + "/mirror.sqlite"
    let logger = Logger(label: "demo")
    let mirror = try Mirror(path: path)
    let site = try ConnectedSite(DemoCommand.site(siteURL), tokenPath: path + ".site-token", logger: logger)
    defer { site.shutdown() }
    var round = SyncSettings(
      entityTypes: Defaults.entityTypes, concurrency: Defaults.concurrency, settleWindowSeconds: 5)
    round.sweepIntervalSeconds = 20
    round.sweepRequests = 200
    let first = SyncRound(site: site.site, mirror: mirror, settings: round, logger: logger, now: unixNow)
    let started = ContinuousClock.now
    let report = try await first.run()
    tell("Mirrored into \(path): \(RoundSummary(report, elapsed: ContinuousClock.now - started).sentence).")

    for part in report.failures { tell("\(part.type) could not be read: \(part.failure.map { "\($0)" } ?? "")") }

    let secret = SecretText.make()
    let grants = Grant.allCases.map(\.rawValue)
    try mirror.tokens.save(
      ConsumerRow(
        id: "demo", label: "demo", secretHash: SecretHash.make(secret).encoded, grants: grants,
        scopes: Scopes.standard, created: unixNow()))
    let server = try await LocalAPIServer(
      mirror: mirror,
      settings: LocalAPISettings(host: "127.0.0.1", port: port, signingKeyPath: path + ".signing-key.pem"),
      logger: logger)
    let following = DemoFollower(site: site.site, mirror: mirror, settings: round, logger: logger, isQuiet: quiet)
    let example = try following.example()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await server.run { listening in
            for line in DemoCommand.lines(port: listening, secret: secret, example: example) { say(line) }
          }
        } catch let error where !(error is CancellationError) {
          throw IOFailure(description: "port \(port) cannot be used: \(error); give another with --port")
        }
      }
      // As in the daemon: where a round waits for the mirror's lock, the local API does not.
      group.addTask {
        try await withTaskExecutorPreference(EngineThreads(count: 2)) { try await following.run() }
      }
      group.addTask {
        let service = SearchService(searching: mirror.searching, logger: logger)
        try await withTaskExecutorPreference(EngineThreads(count: 1)) { try await service.run() }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  private func tell(_ text: String) { if !quiet { say(text) } }

  private static func site(_ url: String) -> Settings.Site {
    let sample = SampleSiteSettings()
    return Settings.Site(
      baseURL: url, clientID: sample.consumers.first?.id ?? "",
      clientSecret: Secret(value: sample.consumers.first?.secret ?? ""),
      signIn: .password(
        username: sample.accounts.first?.name ?? "", Secret(value: sample.accounts.first?.password ?? "")),
      scope: nil, entityTypes: Defaults.entityTypes, concurrency: Defaults.concurrency, requestsPerSecond: 1000,
      timeoutSeconds: Defaults.timeoutSeconds, caFile: nil, proxy: nil, allowInsecure: false)
  }

  /// What to paste into a second shell.
  private static func lines(port: Int, secret: String, example: String?) -> [String] {
    let api = "http://127.0.0.1:\(port)"
    var lines = [
      "The local API is at \(api). In a second shell:", "",
      "  TOKEN=$(curl -s \(api)/oauth/token -d grant_type=client_credentials -d client_id=demo -d client_secret=\(secret)"
        + " | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
      "  curl -s -H \"Authorization: Bearer $TOKEN\" \(api)/jsonapi; echo",
      "  curl -s -H \"Authorization: Bearer $TOKEN\" '\(api)/jsonapi/node/topic?sort=-changed&page[limit]=3' -g; echo",
    ]
    if let example { lines.append("  curl -s -H \"Authorization: Bearer $TOKEN\" \(api)\(example); echo") }
    return lines + ["", "Ctrl-C ends it."]
  }
}

extension Habit: ExpressibleByArgument {}
#endif
