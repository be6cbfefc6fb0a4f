import JSONAPI
import SampleSite
import Synchronization

/// A small community that a seed changes between any two steps of the engine: edits, ties, late commits, deletions, what is
/// hidden and shown again, silent edits, filters that stop working, tokens that end, bad answers, clocks that jump.
final class World: Sendable {
  /// Seconds that a write may take to show.
  static let window = 20
  static let types = ["taxonomy_term--social_tagging", "taxonomy_term--interests"]

  /// What the world has done to resources, so that the mirror can be judged.
  struct Record {
    /// Resources whose state moved without `changed`.
    var silent: Set<String> = []
    var deleted: Set<String> = []
    var hidden: Set<String> = []
    var changes = 0
  }

  let site: SampleSite
  private struct State {
    var dice: Dice
    var record = Record()
    var isQuiet = false
    var number = 0
  }
  private let state: Mutex<State>

  private static let base = Result { () throws -> Community in
    var community = try Community()
    for (number, type) in types.enumerated() {
      for id in community.ids(of: type) { try community.delete(id) }
      for row in 0..<(number == 0 ? 14 : 9) {
        // Three rows a second: ties from the beginning.
        try community.create(type, at: 1_700_000_000 + Int64(row / 3), attributes: [("name", .string("Term \(row)"))])
      }
    }
    return community
  }

  init(seed: Int) throws {
    var settings = SampleSiteSettings()
    settings.clock = { 1_750_000_000 }
    settings.seed = UInt64(seed)
    settings.logCapacity = 1
    site = SampleSite(settings, community: try World.base.get())
    state = Mutex(State(dice: Dice(seed: seed)))
  }

  /// Whether nothing happens any more.
  var isQuiet: Bool { state.withLock { $0.isQuiet } }

  var record: Record { state.withLock { $0.record } }

  func roll(_ sides: Int) -> Int { state.withLock { $0.dice.roll(sides) } }

  /// Nothing happens any more, and what is wrong with answers ends.
  func quieten() {
    state.withLock { $0.isQuiet = true }
    site.faults.clear()
  }

  /// Lets something happen, or nothing. Never throws: what cannot happen does not.
  func step(_ rarity: Int = 3) {
    state.withLock { state in
      guard !state.isQuiet, state.dice.roll(rarity) == 0 else { return }
      for _ in 0...state.dice.roll(3) { happen(&state) }
    }
  }

  private func happen(_ state: inout State) {
    let kind = state.dice.roll(100)
    switch kind {
    case 0..<14: site.clockOffset += Double(state.dice.roll(5))
    case 14: site.clockOffset -= Double(state.dice.roll(4))
    case 15: site.clockOffset += 400
    case 16: site.revokeAllTokens()
    case 17: site.revokeRefreshTokensToo()
    case 18, 19: toggleFilters(&state)
    case 20..<27: spoil(&state)
    default: change(&state, kind)
    }
  }

  private func toggleFilters(_ state: inout State) {
    let type = World.types[state.dice.roll(2)]
    site.withCommunity { community in
      if community.silentlyRefusesFilter.remove(type) == nil { community.silentlyRefusesFilter.insert(type) }
    }
  }

  private func spoil(_ state: inout State) {
    let faults: [Fault] = [
      .unavailable(retryAfter: 1), .tooManyRequests(retryAfter: nil), .pageInsteadOfDocument, .truncatedBody,
      .emptyCollection, .serverError, .unauthorizedPage,
    ]
    if state.dice.roll(4) == 0 {
      // The token is refused just when a sweep asks for single resources, and the new one too.
      let type = World.types[state.dice.roll(2)].replacing("--", with: "/")
      site.faults.inject(.unauthorizedPage, times: 2, below: "/jsonapi/\(type)/", after: state.dice.roll(3))
      return
    }
    let fault = faults[state.dice.roll(faults.count)]
    // Twice in a row a refused token is not only an old one.
    site.faults.inject(
      fault, times: 1 + state.dice.roll(3), below: "/jsonapi/taxonomy_term", after: state.dice.roll(4))
  }

  private func change(_ state: inout State, _ kind: Int) {
    state.number += 1
    let number = state.number
    let type = World.types[state.dice.roll(3) / 2]
    let late = state.dice.roll(3) == 0 ? state.dice.roll(World.window - 8) : 0
    let time = site.now - Int64(late)
    let name: [(String, JSON)] = [("name", .string("Name \(number)"))]
    let pick = state.dice.roll(1 << 20)
    var record = state.record
    var dice = state.dice
    site.withCommunity { community in
      let ids = community.ids(of: type)
      guard !ids.isEmpty else { return }
      let id = ids[pick % ids.count]
      switch kind {
      case 27..<52: try? community.edit(id, at: time, attributes: name)
      case 52..<66:
        for _ in 0...dice.roll(4) { _ = try? community.create(type, at: time, attributes: name) }
      case 66..<76:
        // Several in one second, anywhere.
        for offset in 0..<(2 + dice.roll(6)) {
          try? community.edit(ids[(pick + offset * 5) % ids.count], at: time, attributes: name)
        }
      case 76..<84:
        for offset in 0...dice.roll(4) where community.count(of: type) > 6 {
          let gone = ids[(pick + offset) % ids.count]
          guard community.resource(gone) != nil else { continue }
          try? community.delete(gone)
          record.deleted.insert(gone)
          record.silent.insert(gone)
        }
      case 84..<91:
        let how: Concealment = dice.roll(2) == 0 ? .omitted : .vanished
        for offset in 0...(dice.roll(3) == 0 ? 7 : 0) {
          let hidden = ids[(pick + offset) % ids.count]
          try? community.conceal(hidden, how)
          record.hidden.insert(hidden)
          record.silent.insert(hidden)
        }
      case 91..<95:
        for hidden in record.hidden.sorted().prefix(1 + dice.roll(4)) where ids.contains(hidden) {
          try? community.conceal(hidden, .none)
        }
      default:
        try? community.editSilently(id, attributes: name)
        record.silent.insert(id)
      }
    }
    record.changes += 1
    state.dice = dice
    state.record = record
  }
}
