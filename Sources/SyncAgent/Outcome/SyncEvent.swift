import Store

/// What happens during a round, for progress and logs. Never holds a secret.
package enum SyncEvent: Sendable {
  /// The types that will be read.
  case started(types: [String])
  /// A type's newest serial number: no more resources than that can be there.
  case estimated(type: String, highestID: Int64)
  /// Pages were committed.
  case stored(ApplyOutcome)
  /// A type was read to its end, or could not be.
  case finished(TypeReport)
  /// A type's members are not what they were. Said before the page is stored.
  case drifted(SchemaDrift)
  /// A type was swept, as far as this round went.
  case swept(SweepReport)
}
