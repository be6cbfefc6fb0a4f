import Foundation
import GRDB
import JSONAPI
import OpenSocial
import SampleSite
import Support
import SyncAgent
import Synchronization
import Upstream

@testable import Store

/// One history, decided by a seed: local writers, people on the site, pulls, and pushes whose requests are lost, refused,
/// doubled or cut off by a kill before any commit, after which the file is opened again. Then quiet, and a person who decides.
final class PushHistory: Sendable {
  struct State {
    var dice: Dice
    var ledger = PushLedger()
    var mirror: Mirror
    var fuse: CommitFuse
    var isQuiet = false
    /// Topics, comments and files that writers know, by type and UUID.
    var known: [(type: String, id: String)]
    /// Pages that are still on their way.
    var stale: [SiteDocument] = []
    /// A token for the test's own reads.
    var token = ""
    var seenBodies: [String: [UInt8]] = [:]
    /// For so many more steps the site takes no writes.
    var readOnlyFor = 0
  }
  let ground: PushGround
  let seed: Int
  let site: SampleSite
  let state: Mutex<State>
  private let path: String
  private let vault = MemoryTokenVault()
  let scanner: PageScanner
  /// A mistake that needs more than SQL: reads are answered with what was read before, and nobody compares.
  let isBlind: Bool
  /// How many updates a push has under way at once. With more than one the seed does not decide all: whose request comes first is open.
  let lanes: Int
  /// One request is answered at a time, with all that happens around it.
  let turn = Mutex(())

  /// Plays the history of a seed.
  /// - Returns: what is wrong afterwards, nothing for a good engine; and what it was made of.
  static func play(
    _ seed: Int, on ground: PushGround, isBlind: Bool = false, lanes: Int = 1
  ) async -> ([String], PushTally) {
    do {
      let history = try PushHistory(seed, ground, isBlind: isBlind, lanes: lanes)
      defer { history.remove() }
      do { try await history.live() } catch { history.fault("stopped: \(error)") }
      return history.state.withLock { state in
        state.ledger.tally.histories = 1
        return (state.ledger.faults, state.ledger.tally)
      }
    } catch { return (["did not begin: \(error)"], PushTally()) }
  }

  private init(_ seed: Int, _ ground: PushGround, isBlind: Bool, lanes: Int) throws {
    self.ground = ground
    self.seed = seed
    self.isBlind = isBlind
    self.lanes = lanes
    var settings = PushGround.settings()
    settings.seed = UInt64(seed)
    settings.habits = PushHistory.habits(of: seed)
    site = SampleSite(settings, community: ground.community)
    let folder = PushGround.folder + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/mirror.sqlite"
    try FileManager.default.copyItem(atPath: ground.path, toPath: path)
    let (mirror, fuse) = try PushHistory.opened(path)
    let paths = Dictionary(try mirror.reading.types().map { ($0.name, $0.path ?? "") }) { first, _ in first }
    scanner = PageScanner(base: DocumentBase(siteBase), paths: paths)
    // Neighbouring seeds of the dice are one stream, a step apart: spread them.
    var spread = UInt64(seed + 1) &* 0xD6E8_FEB8_6659_FD93
    spread = (spread ^ (spread >> 32)) &* 0xD6E8_FEB8_6659_FD93
    state = Mutex(
      State(
        dice: Dice(seed: Int((spread ^ (spread >> 32)) >> 1)), mirror: mirror, fuse: fuse,
        known: ground.topics.map { ("node--topic", $0) }))
  }

  /// What the site of a history does otherwise: a third has nothing of it. `PUSH_HABITS` sets them for all (`dynamic-cache,…`, or
  /// empty for none).
  static func habits(of seed: Int) -> Set<Habit> {
    if let words = ProcessInfo.processInfo.environment["PUSH_HABITS"] {
      return Set(words.split(separator: ",").compactMap { Habit(rawValue: String($0)) })
    }
    var dice = Dice(seed: seed &* 7919 &+ 13)
    guard dice.roll(3) > 0 else { return [] }
    return Set(drawn.filter { _ in dice.roll(drawn.count) < 2 })
  }

  /// The habits that bear on a push. Those that need it are given a part in `live`.
  private static let drawn: [Habit] = [.dynamicCache, .pageCache, .readOnly, .failingCreations]

  private static func opened(_ path: String) throws -> (Mirror, CommitFuse) {
    let mirror = try Mirror(path: path)
    let fuse = CommitFuse()
    mirror.database.pool.add(transactionObserver: fuse, extent: .databaseLifetime)
    return (mirror, fuse)
  }

  private func remove() {
    try? mirror.close()
    try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
  }

  var mirror: Mirror { state.withLock { $0.mirror } }
  func roll(_ sides: Int) -> Int { state.withLock { $0.dice.roll(sides) } }
  func fault(_ text: String) { state.withLock { $0.ledger.faults.append(text) } }

  // MARK: Living

  private func live() async throws {
    let habits = site.settings.habits
    // An administrator corrects the setting at some time.
    if habits.contains(.readOnly) { state.withLock { $0.readOnlyFor = 2 + $0.dice.roll(8) } }
    // Of what writers here create, comments are what the site's own code fails on, for ever or until it is mended.
    if habits.contains(.failingCreations) { site.failingCreations = ["comment"] }
    for _ in 0..<(8 + roll(10)) {
      let isOver = state.withLock { state in
        state.readOnlyFor -= 1
        return state.readOnlyFor == 0
      }
      if isOver { site.takesWrites = true }
      if habits.contains(.failingCreations), roll(12) == 0 { site.failingCreations = [] }
      if roll(3) > 0 { site.clockOffset += Double(1 + roll(4)) }
      switch roll(10) {
      case 0...5: act()
      default: try await push()
      }
    }
    state.withLock { $0.isQuiet = true }
    site.takesWrites = true
    for _ in 0..<(site.failingCreations.isEmpty ? 5 : 9) {
      site.clockOffset += 200
      try await push()
    }
    try judge()
    try await decide()
  }

