import JSONAPI
import Testing

@testable import Store

/// A correction that was made before the site refused what it corrects.
@Suite struct SupersedingTests {
  private let refused = [
    ChangedMember(.attributes, "title", base: "a", local: "too long"),
    ChangedMember(.attributes, "body", base: "b", local: "c"),
  ]

  @Test func theCorrectionStandsOnWhatTheRefusedValueStoodOn() {
    let later = [ChangedMember(.attributes, "title", base: "too long", local: "short")]
    let outcome = Superseding.decide(refused: refused, later: later)
    #expect(outcome.later == [ChangedMember(.attributes, "title", base: "a", local: "short")])
    #expect(outcome.left == [refused[1]])
  }

  @Test func whatIsBasedOnSomethingElseStays() {
    let later = [ChangedMember(.attributes, "title", base: "seen", local: "short")]
    #expect(Superseding.decide(refused: refused, later: later).later == later)
    let other = [ChangedMember(.attributes, "sticky", base: false, local: true)]
    let outcome = Superseding.decide(refused: refused, later: other)
    #expect(outcome.later == other && outcome.left == refused)
  }
}
