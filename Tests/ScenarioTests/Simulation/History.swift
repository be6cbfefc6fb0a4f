import Foundation
import JSONAPI
import OpenSocial
import SampleSite
import Support
import Synchronization
import Upstream

@testable import Store
@testable import SyncAgent

/// One life of a mirror, decided by a seed: rounds of the real engine on a world that changes under it, killed at any step and
/// started again on the same file, then quiet. What comes out is judged.
struct History {
  /// What a history was, and what is wrong with the mirror after it; nothing for a good engine.
  struct Outcome: Sendable {
    var seed: Int
    var problems: [String] = []
    var rounds = 0
    var kills = 0
    var requests = 0
    var changes = 0
    /// How often the engine met what a world can do to it.
    var met: [String: Int] = [:]
  }

  private let seed: Int
  private let deciders: Deciders
  private let world: World
  private let executor: SeededExecutor
  private let path: String
  private let vault = MemoryTokenVault()
  private let transport: WorldTransport
  private var mirror: Mirror
  private var outcome: Outcome

  /// Plays the history of a seed.
  static func play(_ seed: Int, deciders: Deciders = .standard) -> Outcome {
    do {
      var history = try History(seed, deciders)
      defer { history.remove() }
      try history.live()
      return history.outcome
    } catch {
      return Outcome(seed: seed, problems: ["stopped: \(error)"])
    }
  }

  private init(_ seed: Int, _ deciders: Deciders) throws {
    self.seed = seed
    world = try World(seed: seed)
    executor = SeededExecutor(seed: seed &+ 77)
    let transport = WorldTransport(world)
    self.transport = transport
    self.deciders = History.counting(deciders, transport)
    let folder = History.folder + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/mirror.sqlite"
    try FileManager.default.copyItem(atPath: try History.empty.get(), toPath: path)
    mirror = try Mirror(path: path)
    outcome = Outcome(seed: seed)
  }

  /// The same, and what sweeps recognise is counted.
  private static func counting(_ deciders: Deciders, _ transport: WorldTransport) -> Deciders {
    var counting = deciders
    counting.see = { page in
      transport.note("rows recognised by their bytes", page.resources.count { $0.known != nil })
      return deciders.see(page)
    }
    counting.showsAll = { stretch, after, through, ids in
      let all = deciders.showsAll(stretch, after, through, ids)
      transport.note(
        all ? "pages on which all is as it is stored" : "pages of known rows on which others are missing", 1)
      return all
    }
    return counting
  }

  private static let folder: String = {
    let memory = "/dev/shm"
    let isThere = FileManager.default.isWritableFile(atPath: memory)
    return (isThere ? memory : FileManager.default.temporaryDirectory.path) + "/mirror-histories-\(getpid())"
  }()

  /// An empty mirror to copy: making one takes longer than a history.
  private static let empty = Result { () throws -> String in
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/empty.sqlite"
    try? FileManager.default.removeItem(atPath: path)
    try Mirror(path: path).close()
    return path
  }

  private func remove() {
    try? mirror.close()
    try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
  }

  // MARK: Living

  private mutating func live() throws {
    for _ in 0..<(2 + world.roll(3)) {
      for _ in 0..<world.roll(4) { world.step(1) }
      world.site.clockOffset += Double(world.roll(30))
      let kill = world.roll(2) == 0 ? 1 + world.roll(world.roll(2) == 0 ? 160 : 500) : nil
      let sweeps: [SyncSettings.Sweeping] = [.whenDue, .whenDue, .now, .never]
      let sweep = sweeps[world.roll(4)]
      let budget = world.roll(2) == 0 ? 1 + world.roll(6) : nil
      try round(kill: kill, concurrency: 1 + world.roll(3)) { settings in
        settings.sweep = sweep
        settings.sweepRequests = budget
      }
      judgeTombstones()
    }
    if world.habits.contains(.shrinkingRights) { try loseRights() }
    world.quieten()
    // Whoever lets the account in again also removes the note that it was refused.
    vault.keep(nil)
    world.site.clockOffset += Double(World.window + 1)
    try round { $0.sweep = .never }
    try judge(afterSweep: false)
    try sweepWhileSingleResourcesFail()
    world.changeSilently()
    // A sweep that was cut short comes to its end first: the next one looks at everything.
    if try mirror.reading.fact(.sweepBegan)?.isEmpty == false { try round { $0.sweep = .now } }
    let held = Set(try round { $0.sweep = .now }?.held.map(\.type) ?? [])
    if !held.isEmpty {
      // A person looks, and agrees.
      outcome.met["removals held", default: 0] += 1
      let again = try round { $0.acceptedRemovals = held }
      if again?.needsPerson ?? true { outcome.problems.append("held again: \(again.map { "\($0.held)" } ?? "failed")") }
    }
    judgeTombstones()
    try judge(afterSweep: true)
    for result in try mirror.reporting.check() where result.violations > 0 {
      outcome.problems.append("not true: \(result.name): \(result.example ?? "")")
    }
    outcome.requests = transport.requests
    outcome.changes = world.record.changes
    outcome.met.merge(world.record.happened, uniquingKeysWith: +)
    outcome.met.merge(transport.met, uniquingKeysWith: +)
  }

