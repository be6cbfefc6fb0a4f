import Store

/// A sweep's part in a round.
package struct SweepReport: Sendable {
  /// The name of the type, such as `node--topic`.
  package var type: String
  /// Requests for pages and for single resources, repetitions counted.
  package var requests = 0
  /// Decoded content of the answers.
  package var bytes = 0
  /// Pages of the collection that were stored. Of a type without a serial number those alone that join up with the page before.
  package var pages = 0
  /// Resources that these pages showed; what came twice is counted twice.
  package var seen = 0
  /// Resources that were not stored before.
  package var inserted = 0
  /// Resources that were stored otherwise.
  package var updated = 0
  /// Removed resources by kind; with `sync.onHidden` keep, those newly marked.
  package var tombstones: [Tombstone.Kind: Int] = [:]
  /// Candidates of which the site said neither that they are there nor that they are gone.
  package var undecided = 0
  /// What cannot be used and was not known as such.
  package var setAside: [SetAside] = []
  /// Whether the sweep is over; otherwise it goes on in the next round.
  package var isFinished = false
  /// Why it could not go on; nil when it could.
  package var failure: (any Error)?

  /// How many resources were removed.
  package var removed: Int { tombstones.values.reduce(0, +) }

  init(type: String) { self.type = type }
}
