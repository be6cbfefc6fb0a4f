/// Wrong tries by key, each forgotten after a time of its own. Bounded: of many keys those go first that nobody came back to.
struct Tallies: Sendable {
  /// Wrong tries, and when they were counted.
  struct Tally: Sendable, Hashable {
    var level = 0.0
    /// Seconds of the decider's clock.
    var at = 0.0
    /// Until when the key counts as known.
    var knownUntil = -Double.infinity
  }

  /// How many keys one half keeps: 4,096 are some 200 KB.
  static let half = 4_096

  private var tallies = RecentTable<Int, Tally>(half: Tallies.half)
  private let bound: GuessBounds.Bound

  init(_ bound: GuessBounds.Bound) { self.bound = bound }

  /// How many keys are kept.
  var count: Int { tallies.count }

  /// What is left of a key's wrong tries by now; nothing is kept.
  func tally(_ key: Int, at now: Double) -> Tally {
    guard var tally = tallies[key] else { return Tally(at: now) }
    tally.level = max(0, tally.level - max(0, now - tally.at) / bound.seconds)
    tally.at = now
    return tally
  }

  /// Seconds until a key may be tried again; 0 for now.
  func wait(_ key: Int, at now: Double) -> Double {
    max(0, tally(key, at: now).level + 1 - bound.tries) * bound.seconds
  }

  /// How many wrong tries a key has beyond those that are free; 0 or less for none.
  func beyond(freePercent: Int, _ key: Int, at now: Double) -> Double {
    bound.tries.isFinite ? tally(key, at: now).level - bound.tries * Double(freePercent) / 100 : 0
  }

  /// Counts a wrong try. What is beyond the bound is not counted: it would be held against who comes later.
  mutating func add(_ key: Int, at now: Double) {
    var tally = tally(key, at: now)
    tally.level = min(tally.level + 1, bound.tries)
    tallies.keep(tally, for: key)
  }

  /// Forgets a key's wrong tries, and knows it for some time.
  mutating func clear(_ key: Int, knownUntil: Double, at now: Double) {
    tallies.keep(Tally(level: 0, at: now, knownUntil: knownUntil), for: key)
  }
}
