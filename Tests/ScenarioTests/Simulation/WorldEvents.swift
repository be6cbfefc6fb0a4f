import JSONAPI
import SampleSite
import Synchronization

/// What happens in a world.
extension World {
  func happen(_ state: inout State) {
    let kind = state.dice.roll(110)
    state.latest = max(state.latest, site.now)
    // The account is not locked out for long, or nothing else would be seen.
    if state.isLockedOut, state.dice.roll(4) == 0 { lock(false, &state) }
    switch kind {
    case 0..<13: site.clockOffset += Double(state.dice.roll(5))
    case 13: jumpBack(&state)
    case 14:
      guard !state.hasLeapt else { return }
      note("clock jumps ahead", &state)
      site.clockOffset += 400
    case 15: leapBack(&state)
    case 16:
      note("access tokens revoked", &state)
      site.revokeAllTokens()
    case 17:
      note("all tokens revoked", &state)
      site.revokeRefreshTokensToo()
    case 18:
      note("tokens expired", &state)
      site.expireTokens()
    case 19, 20: toggleFilters(&state)
    case 21..<28: spoil(&state)
    case 28: state.lies.append(Lie.allCases[state.dice.roll(Lie.allCases.count)])
    case 29: block(&state)
    case 30: importOld(&state)
    default: change(&state, kind)
    }
  }

  func note(_ what: String, _ state: inout State) { state.record.happened[what, default: 0] += 1 }

  /// A little back: never so far that a write, late as it may be, gets a time that was settled before (reference 6.5, A).
  private func jumpBack(_ state: inout State) {
    let seconds = Int64(state.dice.roll(4))
    guard seconds > 0, site.now - seconds >= state.latest - 8 else { return }
    note("clock jumps back", &state)
    site.clockOffset -= Double(seconds)
  }

  /// Far back, once: further than everything after it goes forward, so that the next round can see it.
  private func leapBack(_ state: inout State) {
    guard !state.hasLeapt, state.dice.roll(12) == 0 else { return }
    note("clock leaps back", &state)
    state.hasLeapt = true
    site.clockOffset -= 100_000
    state.latest = site.now
  }

  private func toggleFilters(_ state: inout State) {
    let type = types[state.dice.roll(2)]
    note("filters refused or allowed again", &state)
    site.withCommunity { community in
      if community.silentlyRefusesFilter.remove(type) == nil { community.silentlyRefusesFilter.insert(type) }
    }
  }

  /// A person is blocked or let in again; now and then it is the account that synchronises.
  private func block(_ state: inout State) {
    let now = site.now
    guard types[1] == "user--user", state.dice.roll(3) > 0 else { return lock(!state.isLockedOut, &state) }
    let pick = state.dice.roll(1 << 20)
    note("people blocked or let in", &state)
    site.withCommunity { community in
      let ids = community.ids(of: "user--user").filter { $0 != World.account }
      guard !ids.isEmpty else { return }
      let id = ids[pick % ids.count]
      try? community.block(id, at: now, !community.isBlocked(id))
    }
  }

  private func lock(_ isLockedOut: Bool, _ state: inout State) {
    state.isLockedOut = isLockedOut
    note(isLockedOut ? "the account blocked" : "the account let in", &state)
    let now = site.now
    site.withCommunity { try? $0.block(World.account, at: now, isLockedOut) }
  }

  private func spoil(_ state: inout State) {
    let faults: [(Fault, String)] = [
      (.unavailable(retryAfter: 1), "503"), (.tooManyRequests(retryAfter: nil), "429"),
      (.pageInsteadOfDocument, "a page with 200"), (.truncatedBody, "a cut body"),
      (.emptyCollection, "a sudden emptiness"), (.serverError, "500"), (.unauthorizedPage, "401"),
      (.reset, "a lost connection"),
    ]
    let (fault, name) = faults[state.dice.roll(faults.count)]
    note(name, &state)
    let type = types[state.dice.roll(2)].replacing("--", with: "/")
    site.faults.inject(
      fault, times: 1 + state.dice.roll(3), below: "/jsonapi/\(type)", after: state.dice.roll(4))
  }

