import Store

/// What a sweep may do with its candidates, as decisions only: which it asks for, what may go at once, and when a person has to
/// look.
///
/// Verdicts are noted with the candidates, so that a sweep in slices asks on where it stood and the guard counts all of them.
/// But nothing is removed on the word of an earlier slice, which may be hours old: what was hidden then may be shown again
/// without a new `changed`. Once few enough are known to be gone, those of earlier slices are asked for again; that costs at
/// most one more request for each resource that may be removed.
struct SweepJudgement {
  /// Those that were not asked for, then those that an earlier slice found to be gone.
  let toAsk: [SweepCandidate]
  private let allowance: Int
  private let policy: HiddenPolicy
  private var unasked = 0
  private var losses = 0
  private var undecided = 0

  /// - Parameters:
  ///   - candidates: those that are left, with what earlier slices learned.
  ///   - allowance: how many may be removed without asking.
  ///   - policy: what becomes of what is hidden.
  init(_ candidates: [SweepCandidate], allowance: Int, policy: HiddenPolicy) {
    self.allowance = allowance
    self.policy = policy
    toAsk = candidates.filter { $0.verdict == nil } + candidates.filter { $0.verdict?.kind != nil }
    for candidate in candidates {
      if candidate.verdict == nil { unasked += 1 } else { count(candidate, 1) }
    }
  }

  /// Whether a guard stops the sweep.
  var isHeld: Bool { losses > allowance }

  /// How many removals a person has to agree to, so that it goes on: also of those that may turn out to be gone.
  var held: Int { unasked + losses + undecided }

  /// Whether a candidate that was asked for in this slice may be removed, or marked, now: where no guard can stop the sweep any
  /// more, or where that takes nothing away.
  func lets(_ candidate: SweepCandidate) -> Bool {
    guard candidate.verdict?.kind != nil else { return false }
    return unasked + losses <= allowance || !isLoss(candidate)
  }

  /// Takes in what the site says of a candidate now; no verdict for one that is there.
  mutating func note(_ candidate: SweepCandidate, _ verdict: SweepCandidate.Verdict?) {
    if candidate.verdict == nil { unasked -= 1 } else { count(candidate, -1) }
    guard let verdict else { return }
    var candidate = candidate
    candidate.verdict = verdict
    count(candidate, 1)
  }

  private mutating func count(_ candidate: SweepCandidate, _ change: Int) {
    if candidate.verdict?.kind == nil {
      undecided += change
    } else if isLoss(candidate) {
      losses += change
    }
  }

  /// Whether something goes or is marked: what was kept although it was hidden, and stays so, is no loss.
  private func isLoss(_ candidate: SweepCandidate) -> Bool {
    candidate.verdict?.kind == .deleted || !candidate.isKept || policy == .drop
  }
}
