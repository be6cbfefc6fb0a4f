import JSONAPI
import OpenSocial
import Store
import Upstream

/// Members whose values differ from read to read or move without any edit: no difference of the resource (reference 12).
package enum VolatileMembers {
  /// As people know them.
  package static var names: [String] { FieldDescription.volatile }

  /// Whether a member of `attributes` is left out of the comparison.
  static func contains(_ name: String, of entityType: String, _ left: JSON?, _ right: JSON?) -> Bool {
    switch FieldDescription(name, of: entityType).comparison {
    case .never: true
    case .withoutSignature: unsigned(left) == unsigned(right)
    case .whole: false
    }
  }

  private static func unsigned(_ uri: JSON?) -> [String] {
    [uri?["value"]?.string ?? "", String((uri?["url"]?.string ?? "").prefix { $0 != "?" })]
  }
}

/// Compares the mirror with the site, type by type, by serial number and without a filter. Stores nothing.
package struct Verification: Sendable {
  private let site: Site
  private let reading: Reading
  private let settings: SyncSettings

  /// A comparison of the types that a round would read.
  package init(site: Site, mirror: Mirror, settings: SyncSettings) {
    self.site = site
    reading = mirror.reading
    self.settings = settings
  }

  /// Compares.
  /// - Throws: what concerns all types: credentials, the connection, a fault of the mirror, another account, and
  ///   `SyncFault.otherSite` before anything is compared.
  package func run() async throws -> VerificationReport {
    let visit = SiteVisit(site: site, reading: reading)
    var entry = try await visit.enter().entry
    let (told, untold) = TypeNaming.remembered(entry, try reading.discoveredTypes(), settings.entityTypes)
    let selected = Set(told.filter { settings.selects($0) }.map(\.name))
    entry.resourceTypes =
      told.map { EntryPoint.Collection(name: $0.name, path: $0.path, link: $0.link) } + untold.map(\.collection)
    let paths = Dictionary(entry.resourceTypes.map { ($0.name, $0.path) }) { first, _ in first }
    let siteTime = entry.date ?? 0
    var report = VerificationReport()
    report.requests = 1
    let scanner = try reading.scanner(of: site, paths: paths)
    let known = Dictionary(uniqueKeysWithValues: try reading.types().map { ($0.name, $0) })
    let aside = try reading.setAsideRows()
    for type in entry.resourceTypes.sorted(by: { $0.name < $1.name }) where selected.contains(type.name) {
      var reader = PageReader(
        site: site, scanner: scanner,
        patience: PageReader.Patience(
          most: settings.pageLimit, type: type.name, rowsInARow: 200, known: aside[type.name] ?? [],
          triesKnown: true, confirm: { try await visit.enter(.once) }, now: { siteTime }))
      do {
        try await compare(type, known: known[type.name], &reader, &report)
        report.types += 1
      } catch {
        try await FailureScope.confine(error) {
          report.requests += 1
          try await visit.enter()
        }
        report.failures.append((type.name, error))
      }
      report.uncompared += reader.takeSteppedOver()
      report.requests += reader.requests
    }
    for type in known.keys.sorted() where paths[type] == nil && settings.selects(type, of: known[type]?.entityType) {
      if try compareVanished(type, &report) { report.types += 1 }
    }
    return report
  }

  /// The site no longer names the type: it shows none of it.
  /// - Returns: whether anything of it is stored.
  private func compareVanished(_ type: String, _ report: inout VerificationReport) throws -> Bool {
    let stored = try reading.identifiers(of: type)
    let onTheirWay = try reading.identifiersWithChanges(of: type)
    for uuid in try stored.subtracting(onTheirWay).subtracting(keptResources(of: type)).sorted() {
      report.differences.append(.init(type: type, uuid: uuid, kind: .extra, members: []))
    }
    return !stored.isEmpty
  }

  /// The UUIDs of what is stored although the site hides it.
  private func keptResources(of type: String) throws -> Set<ResourceID> {
    Set(try reading.tombstones(of: type).lazy.filter(\.isKept).map(\.uuid))
  }

  /// What of a type has been seen so far.
  private struct Sight {
    /// Stored, and not seen on the site yet.
    var unseen: Set<ResourceID>
    /// Stored although the site hides it.
    let kept: Set<ResourceID>
    var seen: Set<ResourceID> = []
    /// Of rows that cannot be used: by what they are known again on the next page, and their serial numbers.
    var unusableMarks: Set<ResourceID> = []
    var unusableNumbers: Set<Int64> = []
  }

  private func compare(
    _ type: EntryPoint.Collection, known: MirroredType?, _ reader: inout PageReader,
    _ report: inout VerificationReport
  ) async throws {
    // What is on its way to the site is compared with what the site showed last.
    let onTheirWay = try reading.identifiersWithChanges(of: type.name)
    var sight = Sight(
      unseen: try reading.identifiers(of: type.name).subtracting(onTheirWay), kept: try keptResources(of: type.name))
    try await compareListed(type, known: known, &reader, &sight, &report)
    // What was stored before its id became one that cannot be used is not gone.
    sight.unseen.subtract(try reading.identifiers(of: type.name, numbered: sight.unusableNumbers))
    for uuid in sight.unseen.subtracting(sight.kept).sorted() {
      try await compareUnlisted(uuid, of: type, &reader, &sight, &report)
    }
  }

  /// Lists the type and compares what it shows: by serial number where it has one, else by id, else in the site's own order.
  private func compareListed(
    _ type: EntryPoint.Collection, known: MirroredType?, _ reader: inout PageReader, _ sight: inout Sight,
    _ report: inout VerificationReport
  ) async throws {
    if known?.probe?.outcome != .withoutSerialNumber,
      let idAttribute = reader.scanner.serials.attribute(of: type.name) ?? known?.serialAttribute
    {
      var listing = SweepListing(
        type: type.name, idAttribute: idAttribute, method: .offsets, limit: settings.pageLimit, from: SweepState())
      do {
        while !listing.isComplete {
          let page = try await reader.page(type.path, listing.parameters)
          if try listing.accept(page) != nil { try take(page, &sight, &report) }
        }
        return
      } catch let error as SiteError where error.kind == .badRequest {
        // The type has lost its serial number, or has it under another name: it is compared by what is there.
      }
    }
    for isSorted in [true, false] {
      var listing = UnnumberedListing(
        type: type.name, limit: settings.pageLimit, isSorted: isSorted, from: SweepState())
      do {
        while !listing.isComplete {
          let page = try await reader.page(type.path, listing.parameters)
          _ = try listing.accept(page)
          try take(page, &sight, &report)
        }
        return
      } catch let error as SiteError where isSorted && error.kind == .badRequest {
        // The site does not sort by id: it is read in its own order.
      }
    }
  }

  private func take(_ page: ScannedPage, _ sight: inout Sight, _ report: inout VerificationReport) throws {
    for row in page.unusable {
      // Pages overlap.
      let isNew = row.mark.map { sight.unusableMarks.insert($0).inserted }
      let isNewNumber = row.internalID.map { sight.unusableNumbers.insert($0).inserted }
      if isNewNumber ?? isNew ?? true { report.unusable += 1 }
      if let id = row.id { sight.unseen.remove(id) }
    }
    for resource in page.resources where sight.seen.insert(resource.uuid).inserted {
      sight.unseen.remove(resource.uuid)
      // Of what is kept although it is hidden the site may show the label.
      if resource.isLabelOnly, sight.kept.contains(resource.uuid) { continue }
      try compare(resource, &report)
    }
  }

  /// Asks for one that was not listed: the listing may have passed it by while the collection moved, so it alone decides nothing.
  private func compareUnlisted(
    _ uuid: ResourceID, of type: EntryPoint.Collection, _ reader: inout PageReader, _ sight: inout Sight,
    _ report: inout VerificationReport
  ) async throws {
    do {
      let page = try await reader.page("\(type.path)/\(uuid.pathPart)")
      if !page.unusable.isEmpty { return }
      guard let resource = page.resources.first, resource.uuid.folded == uuid.folded else {
        report.uncompared.append(
          SetAside(
            .row, type: type.name, subject: "\(uuid)",
            reason: "the site answered with another resource, or with none", advice: "", at: 0))
        return
      }
      // It became one of another type, which the site shows under the path of this one, too; or its id is written otherwise.
      let isItself = resource.type == type.name && resource.uuid == uuid
      if !isItself { report.differences.append(.init(type: type.name, uuid: uuid, kind: .extra, members: [])) }
      if resource.type == type.name, sight.seen.insert(resource.uuid).inserted { try compare(resource, &report) }
    } catch let error as SiteError where error.kind == .notFound || error.kind == .forbidden {
      report.differences.append(.init(type: type.name, uuid: uuid, kind: .extra, members: []))
    } catch let error where PageWeight.mayBeTheRows(error) && report.uncompared.count < 1000 {
      // Where the site as a whole is away, nothing can be compared.
      try await SiteVisit(site: site, reading: reading).enter(.once)
      report.uncompared.append(
        SetAside(.row, type: type.name, subject: "\(uuid)", reason: "\(error)", advice: "", at: 0))
    }
  }

  /// Compares one resource that the site shows. Where it shows the label alone of what is stored whole, the rest is too many.
  private func compare(_ resource: ScannedResource, _ report: inout VerificationReport) throws {
    report.compared += 1
    if resource.isLabelOnly, resource.internalID == nil, try reading.isStoredWhole(resource.uuid, type: resource.type) {
      report.differences.append(.init(type: resource.type, uuid: resource.uuid, kind: .extra, members: []))
      return
    }
    let stored = try reading.siteDocument(of: resource.uuid, type: resource.type)
    let homes = try reading.entityTypes()
    if let difference = Verification.difference(resource, stored, homes) { report.differences.append(difference) }
  }

  /// How a resource of the site differs from the stored document; nil when it does not.
  static func difference(_ resource: ScannedResource, _ stored: [UInt8]?, _ homes: EntityTypes) -> VerificationReport
    .Difference?
  {
    guard let stored else {
      return .init(type: resource.type, uuid: resource.uuid, kind: .missing, members: [])
    }
    guard stored != resource.document else { return nil }
    guard let left = try? JSON(parsing: resource.document), let right = try? JSON(parsing: stored) else {
      return .init(type: resource.type, uuid: resource.uuid, kind: .different, members: ["(not readable)"])
    }
    var members: [String] = []
    for part in ["attributes", "relationships"] {
      let names = Set([left, right].flatMap { $0[part]?.object?.members.map(\.name) ?? [] })
      for name in names.sorted() {
        let (a, b) = (left[part]?[name], right[part]?[name])
        let isVolatile =
          part == "attributes" && VolatileMembers.contains(name, of: homes.entityType(of: resource.type), a, b)
        if a != b, !isVolatile { members.append("\(part).\(name)") }
      }
    }
    return members.isEmpty ? nil : .init(type: resource.type, uuid: resource.uuid, kind: .different, members: members)
  }
}
