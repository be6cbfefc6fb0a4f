/// How often the site is asked about passwords that it does not take. Drupal locks an account after five wrong ones within six hours, and
/// an address, which is the mirror's own, after fifty within one: guesses here must not make it do so. A value without a clock.
struct SiteTries: Sendable {
  private static let mostWrong = 20.0
  /// Wrong ones for a name, and how long each is remembered.
  private var names = Tallies(GuessBounds.Bound(tries: 3, seconds: 7_200))
  /// Wrong ones in all.
  private var all = Tallies(GuessBounds.Bound(tries: SiteTries.mostWrong, seconds: 180))
  /// The names that the site is being asked about: each may turn out to be wrong.
  private var underWay: Set<Int> = []

  /// Begins a try.
  /// - Returns: 0 where it may be made; else the seconds after which it may, and it has not begun.
  mutating func begin(_ name: String, at now: Double) -> Double {
    let key = SiteTries.key(name)
    let wait = max(names.wait(key, at: now), all.wait(0, at: now))
    guard wait <= 0 else { return wait }
    let mayBeWrong = all.tally(0, at: now).level + Double(underWay.count) + 1
    guard mayBeWrong <= SiteTries.mostWrong, underWay.insert(key).inserted else { return 2 }
    return 0
  }

  /// Ends a try that has begun.
  mutating func end(_ name: String, isWrong: Bool, at now: Double) {
    let key = SiteTries.key(name)
    underWay.remove(key)
    guard isWrong else { return }
    names.add(key, at: now)
    all.add(0, at: now)
  }

  /// The site's names are the same in any letter case.
  private static func key(_ name: String) -> Int {
    var hasher = Hasher()
    for byte in name.lowercased().utf8 { hasher.combine(byte) }
    return hasher.finalize()
  }
}