  /// Somebody does something; a writer whose transaction a kill rolled back was told nothing.
  func act() {
    do {
      switch roll(10) {
      case 0...5: try writeHere()
      case 6...7: try editThere()
      default: try pull()
      }
    } catch is CommitFuse.PowerCut {
      // The process is gone; the next push opens the file again.
    } catch { fault("a writer failed: \(error)") }
  }

  /// What others do between two requests of a push.
  func meanwhile() {
    if state.withLock({ !$0.isQuiet && $0.dice.roll(5) == 0 }) { act() }
  }

  /// A push, perhaps killed before one of its commits.
  func push() async throws {
    try revive()
    let (mirror, fuse) = state.withLock { state in
      if !state.isQuiet, state.dice.roll(3) == 0 { state.fuse.light(1 + state.dice.roll(12)) }
      return (state.mirror, state.fuse)
    }
    let transport = StruckTransport(self, fuse)
    do {
      _ = try await PushRound(
        site: site.connection(transport, vault), mirror: mirror, policies: ConflictPolicies(), logger: silentLog,
        concurrency: lanes, now: { [site] in site.now }
      ).run(isByHand: roll(3) == 0)
    } catch is CommitFuse.PowerCut {
    } catch is TransportError {
    } catch is SignInError {
    } catch is Upstream.SiteError {}
    try revive()
  }

  /// After a kill: the file is opened again by a new process.
  private func revive() throws {
    let isDead = state.withLock { state in
      if state.isQuiet, !state.fuse.isBlown { state.fuse.light(Int.max) }
      return state.fuse.isBlown
    }
    guard isDead else { return }
    trace("started again after a kill")
    try? mirror.close()
    let (mirror, fuse) = try PushHistory.opened(path)
    state.withLock { state in
      state.mirror = mirror
      state.fuse = fuse
      state.ledger.tally.kills += 1
    }
  }
}

/// A document of the site, with the time at which it says that it made it.
struct SiteDocument: Sendable {
  var body: [UInt8]
  var madeAt: Int64?

  init(_ answer: PlainAnswer) {
    body = answer.body
    let date = answer.fields.first { $0.name == "date" }?.value
    madeAt = date.flatMap { IMFFixdate.unixSeconds($0) }
  }
}

/// Hands requests to the history's site; what becomes of each, its dice decide.
final class StruckTransport: Transport {
  private let history: PushHistory
  private let fuse: CommitFuse

  init(_ history: PushHistory, _ fuse: CommitFuse) { (self.history, self.fuse) = (history, fuse) }

  private enum Fate: CaseIterable {
    case answerLost, requestLost, unavailable, throttled, failsAfterwards, killed, killedAfter
  }

  func send(_ original: OutboundRequest) async throws -> InboundResponse {
    if history.lanes > 1 { await Task.yield() }
    return try history.turn.withLock { _ in try answer(original) }
  }

  private func answer(_ original: OutboundRequest) throws -> InboundResponse {
    if fuse.isBlown { throw CommitFuse.PowerCut() }
    let target = String(original.url.dropFirst(siteBase.count))
    let isToken = target.hasPrefix("/oauth")
    let fate =
      isToken
      ? nil
      : history.state.withLock { state -> Fate? in
        state.ledger.tally.requests += 1
        guard !state.isQuiet, state.dice.roll(target.prefix { $0 != "?" } == "/jsonapi" ? 30 : 4) == 0 else {
          return nil
        }
        state.ledger.tally.strikes += 1
        return Fate.allCases[state.dice.roll(Fate.allCases.count)]
      }
    // Between any two requests others write, and pages of a pull arrive. A deletion is the one write that the site takes
    // without a comparison: what happens between its read and itself nobody can see.
    if !isToken, original.method != "DELETE" {
      history.meanwhile()
      if fuse.isBlown { throw CommitFuse.PowerCut() }
    }
    switch fate {
    case .killed?:
      history.trace("killed before \(original.method) \(target)")
      fuse.blow()
      throw CommitFuse.PowerCut()
    case .requestLost?: throw TransportError(.timeout, "lost", url: original.url)
    case .unavailable?: return page(503)
    case .throttled?: return page(429)
    default: break
    }
    let request = history.isBlind ? StruckTransport.withoutChanged(original) : original
    let headers = Dictionary(request.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
    let site = history.site
    let answer = history.watching(request.method, target) {
      site.answer(request.method, target, headers: headers, body: request.body ?? [])
    }
    history.trace(request, target, fate.map { "\($0)" } ?? "arrives", answer)
    switch fate {
    case .killedAfter?:
      fuse.blow()
      throw CommitFuse.PowerCut()
    case .answerLost?: throw TransportError(.timeout, "lost", url: request.url)
    case .failsAfterwards?: return page(500)
    default:
      return InboundResponse(
        status: answer.status, fields: answer.fields.map { HTTPField($0.name, $0.value) }, body: answer.body)
    }
  }

  private func page(_ status: Int) -> InboundResponse {
    InboundResponse(status: status, fields: [HTTPField("Content-Type", "text/html")])
  }

  private static func withoutChanged(_ request: OutboundRequest) -> OutboundRequest {
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
}
