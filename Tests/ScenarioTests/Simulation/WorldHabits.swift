import JSONAPI
import SampleSite
import Synchronization

/// What a world does otherwise than the recorded site. To have histories draw another habit, add a line to `odds`; what it makes
/// happen while a mirror lives goes to `World.happen`, what it keeps from the account for good to `World.unreadable`.
extension World {
  /// The habits that histories draw, each with how many worlds in a hundred have it.
  static let odds: [(habit: Habit, percent: Int)] = [
    (.cappedPages, 20), (.translations, 35), (.oldImports, 30), (.poison, 15), (.heavyPages, 15),
    (.shrinkingRights, 15), (.oddIDs, 20), (.brokenRows, 15), (.reorderedAttributes, 20),
  ]

  /// The habits of a seed, drawn from dice of their own: another habit in the list changes no other history's events.
  static func habits(of seed: Int) -> Set<Habit> {
    Set(odds.enumerated().filter { Dice.rolled(seed, $0.offset, 100) < $0.element.percent }.map(\.element.habit))
  }

  /// How many rows a page of this seed has at most, where pages are capped.
  static func cap(of seed: Int) -> Int { 2 + Dice.rolled(seed, 1000, 3) }

  /// Takes rights away from the account, or gives them back. What is read meanwhile lacks members without any `changed` that tells.
  func shrinkRights(_ isShrunk: Bool) {
    if isShrunk { site.habits.insert(.shrinkingRights) } else { site.habits.remove(.shrinkingRights) }
    let ids = types.flatMap { site.community.ids(of: $0) }
    state.withLock { state in
      note(isShrunk ? "rights taken away" : "rights given back", &state)
      state.record.silent.formUnion(ids)
    }
  }

  /// What of a type no request shows although the account may see it: it need not be in the mirror, and what is stored of it stays
  /// as it was.
  func unreadable(_ type: String) -> Set<String> { shown(site.poisoned(of: type).union(site.broken(of: type))) }

  /// A document for comparing: where the site's cache reorders members, what it holds in any order.
  func comparable(_ document: [UInt8]) -> [UInt8] {
    habits.contains(.reorderedAttributes) ? document.sorted() : document
  }

  /// The ids by which a mirror knows resources of these UUIDs.
  func shown(_ uuids: Set<String>) -> Set<String> { habits.contains(.oddIDs) ? Set(uuids.map(shown)) : uuids }

  func shown(_ uuid: String) -> String {
    let id = site.outsideID(uuid)
    return ResourceID(id).map { "\($0)" } ?? id
  }
}

extension Dice {
  /// One roll for a seed and a purpose.
  fileprivate static func rolled(_ seed: Int, _ purpose: Int, _ sides: Int) -> Int {
    var dice = Dice(seed: seed &* 1_000_003 &+ purpose &* 7_919)
    _ = dice.roll(2)
    return dice.roll(sides)
  }
}
