import Foundation
import GRDB
import JSONAPI
import SampleSite
import SyncAgent
import Synchronization
import Testing
import Upstream

@testable import Store

/// Local writers and remote editors on the same topics, crashes and lost answers at every request of a push.
///
/// Every value that is written is unique, so that it can be said of each what became of it:
///
/// 1. A local write is on the site at most once, and never over a value that its writer had not seen.
/// 2. It was on the site, or was replaced by its own writer before it left, or is in a conflict or rejection with its data.
/// 3. What was replaced before it left never was on the site.
/// 4. A conflict is about a field that somebody on the site edited.
/// 5. In the end nothing is under way, and what is settled is served as the site has it.
@Suite struct PushSimulationTests {
  /// `PUSH_HISTORIES=100000 swift test -c release --filter PushSimulationTests` for a long run.
  private static let histories = ProcessInfo.processInfo.environment["PUSH_HISTORIES"].flatMap { Int($0) } ?? 400

  @Test(arguments: 0..<8) func everyWriteArrivesOnceOrIsKept(_ lane: Int) async throws {
    let bench = try await PushBench()
    var tally = PushTally()
    for number in 0..<(Self.histories / 8) {
      let seed = lane * 1_000_000 + number
      let history = PushHistory(bench, seed: seed)
      let faults = try await history.run()
      tally = tally + history.tally
      #expect(faults.isEmpty, "seed \(seed): \(faults.joined(separator: "; "))")
      if !faults.isEmpty { break }
    }
    // A simulation in which nothing happens proves nothing.
    let share = Self.histories / 8
    #expect(tally.writes > share && tally.strikes > share / 2 && tally.applied > share, "\(tally)")
    #expect(tally.conflicts > share / 10, "\(tally)")
  }

  /// Engines with a known mistake, each made by the smallest means: the simulation has to notice.
  enum Mistake: String, CaseIterable, Sendable {
    case retriesWithoutLooking, keepsTheOldBase, coalescesAcrossASend
  }

  @Test(arguments: Mistake.allCases) func aMistakeIsNoticed(_ mistake: Mistake) async throws {
    let bench = try await PushBench()
    try bench.mirror.write { db in
      switch mistake {
      case .retriesWithoutLooking: break
      case .keepsTheOldBase:
        try db.execute(
          sql: """
            CREATE TRIGGER mistake BEFORE UPDATE OF members ON outbox
            WHEN old.state = 'queued' AND new.state = 'queued' AND old.kind = new.kind AND old.recorded = new.recorded
            BEGIN SELECT raise(IGNORE); END
            """)
      case .coalescesAcrossASend:
        try db.execute(
          sql: """
            CREATE TRIGGER mistake AFTER UPDATE OF state ON outbox WHEN new.state = 'uncertain'
            BEGIN UPDATE outbox SET state = 'queued', sends = 0 WHERE id = new.id; END
            """)
      }
    }
    for seed in 0..<400 {
      let history = PushHistory(bench, seed: seed, isBlind: mistake == .retriesWithoutLooking)
      let faults = try await history.run()
      if let fault = faults.first {
        print("\(mistake): seed \(seed): \(fault)")
        return
      }
    }
    Issue.record("\(mistake) was not noticed in 400 histories")
  }
}

/// What a history was made of.
struct PushTally {
  var writes = 0
  var pushes = 0
  var strikes = 0
  var applied = 0
  var conflicts = 0
  var rejections = 0

  static func + (one: PushTally, other: PushTally) -> PushTally {
    PushTally(
      writes: one.writes + other.writes, pushes: one.pushes + other.pushes, strikes: one.strikes + other.strikes,
      applied: one.applied + other.applied, conflicts: one.conflicts + other.conflicts,
      rejections: one.rejections + other.rejections)
  }
}

