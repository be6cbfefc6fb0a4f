import LocalAPI
import Logging
import Store
import SyncAgent

/// What holds where nothing is configured, each value once. The example, the table in docs/configuration.md and the help texts are
/// checked against it; keys that are not here have no default.
enum Defaults {
  static let grant = Settings.SignIn.Grant.password
  static let entityTypes = SyncSettings.usualEntityTypes
  static let concurrency = 4
  static let pageSize = 50
  static let requestsPerSecond = 20.0
  static let timeoutSeconds = 30
  static let allowInsecure = false

  /// From the configuration file's folder, as is the next.
  static let mirrorPath = "data/mirror.sqlite"
  static let filesPath = "data/files"
  static let files = FilePolicy.all

  static let intervalSeconds = 60
  static let sweepIntervalSeconds = 86_400
  static let settleWindowSeconds = 300
  static let maxRemovalShare = 0.2
  static let onHidden = HiddenPolicy.drop
  static let conflicts = ["default": ConflictPolicy.manual]

  static let localHost = "127.0.0.1"
  static let localPort = 8480
  static let accessTokenSeconds = 300
  static let refreshTokenSeconds = 1_209_600
  static let localAllowInsecure = false
  /// Beside those that always are: `localAPI.host`, the host of `localAPI.baseURL`, loopback.
  static let allowedHosts: [String] = []
  static let trustedProxies: [String] = []
  static let corsOrigins: [String] = []
  /// What the server does without a configuration, too.
  static let limits = ServerLimits.standard
  static let passThroughEnabled = false
  static let passThroughScopes = ["read"]
  static let verifiedSeconds = 86_400

  /// 30 days.
  static let keepRemovalsSeconds = 2_592_000

  static let adminHost = "127.0.0.1"
  static let adminPort = 8481
  /// Where rounds are further apart, three times as long as that.
  static let readySeconds = 900

  static let logLevel = Logger.Level.info
  static let logFormat = LogFormat.text
}
