import Testing

@testable import JSONAPI
@testable import Store
@testable import SyncAgent

private func candidate(
  _ id: Int64, isKept: Bool = false, _ verdict: SweepCandidate.Verdict? = nil
) -> SweepCandidate {
  SweepCandidate(
    id: id, uuid: ResourceID(high: 1, low: UInt64(id)), internalID: id, isOmitted: false, isKept: isKept,
    verdict: verdict)
}

private let deleted = SweepCandidate.Verdict(.deleted, how: "404")
private let hidden = SweepCandidate.Verdict(.hidden, how: "403")
private let unclear = SweepCandidate.Verdict(nil, how: "500")

/// What a sweep may do with its candidates.
@Suite struct SweepJudgementTests {
  /// Answers for a candidate, as a sweep takes them in.
  private func note(
    _ candidate: SweepCandidate, _ verdict: SweepCandidate.Verdict, _ judgement: inout SweepJudgement
  ) -> SweepCandidate {
    judgement.note(candidate, verdict)
    var known = candidate
    known.verdict = verdict
    return known
  }

  @Test func whatEarlierSlicesLearnedCounts() {
    let before = (1...3).map { candidate($0, deleted) } + [candidate(4, unclear)]
    let unasked = (5...9).map { candidate($0) }
    var judgement = SweepJudgement(before + unasked, allowance: 3, policy: .drop)
    #expect(judgement.toAsk.map(\.id) == [5, 6, 7, 8, 9, 1, 2, 3])
    #expect(!judgement.isHeld && judgement.held == 9)
    judgement.note(unasked[0], nil)
    #expect(!judgement.isHeld && judgement.held == 8)
    let known = note(unasked[1], deleted, &judgement)
    #expect(judgement.isHeld && judgement.held == 8)
    #expect(!judgement.lets(known))
  }

  @Test func fewEnoughGoAtOnceAndOthersWhenAllAreKnown() {
    let three = (1...3).map { candidate($0) }
    var free = SweepJudgement(three, allowance: 3, policy: .drop)
    let first = note(three[0], hidden, &free)
    #expect(free.lets(first))
    var careful = SweepJudgement(three, allowance: 2, policy: .drop)
    let gone = note(three[0], deleted, &careful)
    #expect(!careful.lets(gone))
    let mute = note(three[1], unclear, &careful)
    // One is left that may be gone, too: two in all.
    #expect(careful.lets(gone) && !careful.lets(mute) && !careful.isHeld)
  }

  /// What was kept is no loss while it stays so; deleted, or dropped by another policy, it is.
  @Test func whatIsKeptIsALossWhenItGoes() {
    let kept = (1...3).map { candidate($0, isKept: true) }
    for policy in [HiddenPolicy.keep, .drop] {
      var judgement = SweepJudgement(kept, allowance: 0, policy: policy)
      let known = note(kept[0], hidden, &judgement)
      #expect(judgement.isHeld == (policy == .drop) && judgement.lets(known) == (policy == .keep))
      #expect(judgement.held == (policy == .drop ? 3 : 2))
    }
    var judgement = SweepJudgement(kept, allowance: 0, policy: .keep)
    let known = note(kept[0], deleted, &judgement)
    #expect(judgement.isHeld && judgement.held == 3 && !judgement.lets(known))
  }

  /// An answer to a second question takes the place of the first.
  @Test func askedAgainItCountsOnce() {
    let kept = candidate(1, isKept: true, hidden)
    var judgement = SweepJudgement([candidate(2, deleted), kept], allowance: 1, policy: .keep)
    #expect(!judgement.isHeld)
    judgement.note(kept, deleted)
    #expect(judgement.isHeld && judgement.held == 2)
    judgement.note(candidate(2, deleted), nil)
    #expect(!judgement.isHeld && judgement.held == 1)
  }
}
