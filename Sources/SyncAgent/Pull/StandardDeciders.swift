import Store

extension Deciders {
  /// The right ones.
  static let standard = Deciders(
    pull: { KeysetPull($0) }, walk: { DescendingWalk($0) }, whole: { WholeReading($0) }, see: { $0 },
    followsResumedPass: true, verdict: { CandidateVerdict($0) }, steppedOver: PageReader.Patience.oneAlone,
    recognised: { $0 }, showsAll: { $0.isAllShown(after: $1, through: $2, by: $3) },
    losesTooMuch: { FieldEvidence.isTooMuch($0, share: $1) })
}
