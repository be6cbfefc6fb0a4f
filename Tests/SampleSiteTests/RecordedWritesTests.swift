import Foundation
import JSONAPI
import SampleSite
import Support
import Testing

/// Recorded writes of the real site, sent to the sample site in their order: the same status, the same errors, the same
/// documents up to the ids that a site makes itself.
@Suite struct RecordedWritesTests {
  @Test(arguments: ["writes", "scenarios"]) func answersAsRecorded(fixture: String) throws {
    var replay = try Replay()
    for line in try RecordedCrawl.lines(of: "SampleSite/\(fixture).jsonl.gz") {
      let exchange = RecordedWrite(line)
      for difference in try replay.differences(of: exchange) {
        if replay.isKnown(difference, of: exchange, in: fixture) { continue }
        Issue.record("\(exchange.id) \(exchange.note): \(exchange.method) \(exchange.url)\n\(difference)")
      }
    }
    for known in KnownWriteDifference.all where known.fixture == fixture && !replay.used.contains(known.path) {
      Issue.record("no longer different: \(known.path) (\(known.reason)); take it out of the table")
    }
    #expect(replay.compared > 40)
  }
}

/// One line of the fixture.
struct RecordedWrite {
  let id: String
  let note: String
  let method: String
  let url: String
  let line: JSON

  init(_ line: JSON) {
    self.line = line
    id = line["id"]?.string ?? ""
    note = line["note"]?.string ?? ""
    method = line["request"]?["method"]?.string ?? ""
    url = line["request"]?["url"]?.string ?? ""
  }

  var status: Int { Int(line["response"]?["status"]?.integer ?? 0) }
  /// Unix seconds of the request.
  var time: Double? { line["response"]?["at"]?.integer.map { Double($0) } }
  var isAnonymous: Bool { line["request"]?["anonymous"]?.bool ?? false }

  func header(_ name: String) -> String? { line["response"]?["headers"]?[name]?.string }

  /// With the ids that the sample site made in the place of the recorded site's.
  func request(_ ids: [String: String], token: String) -> SiteRequest {
    var headers: [String: String] = [:]
    for member in line["request"]?["headers"]?.object?.members ?? [] where member.name != "Authorization" {
      headers[member.name.lowercased()] = member.value.string
    }
    if !isAnonymous { headers["authorization"] = "Bearer \(token)" }
    let text = line["request"]?["body"]?.string ?? ""
    let body =
      text.hasPrefix("base64:")
      ? Data(base64Encoded: String(text.dropFirst(7))).map { Array($0) } ?? []
      : Array(replaced(text, ids).utf8)
    return SiteRequest(method, replaced(url, ids), headers: headers, body: body, base: base)
  }

  private func replaced(_ text: String, _ ids: [String: String]) -> String {
    ids.reduce(text) { $0.replacing($1.key, with: $1.value) }
  }
}

/// Where the sample site is another site than the recorded one, and why.
struct KnownWriteDifference {
  let fixture: String
  /// The member, without the numbers of elements.
  let path: String
  let reason: String

  static let all = [
    KnownWriteDifference(
      fixture: "writes", path: "data.attributes.metatag",
      reason: "made by a module for pages; a new resource has none here"),
    KnownWriteDifference(fixture: "scenarios", path: "data.attributes.metatag", reason: "the same"),
    KnownWriteDifference(
      fixture: "writes", path: "w0021 included.attributes.access", reason: "the recording's own visits to the site"),
    KnownWriteDifference(fixture: "scenarios", path: "w0010 data.attributes.access", reason: "the same"),
    KnownWriteDifference(
      fixture: "writes", path: "w0030 data.attributes.path.langcode",
      reason: "the site's answer shows the alias before it was read back"),
    KnownWriteDifference(
      fixture: "scenarios", path: "w0023 data.attributes.drupal_internal__fid",
      reason: "recorded on a site reset to before the last file of the crawl"),
  ]
}

/// A sample site in the middle of the recording.
struct Replay {
  let site: SampleSite
  let clock: HandMovedClock<Double>
  private(set) var ids: [String: String] = [:]
  private(set) var used: Set<String> = []
  private(set) var compared = 0
  private var caller: Caller
  private let crawled: [String: JSON]

  init() throws {
    let clock = HandMovedClock<Double>(1_795_465_990)
    var settings = SampleSiteSettings()
    settings.clock = { clock.value }
    self.clock = clock
    site = try SampleSite(settings)
    caller = try Caller(site)
    crawled = try RecordedCrawl.resources()
  }

  mutating func isKnown(_ difference: Difference, of exchange: RecordedWrite, in fixture: String) -> Bool {
    let path = "\(exchange.id) \(difference.path)"
    let known = KnownWriteDifference.all.first {
      $0.fixture == fixture && (path.hasPrefix($0.path) || difference.path.hasPrefix($0.path))
    }
    if let known { used.insert(known.path) }
    return known != nil
  }

