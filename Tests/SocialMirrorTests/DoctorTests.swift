import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// Whether this process may make disks.
private let canMount: Bool = {
  let folder = FileManager.default.temporaryDirectory.appending(path: "mount-\(UUID().uuidString)").path
  guard geteuid() == 0,
    (try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)) != nil
  else { return false }
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return succeeds("mount", ["-t", "tmpfs", "-o", "size=512k", "none", folder]) && succeeds("umount", [folder])
}()

/// `doctor` of the built program, before sites and places that are out of order.
@Suite struct DoctorTests {
  /// A place where nobody else reads the configuration and no port is taken.
  private static func place(_ base: String, _ change: [String: JSON] = [:]) throws -> Workplace {
    let own: [String: JSON] = ["localAPI.port": 0, "admin.port": 0]
    let place = try Workplace(base, own.merging(change) { _, new in new })
    chmod(place.config, 0o600)
    return place
  }

  /// The findings of an area that are to be done, as lines with their next step.
  private static func toBeDone(_ run: ProgramRun, _ area: String) throws -> [(text: String, next: String)] {
    let document = try JSON(parsing: Array(run.out.utf8))
    return (document["findings"]?.array ?? []).filter {
      $0["area"]?.string == area && ["warning", "fault"].contains($0["weight"]?.string ?? "")
    }.map { ($0["finding"]?.string ?? "", $0["next"]?.string ?? "") }
  }