/// One history on topics of its own.
final class PushHistory: Sendable {
  private struct Write {
    var resource: String
    var field: String
    var seen: Set<String>
    var change: Int64?
    var isReplaced = false
    var applied = 0
  }
  private struct State {
    var dice: Dice
    var writes: [String: Write] = [:]
    var order: [String] = []
    var edited: Set<String> = []
    var deletedThere: Set<String> = []
    var faults: [String] = []
    var number = 0
    var seenBodies: [String: [UInt8]] = [:]
    var isQuiet = false
    var isDecided = false
    var tally = PushTally()
  }
  private let bench: PushBench
  private let state: Mutex<State>
  private let seed: Int
  private let isBlind: Bool

  init(_ bench: PushBench, seed: Int, isBlind: Bool = false) {
    self.bench = bench
    self.seed = seed
    self.isBlind = isBlind
    // Neighbouring seeds of the dice are one stream, a step apart: spread them.
    var spread = UInt64(seed + 1) &* 0xD6E8_FEB8_6659_FD93
    spread = (spread ^ (spread >> 32)) &* 0xD6E8_FEB8_6659_FD93
    state = Mutex(State(dice: Dice(seed: Int((spread ^ (spread >> 32)) >> 1))))
  }

  var tally: PushTally { state.withLock { $0.tally } }

  private func roll(_ sides: Int) -> Int { state.withLock { $0.dice.roll(sides) } }

  /// Runs to the end and gives what is wrong.
  func run() async throws -> [String] {
    var topics = [try bench.topic("base \(seed) 0"), try bench.topic("base \(seed) 1")]
    var stale: [[UInt8]] = []
    for _ in 0..<(6 + roll(8)) {
      if roll(3) > 0 { bench.site.clockOffset += Double(1 + roll(3)) }
      let topic = topics[roll(topics.count)]
      switch roll(12) {
      case 0...3: try write(topic)
      case 4: if topics.count < 4 { topics.append(try create()) }
      case 5: if roll(4) == 0 { try delete(topic) }
      case 6, 7: try editThere(topic)
      case 8: if let document = bench.document(topic) { stale.append(document) }
      case 9:
        if !stale.isEmpty { try bench.apply(stale.remove(at: roll(stale.count))) }
        if roll(2) == 0, let document = bench.document(topic) { try bench.apply(document) }
      default: try await push()
      }
    }
    state.withLock { $0.isQuiet = true }
    for _ in 0..<6 {
      bench.site.clockOffset += 120
      try await push()
    }
    try check(topics)
    try await decide(topics)
    return state.withLock { $0.faults }
  }

  private func fault(_ text: String) { state.withLock { $0.faults.append(text) } }

  // MARK: Writers

  private func value(_ resource: String?, _ field: String) throws -> String? {
    guard let resource, let attributes = try bench.shown(resource)?["attributes"] else { return nil }
    return field == "title" ? attributes["title"]?.string : attributes["body"]?["value"]?.string
  }

  private func attribute(_ field: String, _ text: String) -> (String, JSON) {
    field == "title"
      ? (field, .string(text)) : (field, ["value": .string(text), "format": "basic_html", "summary": nil])
  }

  private func token(_ kind: String) -> String {
    state.withLock { state in
      state.number += 1
      return "\(kind)\(seed)-\(state.number)"
    }
  }

  /// Notes a local write and those that it replaced before they left.
  private func note(_ token: String?, _ resource: String, _ field: String?, seen: String?, _ change: Int64?) {
    state.withLock { state in
      var allowed: Set<String> = seen.map { [$0] } ?? []
      for other in state.order {
        guard let old = state.writes[other], old.resource == resource, old.change == change, change != nil,
          field == nil || old.field == field, !old.isReplaced
        else { continue }
        state.writes[other]?.isReplaced = true
        allowed.formUnion(old.seen)
      }
      guard let token, let field else { return }
      state.writes[token] = Write(resource: resource, field: field, seen: allowed, change: change)
      state.order.append(token)
      state.tally.writes += 1
    }
  }

  private func write(_ topic: String) throws {
    let field = ["title", "body"][roll(2)]
    guard let seen = try value(topic, field) else { return }
    let token = token("local")
    let recorded = try bench.patch(topic, [attribute(field, token)])
    note(token, topic, field, seen: seen, recorded.change)
  }

