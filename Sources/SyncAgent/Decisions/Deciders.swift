import JSONAPI
import Store

/// The decisions of a round on which it depends that nothing is lost and nothing is removed by mistake, as one value.
///
/// The program knows one of them, `standard`, and nobody outside of this module can name the type. It stays a value, and not calls
/// of what is right, because a simulation that never fails proves nothing: the tests play the same histories with each decision made
/// as other programs make it, and such a history has to fail. They reach the value as tests do (`@testable`), and there is no other
/// way to hand one in. What costs time is not behind it: a closure is called for a page at most, none for a resource.
struct Deciders: Sendable {
  /// Reads a type whose filters work.
  var pull: @Sendable (PullStart) -> any CollectionPull
  /// Reads a type whose filters do not.
  var walk: @Sendable (PullStart) -> any CollectionPull
  /// Reads all of a type whose filters do not work and whose order cannot be relied on.
  var whole: @Sendable (PullStart) -> any CollectionPull
  /// What is taken from a page of a collection.
  var see: @Sendable (ScannedPage) -> ScannedPage
  /// Whether a pass that was cut short is followed by one over what has changed since it began.
  var followsResumedPass: Bool
  /// What an error says about a single resource; nil when it concerns more than that.
  var verdict: @Sendable (any Error) -> CandidateVerdict?
  /// How many rows are stepped over where a page of so many failed.
  var steppedOver: @Sendable (_ rows: Int) -> Int
  /// What a sweep recognises by its bytes.
  var recognised: @Sendable (SweptStretch) -> SweptStretch
  /// Whether a page shows all that is stored above a serial number and up to another one.
  var showsAll: @Sendable (_ stretch: SweptStretch, _ after: Int64, _ through: Int64, _ ids: Set<Int64>) -> Bool
  /// Whether too many of the resources that had a member have lost it (`sync.maxRemovalShare`).
  var losesTooMuch: @Sendable (_ count: LostFields.Count, _ share: Double) -> Bool
}