  /// One sweep while the site answers many requests for single resources badly, and all others well: nothing is taken for deleted.
  private mutating func sweepWhileSingleResourcesFail() throws {
    world.spoilSingleResources(true)
    try round { $0.sweep = .now }
    world.spoilSingleResources(false)
    vault.keep(nil)
    judgeTombstones()
  }

  /// The account loses rights for two rounds: members vanish from all resources of a type, and none of what is stored is blanked
  /// for it.
  private mutating func loseRights() throws {
    world.shrinkRights(true)
    for sweep in [SyncSettings.Sweeping.never, .now] {
      let before = try world.types.map { try mirror.reading.documents(of: $0) }
      try round { $0.sweep = sweep }
      for (type, documents) in zip(world.types, before) {
        let now = try mirror.reading.documents(of: type)
        let lost = LostFields(documents.compactMap { id, document in now[id].map { (document, $0) } })
        // One resource may be edited while nothing else can be asked for.
        for (name, count) in lost.counts where count.lost > 1 {
          outcome.problems.append("blanked: \(name) of \(count.lost) of \(count.had) \(type)")
        }
      }
    }
    world.shrinkRights(false)
  }

  /// One round; nil when it failed or was cut short.
  @discardableResult
  private mutating func round(
    kill: Int? = nil, concurrency: Int = 2, configure: (inout SyncSettings) -> Void
  ) throws -> SyncReport? {
    outcome.rounds += 1
    Simulation.trace("round \(outcome.rounds)\(kill.map { ", killed at step \($0)" } ?? "")")
    let (world, mirror, transport) = (world, mirror, transport)
    let site = try world.site.connection(transport, vault, executor: executor)
    var settings = SyncSettings(
      entityTypes: world.types.map { String($0.prefix { $0 != "-" }) }, concurrency: concurrency,
      settleWindowSeconds: World.window)
    settings.only = world.types
    settings.pageLimit = 5
    settings.maxRemovalShare = seed % 3 == 0 || world.habits.contains(.shrinkingRights) ? 0.2 : 1
    settings.onHidden = keepsHidden ? .keep : .drop
    settings.sweepIntervalSeconds = 40
    configure(&settings)
    let round = SyncRound(
      site: site, mirror: mirror, settings: settings, logger: silentLog, now: { world.site.now }, deciders: deciders)
    var steps = 0
    transport.isAccountKnown = try mirror.reading.fact(.siteAccount) != nil
    let result = try executor.run { () -> Result<SyncReport, any Error> in
      do { return .success(try await round.run()) } catch { return .failure(error) }
    } between: { _ in
      steps += 1
      if steps == kill {
        // The power goes: nothing that comes after reaches the file.
        transport.cut()
        try? mirror.close()
      }
      world.step(12)
    }
    if transport.isCut {
      outcome.kills += 1
      transport.mend()
      self.mirror = try Mirror(path: path)
      return nil
    }
    let report = try? result.get()
    let failure: String? =
      switch result {
      case .success(let report): report.trouble
      case .failure(let error): "\(error)"
      }
    Simulation.trace("round \(outcome.rounds) ended: \(failure ?? "good")")
    // A type that shows nothing any more, or nothing that can be read, is not a success, and rightly so.
    if world.isQuiet, let failure, try !world.types.contains(where: { try world.showsNothing($0) }) {
      outcome.problems.append("a quiet round failed: \(failure)")
    }
    return report
  }

  private var keepsHidden: Bool { seed % 5 == 0 }

  // MARK: Judging

  /// Nothing is invented: a tombstone of a resource that was never gone, or gone in another way.
  private mutating func judgeTombstones() {
    let record = world.record
    for type in world.types {
      for tombstone in (try? mirror.reading.tombstones(of: type)) ?? [] {
        outcome.met["tombstones: \(tombstone.kind.rawValue)", default: 0] += 1
        if tombstone.isKept { outcome.met["kept although hidden", default: 0] += 1 }
        let id = "\(tombstone.uuid)"
        let happened = tombstone.kind == .deleted ? record.deleted : record.hidden
        if !happened.contains(id) { outcome.problems.append("invented: \(id) is \(tombstone.kind.rawValue)") }
      }
    }
  }