  private func create() throws -> String {
    let id = String(format: "d0000000-%04x-4000-8000-%08x%04x", seed % 65536, seed, roll(65536))
    let token = token("local")
    let recorded = try bench.record(.create(bench.object([attribute("title", token)])), id)
    note(token, id, "title", seen: nil, recorded.change)
    return id
  }

  private func delete(_ topic: String) throws {
    guard try bench.shown(topic) != nil else { return }
    let recorded = try bench.record(.delete, topic)
    note(nil, topic, nil, seen: nil, recorded.change)
  }

  private func editThere(_ topic: String) throws {
    guard bench.document(topic) != nil else { return }
    if roll(12) == 0 {
      try bench.site.withCommunity { try $0.delete(topic) }
      state.withLock { _ = $0.deletedThere.insert(topic) }
      return
    }
    let field = ["title", "body", "sticky"][roll(3)]
    let text = token("remote")
    try bench.edit(topic, [field == "sticky" ? (field, .bool(roll(2) == 0)) : attribute(field, text)])
    state.withLock { state in
      state.edited.insert("\(topic) \(field)")
      state.edited.insert(topic)
    }
  }

  // MARK: The push

  private func push() async throws {
    state.withLock { $0.tally.pushes += 1 }
    let transport = FatefulTransport(
      bench.site, decide: { _, target in self.fate(target) }, alter: { self.isBlind ? self.withoutChanged($0) : $0 },
      watch: { method, target, act in self.watch(method, target, act) })
    do {
      try await bench.push(transport)
    } catch is CancellationError {
    } catch is TransportError {
    } catch is Upstream.SiteError {}
  }

  private func fate(_ target: String) -> RequestFate {
    state.withLock { state in
      guard !state.isQuiet, state.dice.roll(target == "/jsonapi" ? 30 : 2) == 0 else { return .arrives }
      state.tally.strikes += 1
      return RequestFate.allCases[state.dice.roll(RequestFate.allCases.count)]
    }
  }

  private func withoutChanged(_ request: OutboundRequest) -> OutboundRequest {
    guard request.method == "PATCH", let body = request.body, var document = try? JSON(parsing: body).object,
      var data = document["data"]?.object, var attributes = data["attributes"]?.object
    else { return request }
    attributes["changed"] = nil
    data["attributes"] = .object(attributes)
    document["data"] = .object(data)
    var request = request
    request.body = JSON.object(document).encoded(.plain)
    return request
  }

  private func watch(_ method: String, _ target: String, _ act: () -> PlainAnswer) -> PlainAnswer {
    let id = target.split(separator: "/").last.map(String.init) ?? ""
    if isBlind, method == "GET" {
      if let old = state.withLock({ $0.seenBodies[target] }) {
        var answer = act()
        if answer.status == 200 { answer.body = old }
        return answer
      }
      let answer = act()
      if answer.status == 200, target.contains("/node/topic/") {
        state.withLock { $0.seenBodies[target] = answer.body }
      }
      return answer
    }
    guard method == "PATCH" else {
      let answer = act()
      if method == "POST", answer.status == 201, let made = try? JSON(parsing: answer.body)["data"] {
        applied(made["attributes"]?["title"]?.string, over: nil)
      }
      return answer
    }
    let before = fields(id)
    let answer = act()
    let after = fields(id)
    for field in ["title", "body"] where before[field] != after[field] { applied(after[field], over: before[field]) }
    return answer
  }

  private func fields(_ id: String) -> [String: String] {
    guard let attributes = bench.site.community.resource(id)?.attributes else { return [:] }
    var fields: [String: String] = [:]
    fields["title"] = attributes["title"]?.string
    fields["body"] = attributes["body"]?["value"]?.string
    return fields
  }

