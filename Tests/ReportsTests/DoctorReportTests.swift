import JSONAPI
import Testing

@testable import Reports
@testable import Store
@testable import SyncAgent

/// What `doctor` says: by what was found out, and by nothing else.
@Suite struct DoctorReportTests {
  private static let base = "https://community.example.org"
  private static let root = MachineEvidence.User(id: 0, name: "root")
  private static let service = MachineEvidence.User(id: 998, name: "social-mirror")

  /// A site on which all is as it should be.
  private static var site: SiteEvidence {
    var site = SiteEvidence(base: base, pageSize: 50)
    site.entry = .init(
      path: "/jsonapi", asked: "/jsonapi", isMoved: false, otherBases: [], version: "1.0", types: 28)
    site.account = "a0000000-0000-4000-8000-000000000001"
    site.clockAhead = 0
    site.generator = "Drupal 10 (https://www.drupal.org)"
    site.kept = .fresh
    site.types = [shown("node--topic", of: "node"), shown("profile--profile", of: "profile")]
    site.writes = .open
    site.isDescribed = true
    return site
  }

  private static func shown(_ name: String, of entityType: String) -> ShownType {
    var type = ShownType(name, of: entityType)
    (type.whole, type.hasMore, type.filters, type.filtered, type.milliseconds) = (50, true, .work, 50, 80)
    return type
  }

  /// A machine on which all is as it should be.
  private static var machine: MachineEvidence {
    var machine = MachineEvidence(user: service, mirrorPath: "/var/lib/social-mirror/mirror.sqlite")
    machine.places = [place(.folder, "/var/lib/social-mirror"), place(.mirror, machine.mirrorPath)]
    machine.disks = [disk(.done(milliseconds: 9))]
    machine.descriptors = (65_536, 10)
    machine.ports = [.init(key: "localAPI", host: "127.0.0.1", number: 8480, state: .free)]
    return machine
  }

  private static func place(
    _ role: MachineEvidence.Place.Role, _ path: String, owner: MachineEvidence.User = service,
    folderOwner: MachineEvidence.User = service, mode: UInt32 = 0o640, isWritable: Bool = true
  ) -> MachineEvidence.Place {
    .init(
      role, path, owner: owner, folderOwner: folderOwner, mode: mode, isReadable: isWritable, isWritable: isWritable)
  }

  private static func disk(_ trial: DiskTrial, free: Int64 = 20 << 30) -> MachineEvidence.Disk {
    .init(keys: ["mirror.path"], folder: "/var/lib/social-mirror", freeBytes: free, trial: trial)
  }

  private static func report(
    _ change: (inout SiteEvidence, inout MachineEvidence) -> Void = { _, _ in },
    mirror: MirrorState = .checked(.init([]))
  ) -> DoctorReport {
    var (site, machine) = (site, machine)
    change(&site, &machine)
    return DoctorReport(site: site, machine: machine, mirror: mirror)
  }

  @Test func nothingHasToBeDoneWhereAllIsInOrder() {
    let report = Self.report()
    #expect(report.outcome == .fine && report.findings.isEmpty, "\(report.lines)")
    #expect(report.lines.last == "nothing has to be done")
    #expect(report.json.isOneSoundLine && report.json["isFine"] == true)
    #expect(Set(report.all.map(\.weight)) == [.fine])
  }

  @Test func onePortIsNotForTwo() {
    func report(_ number: Int) -> DoctorReport {
      Self.report { _, machine in
        machine.ports = ["localAPI", "admin"].map { .init(key: $0, host: "127.0.0.1", number: number, state: .free) }
      }
    }
    #expect(report(0).outcome == .fine)
    #expect(report(8480).outcome == .person)
    #expect(report(8480).lines.contains { $0.contains("localAPI and admin are both to listen on 127.0.0.1:8480") })
  }

  /// One thing that is out of order, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout SiteEvidence, inout MachineEvidence) -> Void
    var outcome: DoctorReport.Outcome
    var area: DoctorFinding.Area
    /// Part of the finding.
    var text: String
    /// Part of what is to be done.
    var next: String