  mutating func differences(of exchange: RecordedWrite) throws -> [Difference] {
    if let time = exchange.time { clock.value = time }
    var answer = site.respond(to: exchange.request(ids, token: caller.token))
    if answer.status == 401, exchange.status != 401, !exchange.isAnonymous {
      // The recording's client signed in again, too.
      caller = try Caller(site)
      answer = site.respond(to: exchange.request(ids, token: caller.token))
    }
    compared += 1
    var found: [Difference] = []
    func compare(_ path: String, _ got: String?, _ expected: String?) {
      if got != expected { found.append(Difference(path: path, got: got ?? "–", expected: expected ?? "–")) }
    }
    compare("status", "\(answer.status)", "\(exchange.status)")
    for name in ["content-type", "allow", "content-range", "accept-ranges", "www-authenticate"] {
      compare(name, answer.header(name), exchange.header(name))
    }
    if exchange.status == 200 || exchange.status == 206, let length = exchange.line["response"]?["length"]?.integer {
      compare("length", "\(answer.body.count)", "\(length)")
      compare(
        "has last-modified", "\(answer.header("last-modified") != nil)", "\(exchange.header("last-modified") != nil)")
      compare("has etag", "\(answer.header("etag") != nil)", "\(exchange.header("etag") != nil)")
    }
    if let recorded = exchange.line["response"]?["document"] {
      let text = String(decoding: answer.body, as: UTF8.self)
        .replacing(base.replacing("/", with: "\\/"), with: "{{BASE}}")
      guard let got = try? JSON(parsing: text) else {
        return found + [Difference(path: "body", got: String(text.prefix(200)), expected: "JSON")]
      }
      let expected = RecordedReadsTests.expanded(recorded, crawled)
      learn(got, expected)
      found += Difference.all(plain(got), try renamed(expected), "")
    }
    guard exchange.status == 201 else { return found }
    compare(
      "location", answer.header("location")?.replacing(base, with: "{{BASE}}"),
      try exchange.header("location").map { try renamed(.string($0)).string ?? "" })
    return found
  }

  /// Notes which UUID here stands for which there, where the two sites made one each.
  private mutating func learn(_ got: JSON, _ expected: JSON) {
    switch (got, expected) {
    case (.object(let one), .object(let other)):
      if let mine = one["id"]?.string, let theirs = other["id"]?.string, mine != theirs, one["type"] == other["type"],
        crawled["\(one["type"]?.string ?? "")/\(theirs)"] == nil, ids[theirs] == nil, theirs.count == 36,
        crawled["\(one["type"]?.string ?? "")/\(mine)"] == nil
      {
        ids[theirs] = mine
      }
      for name in one.names { learn(one[name] ?? .null, other[name] ?? .null) }
    case (.array(let one), .array(let other)): for (left, right) in zip(one, other) { learn(left, right) }
    default: break
    }
  }

  private func renamed(_ value: JSON) throws -> JSON {
    plain(try JSON(parsing: ids.reduce(value.text(.plain)) { $0.replacing($1.key, with: $1.value) }))
  }

  /// Without what is another one on every read: signed URLs.
  private func plain(_ value: JSON) -> JSON {
    switch value {
    case .array(let elements): return .array(elements.map(plain))
    case .object(let object): return .object(JSONObject(object.members.map { ($0.name, plain($0.value)) }))
    case .string(let text) where text.hasPrefix("/system/file/"):
      return .string("signed/" + text.split(separator: "/").dropFirst(4).joined(separator: "/"))
    default: return value
    }
  }
}

/// One place where two answers differ.
struct Difference: CustomStringConvertible {
  var path: String
  var got: String
  var expected: String

  var description: String { "\(path): \(got.prefix(300)) instead of \(expected.prefix(300))" }

  /// The recorded site took up to a second for a request.
  private static func areTheSameMoment(_ one: String, _ other: String) -> Bool {
    guard let one = SiteTime.seconds(one), let other = SiteTime.seconds(other) else { return false }
    return abs(one - other) <= 1
  }

  static func all(_ got: JSON, _ expected: JSON, _ path: String) -> [Difference] {
    if got == expected { return [] }
    switch (got, expected) {
    case (.string(let one), .string(let other)) where areTheSameMoment(one, other): return []
    case (.object(let one), .object(let other)) where one.names == other.names:
      return one.names.flatMap { name in
        all(one[name] ?? .null, other[name] ?? .null, path.isEmpty ? name : "\(path).\(name)")
      }
    case (.array(let one), .array(let other)) where one.count == other.count:
      return zip(one, other).flatMap { all($0, $1, path) }
    case (.object(let one), .object(let other)):
      return [Difference(path: "\(path) members", got: "\(one.names)", expected: "\(other.names)")]
    default: return [Difference(path: path, got: got.text(.plain), expected: expected.text(.plain))]
    }
  }
}