  /// After quiet and one cycle the mirror is what the account sees, but for what moved without `changed` and what no filter
  /// shows; after one sweep that too.
  private mutating func judge(afterSweep: Bool) throws {
    let record = world.record
    let stage = afterSweep ? "after the sweep" : "after one cycle"
    for type in world.types {
      let truth = try world.truth(type)
      let silent = record.silent.union(world.unfilterable(type))
      let unreadable = world.unreadable(type)
      let kept = Set(try mirror.reading.tombstones(of: type).filter(\.isKept).map { "\($0.uuid)" })
      if !keepsHidden, !kept.isEmpty { outcome.problems.append("\(stage): \(kept.count) kept") }
      var stored = try mirror.reading.documents(of: type)
      // A row that failed alone in a bad moment is named, by its id or its place, and tried again at the next sweep.
      let aside = try mirror.reading.setAside().filter { $0.kind == .row && $0.type == type }.map(\.subject)
      var places = aside.count { $0.contains("serial number") || $0.contains("at place") }
      for (id, document) in truth where !unreadable.contains(id) {
        let mine = stored.removeValue(forKey: id)
        if !afterSweep, silent.contains(id) { continue }
        // A target that was deleted moves the linkage without `changed`.
        let isSame =
          afterSweep
          ? mine.map(world.comparable) == world.comparable(document)
          : mine.map(History.attributes).map(world.comparable) == world.comparable(History.attributes(document))
        if !isSame, !afterSweep, aside.contains(id) { continue }
        if !isSame, !afterSweep, places > 0 {
          places -= 1
          continue
        }
        if !isSame {
          let how = mine == nil ? "missing" : "old"
          outcome.problems.append("\(stage): \(type) \(id) is \(how)\(History.serial(document))")
        }
      }
      for id in stored.keys.sorted()
      where (afterSweep || !silent.contains(id)) && !kept.contains(id) && !unreadable.contains(id) {
        outcome.problems.append("\(stage): \(type) \(id) is too many\(History.serial(stored[id] ?? []))")
      }
    }
  }

  /// The serial number of a document, for people.
  private static func serial(_ document: [UInt8]) -> String {
    let text = String(decoding: document, as: UTF8.self)
    return text.firstMatch(of: /drupal_internal__(nid|tid|fid|uid)":(\d+)/).map { " (\($0.2))" } ?? ""
  }

  /// A document up to its relationships.
  private static func attributes(_ document: [UInt8]) -> [UInt8] {
    let needle = Array(#","relationships":"#.utf8)
    guard let found = document.firstRange(of: needle) else { return document }
    return Array(document[..<found.lowerBound])
  }
}

extension World {
  /// All that the account sees of a type in the form in which it is stored, by UUID: read in one page, without a filter.
  func truth(_ type: String) throws -> [String: [UInt8]] {
    var scanner = PageScanner(
      base: DocumentBase(siteBase),
      paths: Dictionary(uniqueKeysWithValues: site.community.types.map { ($0.name, $0.path) }))
    var found: [String: [UInt8]] = [:]
    var offset = 0
    let token = try token()
    while true {
      let target = "/jsonapi/" + type.replacing("--", with: "/") + "?page[offset]=\(offset)&page[limit]=50"
      let answer = site.answer(
        "GET", target, headers: ["authorization": "Bearer \(token)", "sample-site-judge": "yes"])
      let page = try scanner.page(answer.body)
      for resource in page.resources { found["\(resource.uuid)"] = resource.document }
      guard page.hasNext else { return found }
      offset = max(offset + 1, page.nextOffset ?? offset + page.rowCount)
    }
  }

  /// Whether the account sees nothing of a type that any request shows.
  func showsNothing(_ type: String) throws -> Bool {
    try Set(truth(type).keys).isSubset(of: unreadable(type))
  }

  private func token() throws -> String {
    let form =
      "grant_type=password&username=demo&password=demo-password&client_id=demo-client&client_secret=demo-secret"
    let answer = site.answer(
      "POST", "/oauth/token", headers: ["content-type": "application/x-www-form-urlencoded"], body: Array(form.utf8))
    return try JSON(parsing: answer.body)["access_token"]?.string ?? ""
  }
}

extension Reading {
  /// The stored documents of a type by UUID.
  func documents(of type: String) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for uuid in try identifiers(of: type) { found["\(uuid)"] = try document(of: uuid, type: type) }
    return found
  }
}