    init(
      _ name: String, _ outcome: DoctorReport.Outcome, _ area: DoctorFinding.Area, _ text: String, next: String,
      change: @escaping @Sendable (inout SiteEvidence, inout MachineEvidence) -> Void
    ) {
      testDescription = name
      self.change = change
      self.outcome = outcome
      self.area = area
      self.text = text
      self.next = next
    }
  }

  static let cases: [Case] = [
    Case("wrong secret", .credentials, .signIn, "no", next: "site.auth.clientSecret") { site, _ in
      site.fail(.wrongClient)
    },
    Case("grant not allowed", .credentials, .signIn, "no", next: "allow the grant password") { site, _ in
      site.fail(.grantNotAllowed, grant: "password")
    },
    Case("read-only site", .person, .writes, "reading only", next: "/admin/config/services/jsonapi") { site, _ in
      site.writes = .readOnly(words: "only read operations")
    },
    Case("account without rights", .person, .rights, "few rights", next: "role of a site manager") { site, _ in
      for index in site.types.indices { (site.types[index].whole, site.types[index].omitted) = (0, 50) }
    },
    Case(
      "a type that is hidden", .person, .rights, "50 left out (the site says: it is secret)", next: "administer profile"
    ) {
      site, _ in
      (site.types[1].whole, site.types[1].omitted, site.types[1].reasons) = (0, 50, ["it is secret"])
    },
    Case(
      "filters refused", .person, .filters, "profile--profile: a filter silently shows nothing",
      next: "administer profile"
    ) {
      site, _ in
      (site.types[1].filters, site.types[1].filtered) = (.refused, 0)
    },
    Case("clock off by an hour", .person, .clock, "60 minutes ahead of", next: "timedatectl") { site, _ in
      site.clockAhead = 3600
    },
    Case("clock off by a day, backwards", .person, .clock, "24 hours behind", next: "timedatectl") { site, _ in
      site.clockAhead = -86_400
    },
    Case("expired certificate", .site, .tls, "no", next: "certbot renew") { site, _ in site.fail(.expiredCertificate) },
    Case("another's certificate", .site, .tls, "no", next: "-connect community.example.org:443") { site, _ in
      site.fail(.foreignCertificate)
    },
    Case("an authority that is not known, on another port", .site, .tls, "no", next: "-connect 127.0.0.1:8443 ") {
      site, _ in
      site.base = "https://127.0.0.1:8443/community"
      site.fail(.certificate)
    },
    Case("no keys for tokens", .site, .signIn, "no", next: "/admin/config/people/simple_oauth") { site, _ in
      site.fail(.tokenFault)
    },
    Case("no simple_oauth", .site, .signIn, "no", next: "/oauth/token") { site, _ in site.fail(.noTokenRoute) },
    Case("HTTP Basic in front", .credentials, .frontDoor, "no", next: "satisfy any") { site, _ in site.fail(.httpBasic)
    },
    Case("a cache in front", .person, .caches, "X-Cache: HIT, 7 seconds old", next: "proxy_cache_bypass") { site, _ in
      site.kept = .inFront(sign: "X-Cache: HIT", ageSeconds: 7)
    },
    Case("capped pages", .person, .pages, "at most 7 rows of 50", next: "site.pageSize to 7") { site, _ in
      for index in site.types.indices { site.types[index].whole = 7 }
    },
    Case("heavy pages", .person, .pages, "a page of 50 rows fails, one of 5 comes", next: "lower site.pageSize") {
      site, _ in
      (site.types[0].whole, site.types[0].tooMuch) = (5, SiteFailure(.unavailable, "no"))
    },
    Case("slow pages", .person, .pages, "25000 ms", next: "site.pageSize") { site, _ in
      site.types[0].milliseconds = 25_000
    },
    Case("full disk", .machine, .disk, "No space left on device", next: "df -h /var/lib/social-mirror") { _, machine in
      machine.disks = [disk(.failed(reason: "No space left on device", isFull: true), free: 0)]
    },
    Case("nearly full disk", .machine, .disk, "full but for 10 MB", next: "df -h") { _, machine in
      machine.disks = [disk(.done(milliseconds: 9), free: 10 << 20)]
    },
    Case("soon full disk", .person, .disk, "soon full", next: "df -h") { _, machine in
      machine.disks = [disk(.done(milliseconds: 9), free: 200 << 20)]
    },
    Case("slow disk", .person, .disk, "in 9000 ms", next: "iostat") { _, machine in
      machine.disks = [disk(.done(milliseconds: 9000))]
    },
    Case("file of root's in the service's folder", .machine, .permissions, "belongs to root", next: "sudo -u root") {
      _, machine in
      machine.places[1] = place(.mirror, machine.mirrorPath, owner: root, isWritable: false)
    },
    Case(
      "file that root made in the service's folder", .person, .permissions, "its folder to social-mirror",
      next: "chown social-mirror"
    ) {
      _, machine in
      machine.user = root
      machine.places[1] = place(.mirror, machine.mirrorPath, owner: root)
    },
    Case(
      "files of root's", .machine, .permissions, "mirror.sqlite-wal belong to root", next: "chown social-mirror /var/"
    ) {
      _, machine in
      machine.places[1] = place(.mirror, machine.mirrorPath, owner: root, isWritable: false)
      machine.places.append(place(.mirror, machine.mirrorPath + "-wal", owner: root, isWritable: false))
    },
    Case("a disk that can only be read", .machine, .disk, "can only be read", next: "remount,rw") { _, machine in
      machine.disks = [disk(.readOnly)]
    },
    Case("secret that all may read", .person, .permissions, "everybody on this machine", next: "chmod o-rwx") {
      _, machine in
      machine.places.append(place(.configuration, "/etc/social-mirror/config.json", mode: 0o644))
    },
    Case("port of another's", .person, .ports, "another process listens on 127.0.0.1:8480", next: "ss -ltnp") {
      _, machine in
      machine.ports[0].state = .taken
    },
    Case("few descriptors", .person, .descriptors, "only 90 more", next: "LimitNOFILE") { _, machine in
      machine.descriptors = (100, 10)
    },
    Case("another site's mirror", .configuration, .configuration, "no", next: "sync --moved") { site, _ in
      site.fail(.otherSite)
    },
  ]

  @Test(arguments: cases) func eachIsToldWithTheNextThingToDo(_ shown: Case) throws {
    let report = Self.report(shown.change)
    #expect(report.outcome == shown.outcome, "\(report.lines)")
    let finding = try #require(
      report.all.first { $0.area == shown.area && $0.isToBeDone && $0.text.contains(shown.text) }, "\(report.lines)")
    #expect(finding.next?.contains(shown.next) == true, "\(finding)")
    #expect(report.findings.contains { $0.contains(shown.text) })
    #expect(report.json.isOneSoundLine && report.json["isFine"] == false)
  }

  @Test(arguments: SiteFailure.Kind.allCases) func everyFailureHasAWayOut(_ kind: SiteFailure.Kind) {
    let report = Self.report { site, _ in site.fail(kind) }
    #expect(report.findings.contains { $0.hasPrefix("  next: ") && $0.count > 12 }, "\(report.findings)")
    #expect(report.outcome != .fine)
  }

  /// What a daemon at work has is no fault, and neither is what no permission opens.
  @Test func whatIsNobodysFaultIsANote() {
    let running = Self.report { _, machine in
      machine.lockHolder = LockHolder(process: 4711)
      machine.ports[0].state = .taken
    }
    #expect(running.outcome == .fine && running.lines.contains { $0.contains("process 4711") }, "\(running.lines)")
    let files = Self.report { site, _ in
      var type = Self.shown("file--file", of: "file")
      (type.filters, type.filtered) = (.refused, 38)
      site.types.append(type)
    }
    #expect(files.outcome == .fine && files.lines.contains { $0.contains("private files of others") }, "\(files.lines)")
    let one = Self.report { site, _ in (site.types[0].whole, site.types[0].omitted) = (49, 1) }
    #expect(one.outcome == .fine && one.lines.contains { $0.contains("1 left out") }, "\(one.lines)")
    #expect(Self.report(mirror: .absent).lines.contains { $0.contains("social-mirror sync") })
  }

  /// Files on a disk that can only be read are nobody's fault, and no `chmod` helps them; those that may not be read are told all the same.
  @Test func aDiskThatCanOnlyBeReadIsToldOnce() {
    let report = Self.report { _, machine in
      machine.disks = [Self.disk(.readOnly)]
      for index in machine.places.indices { machine.places[index].isWritable = false }
    }
    #expect(report.all.filter(\.isToBeDone).map(\.area) == [.disk], "\(report.lines)")
    let closed = Self.report { _, machine in
      machine.disks = [Self.disk(.readOnly)]
      machine.places[1] = Self.place(.mirror, machine.mirrorPath, owner: Self.root, isWritable: false)
    }
    #expect(closed.all.filter(\.isToBeDone).map(\.area) == [.permissions, .disk], "\(closed.lines)")
  }

  /// What a person has to do goes before what may pass by itself.
  @Test func aFaultOfThisMachineGoesBeforeTheSites() {
    let report = Self.report { site, machine in
      site.fail(.unreachable)
      machine.disks = [Self.disk(.failed(reason: "No space left on device", isFull: true), free: 0)]
    }
    #expect(report.outcome == .machine)
    #expect(Self.report({ site, _ in site.fail(.unreachable) }).outcome == .site)
    let broken = MirrorState.checked(CheckReport([InvariantResult(name: "no two are one", violations: 2)]))
    #expect(Self.report(mirror: broken).outcome == .machine)
    #expect(Self.report(mirror: .unusable("it is no mirror")).outcome == .machine)
  }
}

extension SiteEvidence {
  /// Lets the examination end before anything answered.
  fileprivate mutating func fail(_ kind: SiteFailure.Kind, grant: String? = nil) {
    self = SiteEvidence(base: base, pageSize: pageSize)
    failure = SiteFailure(kind, "no", grant: grant)
  }
}
