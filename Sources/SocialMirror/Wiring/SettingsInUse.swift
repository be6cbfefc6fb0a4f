import LocalAPI
import Logging
import Store
import SyncAgent

extension Settings {
  /// What a round does by this configuration.
  func round(_ site: Site) -> SyncSettings {
    var round = SyncSettings(
      entityTypes: site.entityTypes, concurrency: site.concurrency, settleWindowSeconds: sync.settleWindowSeconds)
    round.pageLimit = site.pageSize
    round.sweepIntervalSeconds = sync.sweepIntervalSeconds
    round.maxRemovalShare = sync.maxRemovalShare
    round.policyTypes = sync.conflicts.keys.filter { $0 != "default" }.map { String($0.prefix { $0 != "." }) }
    round.onHidden = sync.onHidden
    round.removalsKeptSeconds = feed.keepRemovalsSeconds
    return round
  }

  /// A round of the daemon: its sweeps take half of the time between two rounds at most, as far as the rate tells.
  func roundOfDaemon(_ site: Site) -> SyncSettings {
    var round = round(site)
    if site.requestsPerSecond > 0 {
      round.sweepRequests = max(10, Int(min(site.requestsPerSecond * Double(sync.intervalSeconds) / 2, 1e6)))
    }
    return round
  }

  /// The way of local changes to the site by this configuration.
  func push(_ site: SyncAgent.Site, mirror: Mirror, logger: Logger) -> PushRound {
    PushRound(
      site: site, mirror: mirror, policies: ConflictPolicies(sync.conflicts), logger: logger,
      concurrency: self.site?.concurrency ?? 1, now: unixNow)
  }

  /// Where the site's tokens are kept.
  var siteTokenPath: String { mirror.path + ".site-token" }

  /// Where the key that signs the local API's tokens is kept, and around it those that were rotated out.
  var signingKeyPath: String { mirror.path + ".signing-key.pem" }

  /// Where it is counted how many tries to sign in to the local API were refused.
  var signInCountsPath: String { mirror.path + ".sign-ins" }

  /// The local API by this configuration.
  var localAPISettings: LocalAPISettings {
    var settings = LocalAPISettings(
      host: localAPI.host, port: localAPI.port, signingKeyPath: signingKeyPath)
    settings.baseURL = localAPI.baseURL
    settings.accessTokenSeconds = localAPI.accessTokenSeconds
    settings.refreshTokenSeconds = localAPI.refreshTokenSeconds
    settings.certificateFile = localAPI.certificateFile
    settings.privateKeyFile = localAPI.privateKeyFile
    settings.filesPath = mirror.filesPath
    settings.sights = localAPI.sights
    settings.allowedHosts = localAPI.allowedHosts
    settings.trustedProxies = localAPI.trustedProxies
    settings.corsOrigins = localAPI.corsOrigins
    settings.limits = localAPI.limits
    settings.passThrough = localAPI.passThrough
    return settings
  }
}