  /// Just when a sweep asks for a resource by itself, the answer may be spoilt, more often than requests are repeated; once each.
  func meetSingleResource(at path: String) {
    state.withLock { state in
      guard !state.isQuiet || state.spoilsSingles, !state.spoilt.contains(path), state.dice.roll(3) == 0 else { return }
      state.spoilt.insert(path)
      let choices: [(Fault, String)] = [
        (.unauthorizedPage, "401"), (.serverError, "500"), (.pageInsteadOfDocument, "a page with 200"),
      ]
      let (fault, name) = choices[state.dice.roll(choices.count)]
      note("\(name) for single resources", &state)
      site.faults.inject(fault, times: 6, below: path)
    }
  }

  /// Resources that come with times of long ago.
  private func importOld(_ state: inout State) {
    guard habits.contains(.oldImports) else { return }
    note("imports with old times", &state)
    state.number += 1
    let number = state.number
    let type = types[state.dice.roll(3) / 2]
    let time = site.now - 50_000 - Int64(state.dice.roll(1000))
    let count = 1 + state.dice.roll(9)
    site.withCommunity { community in
      for offset in 0..<count { _ = try? World.populate(type, 100_000 + number * 16 + offset, time, &community) }
    }
  }

  /// What only a sweep can see, though nothing else happens any more: some resources are edited silently, one is hidden, some are deleted.
  func changeSilently() {
    state.withLock { state in for kind in [109, 109, 109, 90, 82] { change(&state, kind) } }
  }

  private func change(_ state: inout State, _ kind: Int) {
    state.number += 1
    let number = state.number
    let type = types[state.dice.roll(3) / 2]
    let late = state.dice.roll(3) == 0 ? state.dice.roll(World.window - 8) : 0
    let time = max(site.now - Int64(late), state.latest - Int64(World.window) + 1)
    let name = World.named(type, "Name \(number)")
    let pick = state.dice.roll(1 << 20)
    var record = state.record
    var dice = state.dice
    var what = ""
    site.withCommunity { community in
      let ids = community.ids(of: type)
      guard !ids.isEmpty else { return }
      let id = ids[pick % ids.count]
      switch kind {
      case 31..<58 where habits.contains(.translations) && number % 3 == 0:
        // Nothing that is shown changes.
        what = "edits of other translations"
        for offset in 0...(dice.roll(4) == 0 ? 7 : 0) {
          try? community.translate(ids[(pick + offset) % ids.count], at: time)
        }
      case 31..<58:
        what = late > 0 ? "late edits" : "edits"
        try? community.edit(id, at: time, attributes: name)
      case 58..<72:
        what = late > 0 ? "late creations" : "creations"
        // Now and then more than two pages at once, as long as the type is small.
        let isBurst = dice.roll(8) == 0 && community.count(of: type) < 30
        for offset in 0...(isBurst ? 12 : dice.roll(4)) {
          _ = try? World.populate(type, 1000 + number * 16 + offset, time, &community)
        }
      case 72..<82:
        what = "edits in one second"
        for offset in 0..<(2 + dice.roll(6)) {
          try? community.edit(ids[(pick + offset * 5) % ids.count], at: time, attributes: name)
        }
      case 82..<90:
        what = "deletions"
        for offset in 0...dice.roll(4) where community.count(of: type) > 6 {
          let gone = ids[(pick + offset) % ids.count]
          guard gone != World.account, community.resource(gone) != nil else { continue }
          try? community.delete(gone)
          record.deleted.insert(gone)
          record.silent.insert(gone)
        }
      case 90..<97:
        let how: Concealment = dice.roll(2) == 0 ? .omitted : .vanished
        let isStretch = dice.roll(3) == 0
        what = (how == .omitted ? "omitted" : "vanished") + (isStretch ? ", whole pages" : "")
        for offset in 0...(isStretch ? 7 : 0) {
          let hidden = ids[(pick + offset) % ids.count]
          try? community.conceal(hidden, how)
          record.hidden.insert(hidden)
          record.silent.insert(hidden)
        }
      case 97, 98:
        what = "unpublished"
        try? community.unpublish(id, at: time, hides: true)
        record.hidden.insert(id)
        record.silent.insert(id)
      case 99..<103:
        what = "shown again"
        for hidden in record.hidden.sorted().prefix(1 + dice.roll(4)) where ids.contains(hidden) {
          try? community.conceal(hidden, .none)
        }
      default:
        what = "silent edits"
        try? community.editSilently(id, attributes: name)
        record.silent.insert(id)
      }
    }
    record.changes += 1
    record.happened[what, default: 0] += 1
    state.dice = dice
    state.record = record
  }
}
