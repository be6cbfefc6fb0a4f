import JSONAPI

/// One page on its way into the mirror, with where the cursor of its type stands behind it.
package struct PageApplication: Sendable {
  /// The type whose collection was read.
  package var type: String
  /// The page's resources that can be used, in its order.
  package var resources: [ScannedResource]
  /// How many resources the site left out for lack of access.
  package var omitted: Int
  /// The cursor to store with the page; nil leaves it where it is.
  package var cursor: Cursor?
  /// The run in whose coverage it counts.
  package var run: Int64
  /// When the site made the page, by its own `Date` (`ScannedPage.madeAt`); nil where it did not say.
  package var madeAt: Int64?
  /// What of the page cannot be used (`ScannedPage`): it is set aside.
  package var unusable: [UnusableRow]
  /// What stands around the page's document, or its beginning: set aside, too. Nil where nothing does.
  package var surroundings: String?
  /// What it means for the reading of the type from the beginning; nil where it is none.
  package var reading: ReadingPart?
  /// What else is set aside with it: rows that the reader stepped over.
  package var setAside: [SetAside] = []
  /// What of it stays as it is stored, with what is said of it.
  package var kept: [ResourceID: SetAside] = [:]
  /// Whether all of it is as it is stored: only where its type stands is to be kept then, and that can wait for others.
  package var isNothingNew = false

  /// What of it is stored.
  var fresh: [ScannedResource] { kept.isEmpty ? resources : resources.filter { kept[$0.uuid] == nil } }

  /// A page to apply.
  package init(
    type: String, resources: [ScannedResource], omitted: Int, cursor: Cursor?, run: Int64, madeAt: Int64? = nil,
    unusable: [UnusableRow] = [], surroundings: String? = nil, reading: ReadingPart? = nil
  ) {
    self.unusable = unusable
    self.surroundings = surroundings
    self.type = type
    self.resources = resources
    self.omitted = omitted
    self.cursor = cursor
    self.run = run
    self.madeAt = madeAt
    self.reading = reading
  }
}

extension Pulling {
  /// Applies pages in the order given, in one transaction: resources, their relationship rows, the cursors and the ledger.
  /// - Throws: a GRDB or SQLite error; then nothing of it is in the mirror.
  package func apply(_ pages: [PageApplication]) throws -> ApplyOutcome {
    try resourceWrite { db, names, writer in
      let pending = try PendingCopies(db, names: names, resources: writer)
      var outcome = ApplyOutcome()
      var aside = try RowsSetAside(db)
      var renumbered: Set<Int64> = []
      for page in pages {
        let before = outcome.inserted + outcome.updated
        let fresh = page.fresh
        for resource in fresh {
          if try pending.absorb(resource, madeAt: page.madeAt) {
            outcome.unchanged += 1
          } else {
            try writer.store(resource, &outcome)
          }
        }
        let type = try names.type(page.type)
        // Only its own resources say which attribute that is.
        if let attribute = page.resources.first(where: { $0.type == page.type && $0.idAttribute != nil })?.idAttribute {
          if try names.learn(idAttribute: attribute, of: type) { renumbered.insert(type) }
        }
        outcome.setAside += try aside.note(
          page.type, fresh, page.unusable, around: page.surroundings)
        outcome.setAside += try aside.note(page.setAside + page.kept.values)
        if let reading = page.reading { try StretchRows.apply(reading, of: page, type: type, db) }
        // One that stands on other numbers says nothing.
        if let cursor = page.cursor, !renumbered.contains(type) { try Ledger.save(cursor, type: type, db) }
        try CoverageRows.count(
          run: page.run, type: type, seen: page.resources.count, stored: outcome.inserted + outcome.updated - before,
          omitted: page.omitted, db)
      }
      return outcome
    }
  }
}
