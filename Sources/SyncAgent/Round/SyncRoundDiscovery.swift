import JSONAPI
import Logging
import OpenSocial
import Store
import Upstream

/// What a round finds out, and checks, before anything is read.
extension SyncRound {
  /// What the entry point shows at the beginning.
  struct Discovery {
    var entry: EntryPoint
    var account: String
    var naming: TypeNaming.Outcome
    /// The types to read.
    var types: [EntryPoint.Collection]
    /// Types with stored resources that the site no longer names.
    var vanished: [String]
  }

  /// Asks for the entry point, checks whose mirror this is, and notes the site's types and addresses.
  func discover() async throws -> Discovery {
    let welcome = try await visit.enter(.asOfNow)
    var entry = welcome.entry
    let naming = try await TypeNaming(
      site: site, reading: mirror.reading, discovery: mirror.discovery, entityTypes: settings.entityTypes
    )
    .named(entry, at: entry.date ?? now())
    entry.resourceTypes = naming.collections
    let types = try select(entry, naming.types)
    let vanished = try vanishedTypes.names(missingIn: entry)
    try mirror.discovery.discovered(naming.types)
    try TypeSelection.note(naming.types, settings, in: mirror, logger, at: now())
    return Discovery(entry: entry, account: welcome.account, naming: naming, types: types, vanished: vanished)
  }

  /// The way in, which the round takes at its beginning and wherever it has to know whether the site is still there.
  var visit: SiteVisit { SiteVisit(site: site, reading: mirror.reading) }

  /// The types to read.
  private func select(_ entry: EntryPoint, _ named: [DiscoveredType]) throws -> [EntryPoint.Collection] {
    let selected = Set(named.filter { settings.selects($0) }.map(\.name))
    let types = entry.resourceTypes.filter { selected.contains($0.name) }
    // None at all, where there were some, is not a matter of configuration.
    guard try !types.isEmpty || !vanishedTypes.names(missingIn: entry).isEmpty else {
      throw SyncFault.nothingToMirror(asked: settings.only ?? settings.entityTypes)
    }
    try SiteAddresses.note(entry, of: site, in: mirror, logger, at: now())
    try mirror.discovery.note([
      (.siteAccount, entry.me ?? (try mirror.reading.fact(.siteAccount))),
      (.jsonapiVersion, entry.version ?? (try mirror.reading.fact(.jsonapiVersion))),
      (.contentLanguage, entry.language ?? (try mirror.reading.fact(.contentLanguage))),
    ])
    return types.sorted { $0.name < $1.name }
  }

  /// Where the site's clock went back by more than the settle window, writes may now get a `changed` below the cursors: all
  /// types are read again (reference 6.5, assumption A; 6.8).
  /// - Parameter siteTime: the site's clock at the start of the round, Unix seconds.
  func lookForLeap(to siteTime: Int64) throws {
    let before = try mirror.reading.fact(.siteTime).flatMap { Int64($0) }
    if let before, siteTime < before.subtractingClamped(Int64(settings.settleWindowSeconds)) {
      logger.warning("the site's clock went back by \(before.subtractingClamped(siteTime)) s: all types are read again")
      // Before the time is noted: a round that is cut short here finds it again.
      try mirror.pulling.forgetCursors(of: mirror.reading.types().map(\.name))
    }
    if before != siteTime { try mirror.discovery.note(.siteTime, String(siteTime)) }
  }

  /// When the account's own user was saved last, as far as it is mirrored; nil where it is not.
  func accountChanged(_ account: String) throws -> String? {
    for type in try mirror.reading.types() where type.entityType == "user" {
      guard let id = ResourceID(account), let document = try mirror.reading.siteDocument(of: id, type: type.name) else {
        continue
      }
      let name = try mirror.reading.attributeNames()[type.name]?.changed ?? FieldDescription.changed
      return try? JSON(parsing: document)["attributes"]?[name]?.string
    }
    return nil
  }

  var vanishedTypes: VanishedTypes {
    VanishedTypes(reading: mirror.reading, pulling: mirror.pulling, sweeping: mirror.sweeping, settings: settings)
  }
}
