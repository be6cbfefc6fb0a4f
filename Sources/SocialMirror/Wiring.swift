import Foundation
import LocalAPI
import Logging
import Store
import SyncAgent
import Upstream

/// This machine's clock in Unix seconds.
let unixNow: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

/// The site of a configuration, ready to be asked.
struct ConnectedSite {
  let site: Site
  private let transport: CurlTransport
  private let foreign: ForeignTransports
  private let logger: Logger

  /// - Parameters:
  ///   - tokenPath: where the site's tokens are kept, readable by the owner only.
  ///   - hasMoved: whether a person said that the site is the same under another base URL.
  ///   - isLooking: whether it is for a command that writes nothing: where tokens may not be kept, they end with it.
  init(
    _ settings: Settings.Site, tokenPath: String, hasMoved: Bool = false, isLooking: Bool = false, logger: Logger
  ) throws {
    let base = try ConnectedSite.base(settings)
    var transportSettings = TransportSettings(origin: base.origin)
    transportSettings.timeoutSeconds = settings.timeoutSeconds
    transportSettings.connectTimeoutSeconds = min(10, settings.timeoutSeconds)
    transportSettings.caFile = settings.caFile
    transportSettings.proxy = settings.proxy
    transportSettings.allowInsecure = settings.allowInsecure
    transportSettings.maximumConnections = settings.concurrency + 1
    transportSettings.userAgent = "social-mirror/\(ProgramVersion.version)"
    transport = try CurlTransport(transportSettings, logger: logger)
    foreign = ForeignTransports(like: transportSettings, logger: logger)
    self.logger = logger
    let file = FileTokenVault(path: tokenPath)
    let vault: any TokenVault = isLooking && !file.isWritable ? MemoryTokenVault(lookingInto: file) : file
    let session = try OAuthSession(
      tokenURL: base.url(path: "/oauth/token"), credentials: ConnectedSite.credentials(settings), transport: transport,
      vault: vault, now: unixNow, logger: logger)
    var site = Site(
      base: base, session: session, pacer: RequestPacer(requestsPerSecond: settings.requestsPerSecond))
    site.apiPath = settings.apiPath
    site.hasMoved = hasMoved
    self.site = site
  }

  /// Ends all connections.
  func shutdown() {
    transport.shutdown()
    foreign.shutdown()
  }

  /// The rounds over the contents of files.
  func fileRound(
    _ files: Settings.MirrorFiles, mirror: Mirror, concurrency: Int, comparing: FileRound.Settings.Comparing
  ) -> FileRound {
    var settings = FileRound.Settings(
      policy: FilePolicy(rawValue: files.files) ?? .all, budgetBytes: files.filesBudgetBytes.map(Int64.init),
      concurrency: concurrency)
    settings.comparing = comparing
    return FileRound(
      site: site, mirror: mirror, folder: BinaryFolder(path: files.filesPath), settings: settings, logger: logger,
      foreign: foreign.transport, now: unixNow)
  }

  private static func base(_ settings: Settings.Site) throws -> BaseURL {
    do { return try BaseURL(settings.baseURL) } catch {
      throw ConfigurationError(description: "site.baseURL: \(error.message)")
    }
  }

  private static func credentials(_ settings: Settings.Site) -> Credentials {
    let grant: Credentials.Grant =
      switch settings.grant {
      case "client_credentials": .clientCredentials
      case "refresh_token": .refreshToken(settings.refreshToken?.value ?? "")
      default: .password(username: settings.username ?? "", password: settings.password?.value ?? "")
      }
    return Credentials(
      grant: grant, clientID: settings.clientID, clientSecret: settings.clientSecret?.value, scope: settings.scope)
  }
}

extension Settings {
  /// What a round does by this configuration.
  func round(_ site: Site) -> SyncSettings {
    var round = SyncSettings(
      entityTypes: site.entityTypes, concurrency: site.concurrency, settleWindowSeconds: sync.settleWindowSeconds)
    round.pageLimit = site.pageSize
    round.sweepIntervalSeconds = sync.sweepIntervalSeconds
    round.maxRemovalShare = sync.maxRemovalShare
    round.policyTypes = sync.conflicts.keys.filter { $0 != "default" }.map { String($0.prefix { $0 != "." }) }
    round.onHidden = HiddenPolicy(rawValue: sync.onHidden) ?? .drop
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
      site: site, mirror: mirror, policies: ConflictPolicies(sync.conflicts), logger: logger, now: unixNow)
  }

  /// Where the site's tokens are kept.
  var siteTokenPath: String { mirror.path + ".site-token" }

  /// The local API by this configuration.
  var localAPISettings: LocalAPISettings {
    var settings = LocalAPISettings(
      host: localAPI.host, port: localAPI.port, signingKeyPath: mirror.path + ".signing-key.pem")
    settings.baseURL = localAPI.baseURL
    settings.accessTokenSeconds = localAPI.accessTokenSeconds
    settings.refreshTokenSeconds = localAPI.refreshTokenSeconds
    settings.certificateFile = localAPI.certificateFile
    settings.privateKeyFile = localAPI.privateKeyFile
    settings.filesPath = mirror.filesPath
    return settings
  }
}
