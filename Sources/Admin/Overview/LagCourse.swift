import Coding
import Store

/// How far the mirror was behind the site in the course of time, decided from the good rounds of the ledger (`MirrorHistory.rounds`): what a
/// round read is as current as its beginning, until the next one ends. The ledger has the last few hundred rounds, so the course reaches
/// back some hours where rounds are a minute apart; no other history is kept for it.
struct LagCourse: Sendable, Hashable {
  /// When the first stretch begins, Unix seconds.
  let start: Int64
  /// How long all stretches are together, in seconds.
  let span: Int64
  /// For each of the stretches, which are alike long, how many seconds the mirror was behind at most; nil where that is not known.
  let lags: [Int64?]

  /// The most that is shown, in seconds.
  static let longest: Int64 = 86_400

  /// Nil where no round was good.
  /// - Parameters:
  ///   - rounds: in the order in which they ended.
  ///   - count: of stretches, at least 1.
  ///   - now: Unix seconds.
  init?(_ rounds: [MirrorHistory.Round], stretches count: Int = 96, at now: Int64) {
    guard let first = rounds.first, first.finished <= now, count > 0 else { return nil }
    let start = max(first.finished, now.subtractingClamped(LagCourse.longest))
    let span = max(1, now.subtractingClamped(start))
    var lags = [Int64?](repeating: nil, count: count)
    func note(_ lag: Int64, in place: Int) { lags[place] = max(lags[place] ?? 0, lag, 0) }
    // Before the end of each round the mirror is behind by the time since the one before it began.
    for (round, before) in zip(rounds.dropFirst(), rounds) where round.finished >= start && round.finished <= now {
      let place = min(count - 1, Int((round.finished - start) * Int64(count) / span))
      note(round.finished.subtractingClamped(before.started), in: place)
    }
    // At the end of each stretch, by the time since the beginning of the newest round that has ended.
    var newest = 0
    for place in 0..<count {
      let end = min(now, start + span * Int64(place + 1) / Int64(count))
      while newest + 1 < rounds.count, rounds[newest + 1].finished < end { newest += 1 }
      guard rounds[newest].finished <= end else { continue }
      note(end.subtractingClamped(rounds[newest].started), in: place)
    }
    (self.start, self.span, self.lags) = (start, span, lags)
  }

  /// The greatest of them.
  var most: Int64 { lags.compactMap { $0 }.max() ?? 0 }
}
