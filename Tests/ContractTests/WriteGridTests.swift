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
    var deliberate: [String: Int] = [:]
    var others: [String: (count: Int, example: String)] = [:]
    for _ in 0..<Self.count {
      let written = grid.next()
      let (site, local) = await subjects.answers(to: written)
      statuses[local.status, default: 0] += 1
      for difference in GridComparison(written, site: site, local: local).differences {
        if let known = DeliberateGridDifference.allCases.first(where: { $0.explains(written, site, local, difference) })
        {
          deliberate[known.rawValue, default: 0] += 1
          continue
        }
        let kind = "\(difference.place) \(site.status)/\(local.status)"
        others[kind, default: (0, "\(written)\n    \(difference.text)")].count += 1
      }
    }
    let sum = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    print("write grid: seed \(seed), \(Self.count) cases, local statuses \(sum)")
    for (name, count) in deliberate.sorted(by: { $0.key < $1.key }) { print("write grid: meant: \(name): \(count)") }
    for (kind, found) in others.sorted(by: { $0.value.count > $1.value.count }) {
      Issue.record("\(kind), \(found.count) times, such as \(found.example)")
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

/// What is different between the two answers to one write.
struct GridComparison {
  private(set) var differences: [Difference] = []

  init(_ written: WriteCase, site: Given, local: Given) {
    let words = { (given: Given) in
      (try? JSON(parsing: given.body))?["errors"]?.array.map { errors in
        errors.map { "\($0["detail"]?.string ?? "") @\($0["source"]?["pointer"]?.string ?? "")" }.joined(
          separator: " | ")
      } ?? String(decoding: given.body.prefix(120), as: UTF8.self)
    }
    if site.status != local.status {
      note("status", "site \(site.status) \(words(site))\n    local \(local.status) \(words(local))")
      return
    }
    for name in ["content-type", "allow", "link"] where site.fields[name] != local.fields[name] {
      note("header \(name)", "\(site.fields[name] ?? "-") and \(local.fields[name] ?? "-")")
    }
    guard written.method != "HEAD", written.method != "OPTIONS" else { return }
    if site.status >= 400 {
      guard let one = try? JSON(parsing: site.body), let other = try? JSON(parsing: local.body) else {
        // Pages have a theme.
        if (try? JSON(parsing: local.body)) != nil || (try? JSON(parsing: site.body)) != nil {
          note("body", "\(words(site))\n    and \(words(local))")
        }
        return
      }
      if one != other {
        note("error", "site \(one["errors"]?.text() ?? "")\n    local \(other["errors"]?.text() ?? "")")
      }
    } else if site.status != 204 {
      compare(try? JSON(parsing: site.body), try? JSON(parsing: local.body), "")
    }
  }

  private mutating func note(_ place: String, _ text: String) {
    differences.append(Difference(place: place, text: text))
  }

  private mutating func compare(_ site: JSON?, _ local: JSON?, _ path: String) {
    switch (site, local) {
    case (.object(let one)?, .object(let other)?):
      if one.names.filter({ other[$0] != nil }) != other.names.filter({ one[$0] != nil }) {
        note("\(path) order", "\(one.names) and \(other.names)")
      }
      for name in one.names where other[name] == nil {
        note("\(path).\(name)", "only the site has it: \(one[name]?.text().prefix(100) ?? "")")
      }
      for name in other.names where one[name] == nil {
        note("\(path).\(name)", "only the mirror has it: \(other[name]?.text().prefix(100) ?? "")")
      }
      for name in one.names {
        if let left = one[name], let right = other[name] { compare(left, right, "\(path).\(name)") }
      }
    case (.array(let one)?, .array(let other)?):
      if one.count != other.count { note(path, "\(one.count) and \(other.count) elements") }
      for (left, right) in zip(one, other) { compare(left, right, "\(path)[]") }
    default:
      if site != local { note(path, "\(site?.text().prefix(200) ?? "-") and \(local?.text().prefix(200) ?? "-")") }
    }
  }
}
