import Logging
import Store
import SyncAgent

/// What writes a mirror: the mirror, the lock that makes this process its only writer, and the signed-in site.
struct Engine {
  let settings: Settings
  let siteSettings: Settings.Site
  let mirror: Mirror
  let site: ConnectedSite
  let logger: Logger
  private let lock: WriterLock

  /// Opens everything; no request is sent yet.
  /// - Throws: `ConfigurationError`, `MirrorUnusable`, what `WriterLock` throws when another process writes.
  init(_ settings: Settings, label: String, hasMoved: Bool = false) throws {
    self.settings = settings
    guard let siteSettings = settings.site else {
      throw ConfigurationError(description: "site.baseURL is missing")
    }
    self.siteSettings = siteSettings
    logger = Logger(label: label)
    mirror = try Mirror(path: settings.mirror.path)
    lock = try WriterLock(mirrorPath: settings.mirror.path)
    site = try ConnectedSite(siteSettings, tokenPath: settings.siteTokenPath, hasMoved: hasMoved, logger: logger)
  }

  /// Rounds over resources.
  func round(_ settings: SyncSettings, report: @escaping @Sendable (SyncEvent) -> Void = { _ in }) -> SyncRound {
    SyncRound(site: site.site, mirror: mirror, settings: settings, logger: logger, now: unixNow, report: report)
  }

  /// Rounds over the contents of files.
  /// - Parameter round: how sweeps are done: contents are compared with the site's as often.
  func files(like round: SyncSettings) -> FileRound {
    site.fileRound(
      settings.mirror, mirror: mirror, concurrency: siteSettings.concurrency, comparing: Engine.comparing(like: round))
  }

  /// When contents are compared with the site's beside a round.
  static func comparing(like round: SyncSettings) -> FileRound.Settings.Comparing {
    switch round.sweep {
    case .never: .never
    case .now: .after(seconds: 0, limit: nil)
    case .whenDue: .after(seconds: round.sweepIntervalSeconds, limit: round.sweepRequests)
    }
  }

  /// The way of local changes to the site.
  var push: PushRound { settings.push(site.site, mirror: mirror, logger: logger) }

  /// Ends all connections and lets another process write.
  func shutdown() {
    site.shutdown()
    withExtendedLifetime(lock) {}
  }
}
