import Logging
import Measures
import Store
import SyncAgent
import Upstream

/// The site of a configuration, ready to be asked.
struct ConnectedSite {
  let site: Site
  /// The site as it is asked whether somebody may sign in to the local API.
  let people: SiteSignIn
  /// How it is asked, and how it answers.
  let measures = SiteMeasures()
  /// How fast it is asked.
  let pacer: RequestPacer
  private let transport: CurlTransport
  private let foreign: ForeignTransports
  private let logger: Logger

  /// - Parameters:
  ///   - tokenPath: where the site's tokens are kept, readable by the owner only.
  ///   - hasMoved: whether a person said that the site is the same under another base URL.
  ///   - isLooking: whether it is for a command that writes nothing: where tokens may not be kept, they end with it.
  ///   - isTrial: whether the credentials are to be tried out: it signs in anew, whatever token is kept.
  init(
    _ settings: Settings.Site, tokenPath: String, hasMoved: Bool = false, isLooking: Bool = false,
    isTrial: Bool = false, logger: Logger
  ) throws {
    let base = try ConnectedSite.base(settings)
    pacer = RequestPacer(requestsPerSecond: settings.requestsPerSecond)
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
    let measured = MeasuredTransport(transport, measures)
    people = SiteSignIn(settings, base: base, transport: measured, logger: logger)
    let file = FileTokenVault(path: tokenPath)
    var vault: any TokenVault = isLooking && !file.isWritable ? MemoryTokenVault(lookingInto: file) : file
    if isTrial, ConnectedSite.signsInRepeatedly(settings) { vault = TrialTokenVault(beside: file) }
    let session = try OAuthSession(
      tokenURL: base.url(path: "/oauth/token"), credentials: ConnectedSite.credentials(settings), transport: measured,
      vault: vault, now: unixNow, logger: logger, measures: measures)
    var site = Site(base: base, session: session, pacer: pacer)
    site.measures = measures
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
      policy: files.files, budgetBytes: files.filesBudgetBytes.map(Int64.init),
      concurrency: concurrency)
    settings.comparing = comparing
    return FileRound(
      site: site, mirror: mirror, folder: BinaryFolder(path: files.filesPath), settings: settings, logger: logger,
      foreign: { [foreign, measures] in try MeasuredTransport(foreign.transport(to: $0), measures) }, now: unixNow)
  }

  /// A refresh token is good for one use: what it brings has to be kept.
  private static func signsInRepeatedly(_ settings: Settings.Site) -> Bool {
    switch settings.signIn {
    case .password, .clientCredentials: true
    case .refreshToken: false
    }
  }

  private static func base(_ settings: Settings.Site) throws -> BaseURL {
    do { return try BaseURL(settings.baseURL) } catch {
      throw ConfigurationError(description: "site.baseURL: \(error.message)")
    }
  }

  private static func credentials(_ settings: Settings.Site) -> Credentials {
    let grant: Credentials.Grant =
      switch settings.signIn {
      case .password(let username, let password): .password(username: username, password: password.value)
      case .clientCredentials: .clientCredentials
      case .refreshToken(let token): .refreshToken(token.value)
      }
    return Credentials(
      grant: grant, clientID: settings.clientID, clientSecret: settings.clientSecret?.value, scope: settings.scope)
  }
}