  /// Expects the finding and its next step.
  private static func expect(
    _ run: ProgramRun, code: Int32, _ area: String, _ text: String, next: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(run.code == code, "\(run.all)", sourceLocation: sourceLocation)
    let found = try toBeDone(run, area)
    #expect(
      found.contains { $0.text.contains(text) && $0.next.contains(next) }, "\(run.all)", sourceLocation: sourceLocation)
  }

  @Test func aSoundSiteIsSoundAndStaysAsItWas() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Self.place(base)
      let run = try await place.run(["doctor"])
      #expect(run.code == 0, "\(run.all)")
      #expect(run.out.hasSuffix("nothing has to be done\n"), "\(run.out)")
      #expect(run.out.contains("there is no mirror yet"))
      let quiet = try await place.run(["doctor", "-q"])
      #expect(quiet.code == 0 && quiet.all == "", "\(quiet.all)")
      // A sign-in each, reads, and one write that could never be carried out.
      let asked = site.log.entries
      #expect(asked.filter { $0.method == "POST" }.allSatisfy { $0.url.hasPrefix("/oauth/token") })
      let writes = asked.filter { !["GET", "POST"].contains($0.method) }
      #expect(writes.count == 2 && writes.allSatisfy { $0.method == "PATCH" && $0.status == 415 }, "\(writes)")
      let left = try FileManager.default.contentsOfDirectory(atPath: place.folder)
      #expect(!left.contains { $0 == "data" || $0.hasPrefix(".social-mirror") }, "\(left)")
    }
  }

  /// A site that is out of order, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var habits: Set<Habit> = []
    var clockOffset = 0.0
    var change: [String: JSON] = [:]
    var code: Int32
    var area: String
    var text: String
    var next: String
  }

  static let cases: [Case] = [
    Case(
      testDescription: "wrong secret", change: ["site.auth.clientSecret": "not-the-secret"], code: 4, area: "sign-in",
      text: "does not accept the client", next: "/admin/config/services/consumer"),
    Case(
      testDescription: "wrong password", change: ["site.auth.password": "not-the-password"], code: 4, area: "sign-in",
      text: "does not accept the user", next: "site.auth.password"),
    Case(
      testDescription: "read-only site", habits: [.readOnly], code: 5, area: "writes", text: "reading only",
      next: "drush config:set jsonapi.settings read_only 0"),
    Case(
      testDescription: "account without rights",
      change: ["site.auth.username": "member", "site.auth.password": "member-password"], code: 5, area: "rights",
      text: "few rights", next: "role of a site manager"),
    Case(
      testDescription: "account without the right to enrolments",
      change: ["site.auth.username": "member", "site.auth.password": "member-password"], code: 5, area: "rights",
      text: "event enrollment entities' permission is required", next: "administer event enrollment entities"),
    Case(
      testDescription: "filters refused", habits: [.growingRights], code: 5, area: "filters",
      text: "profile--profile: a filter silently shows nothing", next: "administer profile"),
    Case(
      testDescription: "clock off by an hour", clockOffset: 3600, code: 5, area: "clock", text: "minutes ahead of",
      next: "timedatectl"),
    Case(
      testDescription: "HTTP Basic in front", habits: [.basicDoor], code: 4, area: "front door",
      text: "HTTP Basic, realm “Staging”", next: "satisfy any"),
    Case(
      testDescription: "firewall", habits: [.firewallPage], code: 3, area: "front door", text: "Cloudflare",
      next: "let this machine's address through"),
    Case(
      testDescription: "maintenance", habits: [.maintenance], code: 3, area: "reachability", text: "maintenance mode",
      next: "system.maintenance_mode 0"),
    Case(
      testDescription: "a cache in front", habits: [.pageCache], code: 5, area: "caches",
      text: "a cache in front of the site",
      next: "proxy_cache_bypass $http_authorization"),
    Case(
      testDescription: "capped pages", habits: [.cappedPages], code: 5, area: "pages", text: "at most 7 rows of 50",
      next: "site.pageSize to 7"),
    Case(
      testDescription: "pages that are too much", habits: [.heavyPages], code: 5, area: "pages",
      text: "a page of 50 rows fails, one of 5 comes", next: "lower site.pageSize"),
  ]

  @Test(arguments: cases) func whatIsOutOfOrderIsTold(_ shown: Case) async throws {
    var settings = SampleSiteSettings()
    settings.habits = shown.habits
    try await SampleSite.withRunningSite(settings) { site, base in
      site.clockOffset = shown.clockOffset
      let place = try Self.place(base, shown.change)
      let secrets = Workplace.secrets + ["not-the-secret", "not-the-password", "member-password"]
      let run = try await place.run(["doctor", "--json"], secrets: secrets)
      try Self.expect(run, code: shown.code, shown.area, shown.text, next: shown.next)
    }
  }

  /// A token that is still good hides that the next sign-in will fail: so one is tried. A refusal is noted as by any sign-in.
  @Test func credentialsAreTriedWhateverTokenIsKept() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Self.place(base, ["site.entityTypes": ["taxonomy_term"]])
      #expect(try await place.run(["sync"]).code == 0)
      let kept = FileManager.default.contents(atPath: place.mirrorPath + ".site-token")
      let secret = try await place.run(
        ["doctor", "--json"], environment: ["SITE_AUTH_CLIENT_SECRET": "not-the-secret"],
        secrets: Workplace.secrets + ["not-the-secret"])
      try Self.expect(secret, code: 4, "sign-in", "does not accept the client", next: "site.auth.clientSecret")
      let wrong = ["SITE_AUTH_PASSWORD": "not-this-one"]
      let password = try await place.run(["doctor", "--json"], environment: wrong)
      try Self.expect(password, code: 4, "sign-in", "does not accept the user", next: "site.auth.password")
      let held = try await place.run(["doctor", "--json"], environment: wrong)
      try Self.expect(
        held, code: 4, "sign-in", "not tried again before", next: "mirror.sqlite.site-token.refused")
      #expect(FileManager.default.contents(atPath: place.mirrorPath + ".site-token") == kept)
      let sound = try await place.run(["doctor"])
      #expect(sound.code == 0, "\(sound.all)")
      #expect(sound.out.contains("(check)"))
    }
  }

  @Test func aGrantThatIsNotAllowedIsTold() async throws {
    let server = try ScriptedServer { _ in
      [
        .answer(
          400, ["Content-Type: application/json"],
          #"{"error":"unsupported_grant_type","error_description":"The authorization grant type is not supported."}"#)
      ]
    }
    defer { server.stop() }
    let run = try await Self.place(server.origin).run(["doctor", "--json"])
    try Self.expect(
      run, code: 4, "sign-in", "does not allow the client the grant password", next: "allow the grant password")
  }

  @Test func whoListensOnOurPortIsAskedFor() async throws {
    let other = try ScriptedServer { _ in [.hang] }
    defer { other.stop() }
    try await SampleSite.withRunningSite { _, base in
      let place = try Self.place(base, ["site.entityTypes": ["taxonomy_term"], "admin.port": .integer(other.port)])
      let run = try await place.run(["doctor", "--json"])
      try Self.expect(run, code: 5, "ports", "where admin should", next: "ss -ltnp 'sport = :\(other.port)'")
    }
  }

  /// As root the file is given to somebody else; others take their own right to it away.
  @Test func aFileOfAnothersIsTold() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Self.place(base, ["site.entityTypes": ["taxonomy_term"]])
      #expect(try await place.run(["sync"]).code == 0)
      let isRoot = geteuid() == 0
      if isRoot { chown(place.mirrorPath, 65_534, 65_534) } else { chmod(place.mirrorPath, 0) }
      let run = try await place.run(["doctor", "--json"])
      if isRoot { chown(place.mirrorPath, 0, 0) } else { chmod(place.mirrorPath, 0o640) }
      try Self.expect(
        run, code: isRoot ? 5 : 1, "permissions", "mirror.sqlite belongs to",
        next: isRoot ? "chown " : "chmod u+rw ")
    }
  }

  /// On a disk of its own that has less room than a trial takes: only root may make one.
  @Test(.enabled(if: canMount)) func aFullDiskIsTold() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Self.place(base, ["site.entityTypes": ["taxonomy_term"], "mirror.path": "disk/mirror.sqlite"])
      let disk = place.folder + "/disk"
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      try #require(succeeds("mount", ["-t", "tmpfs", "-o", "size=512k", "none", disk]))
      defer { _ = succeeds("umount", [disk]) }
      let run = try await place.run(["doctor", "--json"])
      try Self.expect(run, code: 1, "disk", "No space left on device", next: "df -h ")
    }
  }

  @Test func aConfigurationThatAllMayReadIsTold() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Self.place(base, ["site.entityTypes": ["taxonomy_term"]])
      chmod(place.config, 0o644)
      let run = try await place.run(["doctor", "--json"])
      try Self.expect(run, code: 5, "permissions", "holds a secret", next: "chmod o-rwx ")
    }
  }

  @Test func aSiteThatIsNotThereIsTold() async throws {
    let run = try await Self.place("http://127.0.0.1:9").run(["doctor", "--json"])
    try Self.expect(run, code: 3, "reachability", "does not accept connections", next: "curl -sSI http://127.0.0.1:9")
  }
}

/// Runs a program of the system; whether it ended well.
private func succeeds(_ name: String, _ arguments: [String]) -> Bool {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [name] + arguments
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}
