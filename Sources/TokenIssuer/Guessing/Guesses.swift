/// Decides whether a try to sign in may be made, and when. A value without a clock: times are seconds of any clock that never goes back.
///
/// Nobody is shut out who comes from elsewhere: what is refused is refused to an address, or to a name from one address. Of a name that
/// is tried from everywhere each try waits for some seconds, unless it comes from where that name signed in before. A name that nobody
/// has is counted as one that somebody has.
struct Guesses: Sendable {
  enum Verdict: Sendable, Hashable {
    /// After so many seconds; 0 for at once.
    case after(Double)
    /// Not before so many seconds are over, 1 or more.
    case refused(Int)
  }

  private let bounds: GuessBounds
  private var pairs: Tallies
  private var addresses: Tallies
  private var names: Tallies

  init(_ bounds: GuessBounds = .standard) {
    self.bounds = bounds
    pairs = Tallies(bounds.ofPair)
    addresses = Tallies(bounds.ofAddress)
    names = Tallies(bounds.ofName)
  }

  /// How many names, addresses and pairs of them are kept.
  var count: Int { pairs.count + addresses.count + names.count }

  /// What is to become of a try. Nothing is counted.
  func verdict(_ attempt: SignInTry, at now: Double) -> Verdict {
    let keys = Keys(attempt)
    let isKnown = pairs.tally(keys.pair, at: now).knownUntil > now
    let wait = max(pairs.wait(keys.pair, at: now), isKnown ? 0 : addresses.wait(keys.address, at: now))
    guard wait <= 0 else { return .refused(Int(max(1, min(wait.rounded(.up), 86_400)))) }
    var beyond = pairs.beyond(freePercent: bounds.freePercent, keys.pair, at: now)
    if !isKnown {
      beyond = max(
        beyond, addresses.beyond(freePercent: bounds.freePercent, keys.address, at: now),
        names.beyond(freePercent: bounds.freePercent, keys.name, at: now))
    }
    return .after(beyond > 0 ? min(bounds.longestDelay, beyond / 2) : 0)
  }

  /// Takes note of how a try ended. The right secret makes the name known where it came from, and what was wrong there before is
  /// forgotten; what others try elsewhere is not.
  mutating func note(_ attempt: SignInTry, isRight: Bool, at now: Double) {
    let keys = Keys(attempt)
    guard !isRight else { return pairs.clear(keys.pair, knownUntil: now + bounds.knownSeconds, at: now) }
    pairs.add(keys.pair, at: now)
    addresses.add(keys.address, at: now)
    names.add(keys.name, at: now)
  }

  /// What tries are counted by: numbers that nobody outside can foresee, so that a name of any length takes as much memory as another.
  private struct Keys {
    let pair: Int
    let address: Int
    let name: Int

    init(_ attempt: SignInTry) {
      name = Keys.number(attempt.kind, attempt.name)
      address = Keys.number(nil, attempt.address)
      pair = Keys.number(attempt.kind, attempt.name, attempt.address)
    }

    /// By bytes: to take texts for characters takes time by the square of the marks on one letter.
    private static func number(_ kind: SignInTry.Kind?, _ texts: String...) -> Int {
      var hasher = Hasher()
      hasher.combine(kind)
      for text in texts {
        hasher.combine(text.utf8.count)
        for byte in text.utf8 { hasher.combine(byte) }
      }
      return hasher.finalize()
    }
  }
}