  private func applied(_ value: String?, over old: String?) {
    guard let value else { return }
    state.withLock { state in
      guard let write = state.writes[value] else { return }
      state.writes[value]?.applied += 1
      state.tally.applied += 1
      if state.isDecided { return }
      if write.applied > 0 { state.faults.append("\(value) is on the site twice") }
      if write.isReplaced { state.faults.append("\(value) is on the site although it was replaced before it left") }
      if let old, !write.seen.contains(old) {
        state.faults.append("\(value) is written over \(old), which its writer had not seen")
      }
    }
  }

  // MARK: The end

  /// A person decides about all that is left; then both sides are the same.
  private func decide(_ topics: [String]) async throws {
    let mine = Set(topics)
    state.withLock { $0.isDecided = true }
    for _ in 0..<8 {
      let open = try bench.mirror.unsettledChanges().filter { mine.contains($0.uuid.description) }
      if open.isEmpty { break }
      for conflict in try bench.mirror.conflicts() where mine.contains(conflict.uuid.description) {
        try bench.mirror.resolve(conflict.id, roll(2) == 0 ? .site : .local, at: bench.site.now)
      }
      for change in open where change.state == .rejected { _ = try bench.mirror.drop(change.id, at: bench.site.now) }
      bench.site.clockOffset += 120
      try await push()
    }
    let open = try bench.mirror.unsettledChanges().filter { mine.contains($0.uuid.description) }
    for change in open { fault("after all decisions change \(change.id) is \(change.state): \(change.error ?? "")") }
    for change in open where change.state != .sending { _ = try bench.mirror.drop(change.id, at: bench.site.now) }
    let deleted = state.withLock { $0.deletedThere }
    for topic in topics {
      if let document = bench.document(topic) { try bench.apply(document) }
      if try bench.shown(topic) != bench.onSite(topic), !deleted.contains(topic) || bench.document(topic) != nil {
        fault("after all decisions \(topic) is not served as the site has it")
      }
    }
  }

  private func check(_ topics: [String]) throws {
    let mine = Set(topics)
    let open = try bench.mirror.unsettledChanges().filter { mine.contains($0.uuid.description) }
    let held = Set(open.filter { $0.state == .conflict || $0.state == .rejected }.map(\.uuid))
    for change in open where change.state != .conflict && change.state != .rejected && !held.contains(change.uuid) {
      fault("change \(change.id) is \(change.state): \(change.error ?? "")")
    }
    let conflicts = try bench.mirror.conflicts(open: false).filter { mine.contains($0.uuid.description) }
    state.withLock { state in
      state.tally.conflicts += conflicts.count
      state.tally.rejections += open.filter { $0.state == .rejected }.count
    }
    let (edited, deleted) = state.withLock { ($0.edited, $0.deletedThere) }
    for conflict in conflicts {
      let id = conflict.uuid.description
      switch conflict.kind {
      case .fields:
        for field in conflict.fields where !edited.contains("\(id) \(field.name)") {
          fault("a conflict about \(field.name) that nobody edited")
        }
      case .changedOnSite: if !edited.contains(id) { fault("a conflict about an edit that nobody made") }
      case .deletedOnSite: if !deleted.contains(id) { fault("a conflict about a deletion that nobody made") }
      case .exists: fault("a conflict about a UUID that nobody else used")
      }
    }
    // What the person in front of the list can read.
    let kept =
      open.flatMap { $0.members.map { $0.local.text() } }
      + conflicts.flatMap { conflict in
        conflict.fields.map { $0.local?.text() ?? "" } + [conflict.local?.text() ?? ""]
      }
    for (token, write) in state.withLock({ $0.writes }) where write.applied == 0 && !write.isReplaced {
      if !kept.contains(where: { $0.contains(token) }) { fault("\(token) is lost") }
    }
    for topic in topics where !open.contains(where: { $0.uuid.description == topic }) {
      guard let document = bench.document(topic) else {
        if try !deleted.contains(topic) && bench.shown(topic) != nil { fault("\(topic) is here but not on the site") }
        continue
      }
      try bench.apply(document)
      if try bench.shown(topic) != bench.onSite(topic) { fault("\(topic) is not served as the site has it") }
    }
  }
}
