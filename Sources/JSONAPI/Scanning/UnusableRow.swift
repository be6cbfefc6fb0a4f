/// An element of a page's `data` that cannot be used, so that the others can be: what it says of itself, and where it stands.
package struct UnusableRow: Sendable, Hashable {
  /// Its type as far as that can be read.
  package var type: String?
  /// Its id as far as that can be read.
  package var id: ResourceID?
  /// Its serial number as far as that can be read.
  package var internalID: Int64?
  /// Its place on the page, from 0.
  package var place: Int
  /// The serial number of the resource before it on the page; nil for none. Where the page is in their order, its own is greater.
  package var after: Int64?
  /// The serial number of the resource behind it on the page; nil for none. Where the page is in their order, its own is less.
  package var before: Int64?
  /// By which it is known again where it has no id: of its bytes, in any order of members. Nil where there are too few of them.
  package var fingerprint: UInt64?
  /// Why, for people: at most a line.
  package var reason: String

  /// A row of this place.
  package init(
    type: String? = nil, id: ResourceID? = nil, internalID: Int64? = nil, place: Int, reason: String
  ) {
    self.type = type
    self.id = id
    self.internalID = internalID
    self.place = place
    self.reason = reason
  }

  /// By what it is known again on the next page; nil for one that has nothing of its own.
  package var mark: ResourceID? { id ?? fingerprint.flatMap { ResourceID("unusable \(String($0, radix: 16))") } }

  /// The fingerprint of a row's bytes.
  package static func fingerprint(_ bytes: some Collection<UInt8>) -> UInt64? {
    guard bytes.count > 40 else { return nil }
    // A sum does not depend on the order, in which some sites' caches differ.
    return bytes.reduce(UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15) { sum, byte in
      let factor = UInt64(byte) &+ 0x51
      return sum &+ factor &* factor &* factor &* 0x2545_F491_4F6C_DD1D
    }
  }

  /// What tells it from other rows of its type, for people.
  package var subject: String {
    if let id { return id.description }
    if let internalID { return UnusableRow.subject(internalID: internalID) }
    switch (after, before) {
    case (let after?, let before?): return "between the serial numbers \(after) and \(before)"
    case (let after?, nil): return "behind the serial number \(after)"
    case (nil, let before?): return "before the serial number \(before)"
    case (nil, nil): return "row \(place + 1) of a page"
    }
  }

  /// The same for one without an id.
  package static func subject(internalID: Int64) -> String { "serial number \(internalID)" }
}
