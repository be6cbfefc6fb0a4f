import JSONAPI
import OpenSocial
import Store
import Upstream

/// The listing of a type, page after page.
extension TypeSweeper {
  /// Lists the collection; false when the budget ended before it.
  mutating func list(_ state: inout SweepState, rows: Int, _ part: inout SweepReport) async throws -> Bool {
    guard let idAttribute else { return try await listUnnumbered(&state, &part, rows: rows, isSorted: true) }
    let method = SweepListing.Method(entityType: type.entityType, rows: rows, probe: type.probe?.outcome)
    var listing = SweepListing(
      type: type.name, idAttribute: idAttribute, method: method, limit: settings.pageLimit, from: state)
    guard budget.take() else { return false }
    var swept = SweptPages(reading, of: type.name, limit: settings.pageLimit, deciders, from: state)
    reader.known = try swept.look(behind: nil, state.lastID, manner: reader.scanner.manner(of: type.name))
    var page = deciders.see(try await reader.page(path, listing.parameters))
    while true {
      let covers = try listing.accept(page)
      state.lastID = listing.lastID
      state.offset = listing.offset
      state.marks = listing.marks
      state.isListed = listing.isComplete
      let aside = reader.takeSteppedOver()
      let number = reader.known == nil ? nil : swept.stretch?.number
      let isQuiet = swept.take(page, covers: covers, aside: aside, state)
      // While a page is stored the site makes the next one.
      let parameters = !listing.isComplete && budget.take() ? listing.parameters : nil
      reader.known = try swept.look(behind: page, listing.lastID, manner: reader.scanner.manner(of: type.name))
      let (path, asking) = (self.path, self.reader)
      async let next = asking.ahead(path, parameters)
      do {
        if isQuiet {
          fields.pass(page.resources)
          part.seen += page.resources.count
          part.pages += 1
          if swept.areMany || parameters == nil { try keep(&swept) }
        } else {
          let kept = try await keptRows(of: page, rows: rows)
          try apply(
            page, covers: covers, kept: kept, aside: aside, state, &part, behind: (swept.quiet, number))
          if !(aside.isEmpty && kept.isEmpty && page.unusable.isEmpty) { swept.hasSetAside() }
          swept.areWritten(state)
          part.pages += 1
        }
      } catch is KnownRowsMoved {
        // Somebody else has changed what was as it was: from where the mirror has the sweep once more, and by scanning.
        part.seen -= swept.quiet.ids.count
        part.pages -= swept.quiet.pages
        swept.forget()
        state = swept.saved
        listing = SweepListing(
          type: type.name, idAttribute: idAttribute, method: method, limit: settings.pageLimit, from: state)
        reader.known = nil
        guard budget.take() else { return false }
        page = deciders.see(try await reader.page(path, listing.parameters))
        continue
      }
      guard let asked = await next else { return listing.isComplete }
      self.reader = asked.reader
      do { page = deciders.see(try asked.page.get()) } catch {
        try? keep(&swept)
        throw error
      }
    }
  }

  /// Writes down how far the sweep has come behind pages of which nothing else is to be written.
  private func keep(_ swept: inout SweptPages) throws {
    try sweeping.note(swept.quiet, of: type.name, swept.state, run: run)
    swept.areWritten(swept.state)
  }

  /// Lists a type without a serial number.
  /// - Parameter isSorted: whether the site is asked to sort by id; one that does not know how is asked again without.
  private mutating func listUnnumbered(
    _ state: inout SweepState, _ part: inout SweepReport, rows: Int, isSorted: Bool
  ) async throws -> Bool {
    var listing = UnnumberedListing(type: type.name, limit: settings.pageLimit, isSorted: isSorted, from: state)
    while !listing.isComplete {
      guard budget.take() else { return false }
      let page: ScannedPage
      do { page = deciders.see(try await reader.page(path, listing.parameters)) } catch let error as SiteError
        where isSorted && error.kind == .badRequest
      {
        return try await listUnnumbered(&state, &part, rows: rows, isSorted: false)
      }
      let joins = try listing.accept(page)
      let kept = try await keptRows(of: page, rows: rows)
      state.offset = listing.offset
      state.marks = listing.marks
      state.isListed = listing.isComplete
      try apply(page, covers: nil, kept: kept, aside: reader.takeSteppedOver(), state, &part)
      part.pages += joins ? 1 : 0
    }
    return true
  }

  /// What of a listed page stays as it is stored.
  private mutating func keptRows(of page: ScannedPage, rows: Int) async throws -> [ResourceID: SetAside] {
    guard rows > 0 else { return [:] }
    // The one of the pages may be at the next.
    var reader = self.reader.another()
    defer {
      comparisons.requests += reader.requests
      comparisons.bytes += reader.bytes
    }
    return try await fields.check(page.resources, &reader)
  }

  /// Stores a listed page, with where the sweep stands behind it.
  private mutating func apply(
    _ page: ScannedPage, covers: (after: Int64, through: Int64?)?, kept: [ResourceID: SetAside], aside: [SetAside],
    _ state: SweepState, _ part: inout SweepReport, behind: (quiet: QuietPages, number: Int64?) = (QuietPages(), nil)
  ) throws {
    var application = SweepApplication(
      type: type.name, resources: page.resources, omitted: page.omittedUUIDs, covers: covers, state: state, run: run,
      madeAt: page.madeAt, unusable: page.unusable, surroundings: page.surroundings)
    application.setAside = aside
    application.kept = kept
    application.quiet = behind.quiet
    application.number = behind.number
    application.isUnnumbered = idAttribute == nil
    let outcome = try sweeping.apply(application)
    part.seen += page.resources.count
    part.inserted += outcome.inserted
    part.updated += outcome.updated
    part.setAside += outcome.setAside
  }
}
