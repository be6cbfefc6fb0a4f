import Control
import Logging
import Store
import SyncAgent

/// What rounds by hand are made of. Copies of its push, and of its rounds over files, take turns.
struct ByHand: Sendable {
  let site: Site
  let mirror: Mirror
  let push: PushRound
  let files: FileRound
  let logger: Logger

  init(_ engine: Engine) {
    site = engine.site.site
    mirror = engine.mirror
    push = engine.push
    files = engine.files(like: engine.settings.roundOfDaemon(engine.siteSettings))
    logger = engine.logger
  }

  /// A round as it is wished for, by some settings.
  /// - Parameter report: is told what happens, from several tasks at once.
  /// - Throws: `ConfigurationError`.
  func sync(
    _ wish: RoundWish, _ settings: Settings, report: @escaping @Sendable (SyncEvent) -> Void
  ) throws -> SyncByHand {
    guard let siteSettings = settings.site else { throw ConfigurationError(description: "site.baseURL is missing") }
    let only = try OnlyTypes(wish.only.sorted(), of: siteSettings, mirror: mirror.path)
    var round = settings.round(siteSettings)
    round.full = wish.isFull
    round.only = only.selection
    round.acceptedRemovals = wish.acceptedRemovals
    round.sweep =
      switch wish.sweep {
      case .whenDue: .whenDue
      case .now: .now
      case .never: .never
      }
    return SyncByHand(
      only: only, acceptedRemovals: wish.acceptedRemovals, push: wish.leavesChanges ? nil : push,
      round: SyncRound(site: site, mirror: mirror, settings: round, logger: logger, now: unixNow, report: report),
      files: files.comparing(Engine.comparing(like: round)), looking: wish.isFull ? .bytes : .size, site: site,
      mirror: mirror, logger: logger)
  }
}
