import Admin
import Foundation
import JSONAPI
import LocalAPI
import Logging
import Store
import SyncAgent
import TokenIssuer

/// The configuration as the program uses it: checked, complete, paths made absolute. Secrets are in `Secret`.
struct Settings: Sendable {
  struct Site: Sendable {
    var baseURL: String
    /// Where the entry point is, below the base URL; nil to find it.
    var apiPath: String?
    var clientID: String
    var clientSecret: Secret?
    var signIn: SignIn
    var scope: String?
    var entityTypes: [String]
    var concurrency: Int
    /// The most rows of a page.
    var pageSize = Defaults.pageSize
    var requestsPerSecond: Double
    var timeoutSeconds: Int
    var caFile: String?
    var proxy: String?
    var allowInsecure: Bool
  }
  struct MirrorFiles: Sendable {
    var path: String
    var filesPath: String
    var files: FilePolicy
    var filesBudgetBytes: Int?
  }
  struct Sync: Sendable {
    var intervalSeconds: Int
    var sweepIntervalSeconds: Int
    var settleWindowSeconds: Int
    var maxRemovalShare: Double
    var onHidden: HiddenPolicy
    var conflicts: [String: ConflictPolicy]
  }
  struct Local: Sendable {
    var host: String
    var port: Int
    var baseURL: String?
    var accessTokenSeconds: Int
    var refreshTokenSeconds: Int
    var certificateFile: String?
    var privateKeyFile: String?
    /// Whether tokens and passwords may go over other addresses than loopback without TLS.
    var allowInsecure = Defaults.localAllowInsecure
    /// Names and addresses without port, in lower case; beside those that are always known.
    var allowedHosts = Defaults.allowedHosts
    /// Addresses and networks such as `10.0.0.0/8`.
    var trustedProxies = Defaults.trustedProxies
    /// Such as `https://crm.example.org`, in lower case.
    var corsOrigins = Defaults.corsOrigins
    var limits = Defaults.limits
    /// Nil when it is off.
    var passThrough: PassThroughSettings?
    /// What each sight shows, by its name.
    var sights: [String: SightRules] = [:]
  }

  struct Feed: Sendable {
    /// How long it is told what has left.
    var keepRemovalsSeconds: Int
    /// In the order of the configuration.
    var webhooks: [WebhookSettings]
  }

  /// Nil when the command needs no site.
  var site: Site?
  var mirror: MirrorFiles
  var sync: Sync
  var localAPI: Local
  var feed: Feed
  var admin: AdminSettings
  var publishing: Publishing
  var log: (level: Logger.Level, format: LogFormat)

  /// Reads the configuration.
  /// - Parameter needsSite: whether the command contacts the site; then its keys and secrets must be there.
  /// - Throws: `ConfigurationError` naming the key.
  init(file: ConfigurationFile, environment: [String: String], needsSite: Bool) throws {
    let source = try SettingsSource(file: file, environment: environment)
    mirror = MirrorFiles(
      path: try source.path("mirror.path") ?? source.absolute(Defaults.mirrorPath),
      filesPath: try source.path("mirror.filesPath") ?? source.absolute(Defaults.filesPath),
      files: try source.word("mirror.files") ?? Defaults.files,
      filesBudgetBytes: try source.integer("mirror.filesBudgetBytes"))
    sync = Sync(
      intervalSeconds: try source.integer("sync.intervalSeconds") ?? Defaults.intervalSeconds,
      sweepIntervalSeconds: try source.integer("sync.sweepIntervalSeconds") ?? Defaults.sweepIntervalSeconds,
      settleWindowSeconds: try source.integer("sync.settleWindowSeconds") ?? Defaults.settleWindowSeconds,
      maxRemovalShare: try source.number("sync.maxRemovalShare") ?? Defaults.maxRemovalShare,
      onHidden: try source.word("sync.onHidden") ?? Defaults.onHidden,
      conflicts: try source.conflictPolicies())
    localAPI = try Local(source)
    feed = Feed(
      keepRemovalsSeconds: try source.integer("feed.keepRemovalsSeconds") ?? Defaults.keepRemovalsSeconds,
      webhooks: try source.webhooks(sights: Set(localAPI.sights.keys)))
    let usualReadySeconds = max(Defaults.readySeconds, sync.intervalSeconds.multipliedClamped(by: 3))
    admin = AdminSettings(
      host: try source.text("admin.host") ?? Defaults.adminHost,
      port: try source.integer("admin.port") ?? Defaults.adminPort,
      readySeconds: try source.integer("admin.readySeconds") ?? usualReadySeconds)
    publishing = try Publishing(source)
    log = (
      try source.word("log.level") ?? Defaults.logLevel, try source.word("log.format") ?? Defaults.logFormat
    )
    site = needsSite ? try Site(source) : nil
  }
}

