import Foundation
import JSONAPI
import LocalAPI
import SampleSite
import Support
import Testing

/// The same writes asked of the sample site and of a local API over a mirror of the same community: two implementations that
/// share no rule refuse the same in the same words, and take the same.
@Suite struct WriteGridTests {
  /// `WRITE_GRID=50000 WRITE_GRID_SEED=7` asks for more.
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["WRITE_GRID"].flatMap { Int($0) } ?? 1500

  @Test func bothSubjectsAgree() async throws {
    let seed = Self.environment["WRITE_GRID_SEED"].flatMap { UInt64($0) } ?? 1
    let subjects = try await GridSubjects()
    var grid = try WriteGrid(seed: seed)
    var statuses: [Int: Int] = [:]
    var met: [String: Int] = [:]
    var others: [String: (count: Int, example: String)] = [:]
    var memory = GridMemory()
    for _ in 0..<Self.count {
      let written = grid.next()
      let (site, local) = await subjects.answers(to: written)
      statuses[local.status, default: 0] += 1
      let exchange = GridExchange(written, site: site, local: local)
      let differences = GridComparison(written, site: site, local: local).differences
      let excuses = differences.map { difference in
        GridExcuse.all.first { $0.excuses(exchange, difference, memory) }?.name
      }
      for name in excuses { if let name { met[name, default: 0] += 1 } }
      for (difference, excuse) in zip(differences, excuses) where excuse == nil {
        let kind = "\(difference.place) \(site.status)/\(local.status)"
        let near = GridExcuse.all.filter { $0.isNear(exchange, difference) }.map(\.name)
        let example =
          "\(exchange)\n    at \(difference.place): \(difference.text)\n    nearly: \(near.joined(separator: "; "))"
        others[kind, default: (0, example)].count += 1
      }
      // What nobody excused has parted the two as well: each such difference is told once.
      let lasting = zip(differences, excuses).filter { !GridExcuse.passing.contains($0.1 ?? "") }.map(\.0)
      memory.note(exchange, lasting)
    }
    let sum = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    print("write grid: seed \(seed), \(Self.count) cases, local statuses \(sum)")
    for (name, count) in met.sorted(by: { $0.key < $1.key }) { print("write grid: meant: \(name): \(count)") }
    for (kind, found) in others.sorted(by: { $0.value.count > $1.value.count }) {
      Issue.record("\(kind), \(found.count) times, such as \(found.example)")
    }
    // Other seeds may not come to the rare ones.
    for excuse in GridExcuse.all where seed == 1 && Self.count >= excuse.least && met[excuse.name] == nil {
      Issue.record("the excuse \"\(excuse.name)\" is no longer needed: \(excuse.why)")
    }
    // A grid of errors alone, or of none, proves little.
    #expect((statuses[201] ?? 0) > Self.count / 30 && (statuses[204] ?? 0) > Self.count / 50)
    #expect((statuses[422] ?? 0) > Self.count / 50 && (statuses[400] ?? 0) > Self.count / 30)
    #expect(statuses[500] == nil)
  }
}

/// Both subjects, signed in.
struct GridSubjects {
  private let site: SampleSite
  private let api: InProcessLocalAPI
  private let clock = HandMovedClock<Int64>(1_795_470_000)
  private let token: String

  init() async throws {
    var settings = SampleSiteSettings()
    let clock = self.clock
    settings.clock = { Double(clock.value) }
    settings.accessTokenSeconds = 1 << 40
    site = try SampleSite(settings)
    token = try GridSubjects.token(site)
    api = try await InProcessLocalAPI(
      CrawledMirror.full(), host: String(Exchange.base.dropFirst("http://".count)), now: { clock.value })
  }

  private static func token(_ site: SampleSite) throws -> String {
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let type = ["content-type": "application/x-www-form-urlencoded"]
    let answer = site.respond(to: SiteRequest("POST", "/oauth/token", headers: type, body: Array(form.utf8)))
    return try JSON(parsing: answer.body)["access_token"]?.string ?? ""
  }

  /// Asks both, a second later than before.
  func answers(to written: WriteCase) async -> (site: Given, local: Given) {
    clock.value += 1
    var fields = Dictionary(uniqueKeysWithValues: written.fields.map { ($0.key.lowercased(), $0.value) })
    if !written.isAnonymous {
      // Saving the account's own user ends its tokens there.
      fields["authorization"] = "Bearer \((try? GridSubjects.token(site)) ?? token)"
    }
    let answer = site.respond(
      to: SiteRequest(written.method, written.target, headers: fields, body: written.body, base: Exchange.base))
    var own = written.fields.mapValues(Optional.some)
    if written.isAnonymous { own["Authorization"] = .some(nil) }
    let local = await api.answer(written.method, written.target, own, body: written.body)
    return (
      Given(
        status: answer.status,
        fields: Dictionary(answer.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
        body: written.method == "HEAD" ? [] : answer.body),
      Given(status: local.status, fields: local.fields, body: local.body)
    )
  }
}
