import JSONAPI

/// How far the sweep of a type has come. Kept with the rows that it speaks for in one transaction.
package struct SweepState: Sendable, Hashable {
  /// The site's time when it began, Unix seconds; nil while none is under way.
  package var started: Int64?
  /// The mirror's sequence number when it began: what has a later one has changed since.
  package var sequence: Int64 = 0
  /// The greatest serial number that was listed; -1 before the first.
  package var lastID: Int64 = -1
  /// The offset of the next page: in the whole collection, or behind the last serial number while all there is hidden.
  package var offset = 0
  /// What the last page showed or left out, by which the next one is seen to join up. None where it was hidden without a trace.
  package var marks: Set<ResourceID> = []
  /// Whether the listing is complete, so that the candidates can be judged.
  package var isListed = false
  /// When the last one ended, Unix seconds of the site.
  package var finished: Int64?
  /// How many removals wait for a person.
  package var held = 0

  /// Never swept.
  package init() {}
}

/// One page of a sweep on its way into the mirror.
package struct SweepApplication: Sendable {
  /// The type that is swept.
  package var type: String
  /// The page's resources that can be used, in its order.
  package var resources: [ScannedResource]
  /// The UUIDs that the site left out for lack of access.
  package var omitted: [ResourceID]
  /// The stretch of serial numbers, above `after` and up to `through`, that the page shows completely; `through` is nil at
  /// the end of the collection. No stretch where the page did not join up with the last.
  package var covers: (after: Int64, through: Int64?)?
  /// Where the sweep stands behind it.
  package var state: SweepState
  /// The run in whose coverage it counts.
  package var run: Int64
  /// When the site made the page, by its own `Date`; nil where it did not say.
  package var madeAt: Int64?
  /// What of the page cannot be used (`ScannedPage`): it is set aside.
  package var unusable: [UnusableRow]
  /// What stands around the page's document, or its beginning: set aside, too. Nil where nothing does.
  package var surroundings: String?
  /// What else is set aside with it: rows that the reader stepped over.
  package var setAside: [SetAside] = []
  /// What of it stays as it is stored, with what is said of it: it is there all the same.
  package var kept: [ResourceID: SetAside] = [:]
  /// Pages before it that wait.
  package var quiet = QuietPages()
  /// The mirror's last change when what of it is known by its bytes was compared.
  package var number: Int64?

  /// What of it is stored.
  var fresh: [ScannedResource] { kept.isEmpty ? resources : resources.filter { kept[$0.uuid] == nil } }

  /// Whether the type has no serial number, so that what was listed is kept by name until the end.
  package var isUnnumbered = false

  /// A page to apply.
  package init(
    type: String, resources: [ScannedResource], omitted: [ResourceID], covers: (after: Int64, through: Int64?)?,
    state: SweepState, run: Int64, madeAt: Int64? = nil, unusable: [UnusableRow] = [], surroundings: String? = nil
  ) {
    self.unusable = unusable
    self.surroundings = surroundings
    self.type = type
    self.resources = resources
    self.omitted = omitted
    self.covers = covers
    self.state = state
    self.run = run
    self.madeAt = madeAt
  }
}