extension Settings.Site {
  /// A path as it goes behind the base URL.
  private static func apiPath(_ text: String) throws -> String {
    let parts = text.split(separator: "/", omittingEmptySubsequences: true)
    let isPath = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"?#%\\:".utf8.contains($0) }
    guard isPath, !parts.isEmpty, !parts.contains(".."), text.utf8.count <= 200 else {
      throw ConfigurationError(
        description:
          "site.apiPath takes the path of the entry point behind site.baseURL, such as /api; \"\(text)\" is none")
    }
    return "/" + parts.joined(separator: "/")
  }

  init(_ source: SettingsSource) throws {
    baseURL = try source.required("site.baseURL", try source.url("site.baseURL"))
    apiPath = try source.text("site.apiPath").map(Self.apiPath)
    allowInsecure = try source.flag("site.allowInsecure") ?? Defaults.allowInsecure
    if baseURL.lowercased().hasPrefix("http:"), !allowInsecure, !SettingsSource.isLoopback(baseURL) {
      throw ConfigurationError(
        description: "site.baseURL \(baseURL) would send passwords unencrypted; use https:, or set site.allowInsecure")
    }
    let grant = try source.word("site.auth.grant") ?? Defaults.grant
    clientID = try source.required("site.auth.clientID", try source.text("site.auth.clientID"))
    clientSecret = try source.secret("site.auth.clientSecret")
    let username = try source.text("site.auth.username")
    let password = try source.secret("site.auth.password")
    let refreshToken = try source.secret("site.auth.refreshToken")
    switch grant {
    case .password:
      signIn = .password(
        username: try source.required("site.auth.username", username),
        try source.required("site.auth.password", password, orFile: true))
    case .clientCredentials:
      _ = try source.required("site.auth.clientSecret", clientSecret, orFile: true)
      signIn = .clientCredentials
    case .refreshToken:
      signIn = .refreshToken(try source.required("site.auth.refreshToken", refreshToken, orFile: true))
    }
    scope = try source.text("site.auth.scope")
    entityTypes =
      try source.list("site.entityTypes")?.map { $0.trimmingCharacters(in: .whitespaces) } ?? Defaults.entityTypes
    guard !entityTypes.isEmpty else { throw ConfigurationError(description: "site.entityTypes names no entity type") }
    if let strange = entityTypes.first(where: { !NameShape.isTypeName($0) }) {
      throw ConfigurationError(
        description:
          "site.entityTypes takes entity types such as node, with all their bundles, and resource types such as "
          + "node--topic; \"\(strange)\" is none")
    }
    concurrency = try source.integer("site.concurrency") ?? Defaults.concurrency
    pageSize = try source.integer("site.pageSize") ?? Defaults.pageSize
    requestsPerSecond = try source.number("site.requestsPerSecond") ?? Defaults.requestsPerSecond
    guard requestsPerSecond > 0 else {
      throw ConfigurationError(description: "site.requestsPerSecond takes a number above 0")
    }
    timeoutSeconds = try source.integer("site.timeoutSeconds") ?? Defaults.timeoutSeconds
    caFile = try source.path("site.caFile")
    if let caFile, !FileManager.default.isReadableFile(atPath: caFile) {
      throw ConfigurationError(description: "site.caFile: \(caFile) cannot be read")
    }
    proxy = try source.text("site.proxy")
  }
}
