import JSONAPI
import SampleSite
import Synchronization

/// A small community that a seed changes between any two steps of the engine: edits, ties, late commits, deletions, what is
/// hidden, unpublished and shown again, silent edits, filters that stop working or show less, blocked people, tokens that end,
/// bad answers, clocks that jump, an entry point that names somebody else or one type less.
final class World: Sendable {
  /// Seconds that a write may take to show.
  static let window = 20
  static let account = "a0000000-0000-4000-8000-000000000001"
  /// The second type of a history: of users and files filters show less than there is; pages can be unpublished.
  private static let companions = ["taxonomy_term--interests", "user--user", "file--file", "node--page"]

  /// What the world has done to resources, so that the mirror can be judged.
  struct Record {
    /// Resources whose state moved without `changed`.
    var silent: Set<String> = []
    var deleted: Set<String> = []
    var hidden: Set<String> = []
    var changes = 0
    /// How often each thing happened.
    var happened: [String: Int] = [:]
  }

  /// The two types of this world.
  let types: [String]
  /// What its site does otherwise than the recorded one.
  let habits: Set<Habit>
  let site: SampleSite
  struct State {
    var dice: Dice
    var record = Record()
    var isQuiet = false
    var number = 0
    /// The latest time that the site's clock has shown since it last leapt back.
    var latest: Int64 = 0
    var hasLeapt = false
    /// Whether the account that synchronises is blocked.
    var isLockedOut = false
    /// What the next entry points say instead of the truth.
    var lies: [Lie] = []
    /// The paths of single resources whose answer was spoilt.
    var spoilt: Set<String> = []
    /// Whether single resources are answered badly although nothing else happens.
    var spoilsSingles = false
  }
  let state: Mutex<State>

  /// What an entry point may say instead of the truth.
  enum Lie: String, CaseIterable, Sendable { case nobody, somebodyElse, oneTypeLess }

  init(seed: Int) throws {
    let companion = World.companions[seed % World.companions.count]
    types = ["taxonomy_term--social_tagging", companion]
    var settings = SampleSiteSettings()
    settings.clock = { 1_750_000_000 }
    settings.seed = UInt64(seed)
    settings.logCapacity = 1
    settings.habits = World.habits(of: seed)
    settings.cappedPageSize = World.cap(of: seed)
    settings.heaviestPage = World.cap(of: seed)
    settings.poisonEvery = 9
    habits = settings.habits
    site = SampleSite(settings, community: try World.base(companion))
    site.habits.remove(.shrinkingRights)
    state = Mutex(State(dice: Dice(seed: seed)))
    state.withLock { for habit in habits { note("habit: \(habit.rawValue)", &$0) } }
  }

  /// Whether nothing happens any more.
  var isQuiet: Bool { state.withLock { $0.isQuiet && !$0.spoilsSingles } }

  /// With the ids by which a mirror knows resources.
  var record: Record {
    var record = state.withLock { $0.record }
    (record.silent, record.deleted, record.hidden) = (shown(record.silent), shown(record.deleted), shown(record.hidden))
    return record
  }

  func roll(_ sides: Int) -> Int { state.withLock { $0.dice.roll(sides) } }

  /// Nothing happens any more, and what is wrong with answers ends.
  func quieten() {
    state.withLock { state in
      state.isQuiet = true
      state.lies = []
    }
    site.faults.clear()
    let now = site.now
    site.withCommunity { community in
      if community.isBlocked(World.account) { try? community.block(World.account, at: now, false) }
    }
  }

  /// Lets single resources alone be answered badly, or no longer.
  func spoilSingleResources(_ spoils: Bool) {
    state.withLock { state in
      state.spoilsSingles = spoils
      state.spoilt = []
    }
    if !spoils { site.faults.clear() }
  }

  /// What the next entry point says instead of the truth; nil for the truth.
  /// - Parameter isKnown: whether the mirror knows its account. Before, anyone may be it.
  func nextLie(isKnown: Bool) -> Lie? {
    state.withLock { state in
      guard let lie = state.lies.popLast(), isKnown || lie != .somebodyElse else { return nil }
      state.record.happened["entry point: \(lie.rawValue)", default: 0] += 1
      return lie
    }
  }

  /// What filters never show of a type, whatever happens (reference 3.3).
  func unfilterable(_ type: String) -> Set<String> { shown(unfilterableUUIDs(type)) }

  private func unfilterableUUIDs(_ type: String) -> Set<String> {
    let community = site.community
    switch type {
    case "user--user": return Set(community.ids(of: type).filter { id in isAnonymous(id, community) })
    case "file--file": return Set(community.ids(of: type).filter { id in isPrivateOfAnother(id, community) })
    default: return []
    }
  }

  private func isAnonymous(_ id: String, _ community: Community) -> Bool {
    community.resource(id)?.attributes["drupal_internal__uid"]?.integer == 0
  }

  private func isPrivateOfAnother(_ id: String, _ community: Community) -> Bool {
    guard let file = community.resource(id) else { return false }
    let isPrivate = file.attributes["uri"]?["value"]?.string?.hasPrefix("private://") ?? false
    return isPrivate && file.relationships["uid"]?["data"]?["id"]?.string != World.account
  }

  /// Lets something happen, or nothing. Never throws: what cannot happen does not.
  func step(_ rarity: Int = 3) {
    state.withLock { state in
      guard !state.isQuiet, state.dice.roll(rarity) == 0 else { return }
      for _ in 0...state.dice.roll(3) { happen(&state) }
    }
  }
}

// MARK: The beginning

extension World {
  private static let bases = Result { () throws -> [String: Community] in
    let whole = try Community()
    return Dictionary(
      uniqueKeysWithValues: try companions.map { companion in
        var community = whole
        for (type, count) in [("taxonomy_term--social_tagging", 14), (companion, 9)] {
          try clear(type, &community)
          // Three rows a second: ties from the beginning.
          for row in 0..<count { _ = try populate(type, row, 1_700_000_000 + Int64(row / 3), &community) }
        }
        return (companion, community)
      })
  }

  private static func base(_ companion: String) throws -> Community { try bases.get()[companion] ?? Community() }

  /// All but the first accounts go: the anonymous one, the site's own, and those of the tokens.
  private static func clear(_ type: String, _ community: inout Community) throws(CommunityError) {
    for id in community.ids(of: type) {
      let uid = community.resource(id)?.attributes["drupal_internal__uid"]?.integer ?? .max
      if uid > 2, id != account, !id.hasPrefix("a0000000") { try community.delete(id) }
    }
  }

  /// A new resource of a type. Every second file is private, every third of them the account's own.
  static func populate(
    _ type: String, _ number: Int, _ time: Int64, _ community: inout Community
  ) throws(CommunityError) -> String {
    switch type {
    case "file--file":
      let name = "file-\(number).txt"
      let place = number % 2 == 0 ? ("public", "/sites/default/files") : ("private", "/system/files")
      let isOwn = number % 3 == 0
      return try community.create(
        type, at: time, by: isOwn ? account : "a0000000-0000-4000-8000-000000000002",
        attributes: [
          ("filename", .string(name)), ("filemime", "text/plain"), ("filesize", .integer(Int64(number))),
          ("uri", ["value": .string("\(place.0)://\(name)"), "url": .string("\(place.1)/\(name)")]),
        ])
    default: return try community.create(type, at: time, attributes: named(type, "Number \(number)"))
    }
  }

  static func named(_ type: String, _ text: String) -> [(String, JSON)] {
    switch type {
    case "file--file": [("filename", .string(text))]
    case "node--page": [("title", .string(text))]
    default: [("name", .string(text))]
    }
  }
}
