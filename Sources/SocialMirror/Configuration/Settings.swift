import Configuration
import Foundation
import JSONAPI
import SyncAgent

/// The configuration as the program uses it: checked, complete, paths made absolute. Secrets are in `Secret`.
struct Settings: Sendable {
  struct Site: Sendable {
    var baseURL: String
    /// Where the entry point is, below the base URL; nil to find it.
    var apiPath: String?
    var grant: String
    var clientID: String
    var clientSecret: Secret?
    var username: String?
    var password: Secret?
    var refreshToken: Secret?
    var scope: String?
    var entityTypes: [String]
    var concurrency: Int
    /// The most rows of a page.
    var pageSize = 50
    var requestsPerSecond: Double
    var timeoutSeconds: Int
    var caFile: String?
    var proxy: String?
    var allowInsecure: Bool
  }
  struct MirrorFiles: Sendable {
    var path: String
    var filesPath: String
    var files: String
    var filesBudgetBytes: Int?
  }
  struct Sync: Sendable {
    var intervalSeconds: Int
    var sweepIntervalSeconds: Int
    var settleWindowSeconds: Int
    var maxRemovalShare: Double
    var onHidden: String
    var conflicts: [String: String]
  }
  struct Local: Sendable {
    var host: String
    var port: Int
    var baseURL: String?
    var accessTokenSeconds: Int
    var refreshTokenSeconds: Int
    var certificateFile: String?
    var privateKeyFile: String?
  }

  /// Nil when the command needs no site.
  var site: Site?
  var mirror: MirrorFiles
  var sync: Sync
  var localAPI: Local
  var admin: (host: String, port: Int)
  var log: (level: String, format: String)

  /// Reads the configuration.
  /// - Parameter needsSite: whether the command contacts the site; then its keys and secrets must be there.
  /// - Throws: `ConfigurationError` naming the key.
  init(file: ConfigurationFile, environment: [String: String], needsSite: Bool) throws {
    let source = try SettingsSource(file: file, environment: environment)
    mirror = MirrorFiles(
      path: try source.path("mirror.path") ?? source.absolute("data/mirror.sqlite"),
      filesPath: try source.path("mirror.filesPath") ?? source.absolute("data/files"),
      files: try source.text("mirror.files") ?? "all",
      filesBudgetBytes: try source.integer("mirror.filesBudgetBytes"))
    sync = Sync(
      intervalSeconds: try source.integer("sync.intervalSeconds") ?? 60,
      sweepIntervalSeconds: try source.integer("sync.sweepIntervalSeconds") ?? 86400,
      settleWindowSeconds: try source.integer("sync.settleWindowSeconds") ?? 300,
      maxRemovalShare: try source.number("sync.maxRemovalShare") ?? 0.2,
      onHidden: try source.text("sync.onHidden") ?? "drop",
      conflicts: try source.conflictPolicies())
    localAPI = Local(
      host: try source.text("localAPI.host") ?? "127.0.0.1",
      port: try source.integer("localAPI.port") ?? 8480,
      baseURL: try source.url("localAPI.baseURL"),
      accessTokenSeconds: try source.integer("localAPI.accessTokenSeconds") ?? 300,
      refreshTokenSeconds: try source.integer("localAPI.refreshTokenSeconds") ?? 1_209_600,
      certificateFile: try source.path("localAPI.certificateFile"),
      privateKeyFile: try source.path("localAPI.privateKeyFile"))
    guard (localAPI.certificateFile == nil) == (localAPI.privateKeyFile == nil) else {
      throw ConfigurationError(
        description: "localAPI.certificateFile and localAPI.privateKeyFile go together: give both or neither")
    }
    admin = (
      try source.text("admin.host") ?? "127.0.0.1", try source.integer("admin.port") ?? 8481
    )
    log = (try source.text("log.level") ?? "info", try source.text("log.format") ?? "text")
    site = needsSite ? try Site(source) : nil
  }
}

extension Settings.Site {
  /// The ten entity types of an Open Social site.
  static let defaultEntityTypes = SyncSettings.usualEntityTypes

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
    allowInsecure = try source.flag("site.allowInsecure") ?? false
    if baseURL.lowercased().hasPrefix("http:"), !allowInsecure, !SettingsSource.isLoopback(baseURL) {
      throw ConfigurationError(
        description: "site.baseURL \(baseURL) would send passwords unencrypted; use https:, or set site.allowInsecure")
    }
    grant = try source.text("site.auth.grant") ?? "password"
    clientID = try source.required("site.auth.clientID", try source.text("site.auth.clientID"))
    clientSecret = try source.secret("site.auth.clientSecret")
    username = try source.text("site.auth.username")
    password = try source.secret("site.auth.password")
    refreshToken = try source.secret("site.auth.refreshToken")
    switch grant {
    case "password":
      username = try source.required("site.auth.username", username)
      _ = try source.required("site.auth.password", password, orFile: true)
    case "client_credentials": _ = try source.required("site.auth.clientSecret", clientSecret, orFile: true)
    default: _ = try source.required("site.auth.refreshToken", refreshToken, orFile: true)
    }
    scope = try source.text("site.auth.scope")
    entityTypes =
      try source.list("site.entityTypes")?.map { $0.trimmingCharacters(in: .whitespaces) } ?? Self.defaultEntityTypes
    guard !entityTypes.isEmpty else { throw ConfigurationError(description: "site.entityTypes names no entity type") }
    if let strange = entityTypes.first(where: { !NameShape.isTypeName($0) }) {
      throw ConfigurationError(
        description:
          "site.entityTypes takes entity types such as node, with all their bundles, and resource types such as "
          + "node--topic; \"\(strange)\" is none")
    }
    concurrency = try source.integer("site.concurrency") ?? 4
    pageSize = try source.integer("site.pageSize") ?? 50
    requestsPerSecond = try source.number("site.requestsPerSecond") ?? 20
    guard requestsPerSecond > 0 else {
      throw ConfigurationError(description: "site.requestsPerSecond takes a number above 0")
    }
    timeoutSeconds = try source.integer("site.timeoutSeconds") ?? 30
    caFile = try source.path("site.caFile")
    if let caFile, !FileManager.default.isReadableFile(atPath: caFile) {
      throw ConfigurationError(description: "site.caFile: \(caFile) cannot be read")
    }
    proxy = try source.text("site.proxy")
  }
}
