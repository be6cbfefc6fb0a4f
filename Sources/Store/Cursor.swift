/// How far a type has been read: the key of the last settled resource (reference 6.5). Kept with its rows in one transaction.
package struct Cursor: Sendable, Hashable {
  /// `changed` of the last settled resource, Unix seconds.
  package var changed: Int64
  /// Its serial number.
  package var internalID: Int64
  /// The site's time up to which the type is known, Unix seconds; 0 before the first complete pull.
  package var knownUntil: Int64

  /// A cursor at a key.
  package init(changed: Int64, internalID: Int64, knownUntil: Int64 = 0) {
    self.changed = changed
    self.internalID = internalID
    self.knownUntil = knownUntil
  }

  /// Before everything.
  package static let start = Cursor(changed: 0, internalID: 0)
}
