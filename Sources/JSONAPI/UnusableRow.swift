/// An element of a page's `data` that cannot be used, so that the others can be: what it says of itself, and where it stands.
package struct UnusableRow: Sendable, Hashable {
  /// Its type and id as far as they can be read.
  package var type: String?
  package var id: ResourceID?
  /// Its serial number as far as that can be read.
  package var internalID: Int64?
  /// Its place on the page, from 0.
  package var place: Int
  /// The serial numbers of the resources before and behind it on the page: where the page is in their order, its own lies between.
  package var after: Int64?
  package var before: Int64?
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
