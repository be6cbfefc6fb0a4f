import Admin
import Foundation
import JSONAPI
import LocalAPI
import Logging
import Store
import SyncAgent
import Testing

@testable import SocialMirror

/// What holds where nothing is configured is said in several places, and everywhere the same.
@Suite struct DefaultsTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every key that has a default, as the example writes it.
  private static let usual: [String: JSON] = [
    "site.auth.grant": .string(Defaults.grant.rawValue),
    "site.entityTypes": .array(Defaults.entityTypes.map { .string($0) }),
    "site.concurrency": .integer(Defaults.concurrency), "site.pageSize": .integer(Defaults.pageSize),
    "site.requestsPerSecond": number(Defaults.requestsPerSecond),
    "site.timeoutSeconds": .integer(Defaults.timeoutSeconds), "site.allowInsecure": .bool(Defaults.allowInsecure),
    "mirror.path": .string(Defaults.mirrorPath), "mirror.filesPath": .string(Defaults.filesPath),
    "mirror.files": .string(Defaults.files.rawValue), "sync.intervalSeconds": .integer(Defaults.intervalSeconds),
    "sync.sweepIntervalSeconds": .integer(Defaults.sweepIntervalSeconds),
    "sync.settleWindowSeconds": .integer(Defaults.settleWindowSeconds),
    "sync.maxRemovalShare": number(Defaults.maxRemovalShare), "sync.onHidden": .string(Defaults.onHidden.rawValue),
    "sync.conflicts": .object(JSONObject(Defaults.conflicts.map { ($0.key, JSON.string($0.value.rawValue)) })),
    "localAPI.host": .string(Defaults.localHost), "localAPI.port": .integer(Defaults.localPort),
    "localAPI.accessTokenSeconds": .integer(Defaults.accessTokenSeconds),
    "localAPI.refreshTokenSeconds": .integer(Defaults.refreshTokenSeconds),
    "localAPI.allowInsecure": .bool(Defaults.localAllowInsecure), "localAPI.allowedHosts": texts(Defaults.allowedHosts),
    "localAPI.trustedProxies": texts(Defaults.trustedProxies), "localAPI.corsOrigins": texts(Defaults.corsOrigins),
    "localAPI.limits.bodyBytes": .integer(Defaults.limits.bodyBytes),
    "localAPI.limits.headerBytes": .integer(Defaults.limits.headerBytes),
    "localAPI.limits.urlBytes": .integer(Defaults.limits.urlBytes),
    "localAPI.limits.jsonDepth": .integer(Defaults.limits.jsonDepth),
    "localAPI.limits.connections": .integer(Defaults.limits.connections),
    "localAPI.limits.connectionsPerAddress": .integer(Defaults.limits.connectionsPerAddress),
    "localAPI.limits.headSeconds": .integer(Defaults.limits.headSeconds),
    "localAPI.limits.bodySeconds": .integer(Defaults.limits.bodySeconds),
    "localAPI.limits.idleSeconds": .integer(Defaults.limits.idleSeconds),
    "localAPI.passThrough.enabled": .bool(Defaults.passThroughEnabled),
    "localAPI.passThrough.scopes": texts(Defaults.passThroughScopes),
    "localAPI.passThrough.verifiedSeconds": .integer(Defaults.verifiedSeconds),
    "feed.keepRemovalsSeconds": .integer(Defaults.keepRemovalsSeconds), "feed.webhooks": .object(JSONObject()),
    "admin.host": .string(Defaults.adminHost), "admin.port": .integer(Defaults.adminPort),
    "admin.readySeconds": .integer(Defaults.readySeconds),
    "log.level": .string(Defaults.logLevel.rawValue), "log.format": .string(Defaults.logFormat.rawValue),
  ]

  private static func texts(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

  /// Without a fraction where there is none.
  private static func number(_ value: Double) -> JSON {
    value == value.rounded() ? .integer(Int(value)) : .number("\(value)")
  }

  /// The rows of the page's table (`docs/configuration.md`): the keys that each names, and its default.
  private static func rows() throws -> [(keys: [String], usual: String)] {
    let text = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
    return text.split(separator: "\n").compactMap { line -> (keys: [String], usual: String)? in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard cells.count >= 6, cells[1].hasPrefix("`") else { return nil }
      var keys: [String] = []
      for match in cells[1].matches(of: /`([^`]+)`/) {
        let name = String(match.1)
        if let last = keys.last, name.hasPrefix("…") {
          keys.append("\(last)\(name.dropFirst())")
        } else if let room = keys.first?.split(separator: ".").first, name.hasPrefix(".") {
          keys.append("\(room)\(name)")
        } else {
          keys.append(name)
        }
      }
      guard keys.contains(where: { ConfigurationKey.named($0) != nil }) else { return nil }
      return (keys, cells[3])
    }
  }

  @Test func theExampleShowsThem() throws {
    let data = try Data(contentsOf: Self.root.appending(path: "config.example.json"))
    let file = try ConfigurationFile(data, name: "config.example.json", folder: "/")
    for (name, value) in Self.usual { #expect(file.values[name] == value, "\(name)") }
    // What else it gives a value is an example of one that has no default.
    let others = Set(file.values.keys).subtracting(Self.usual.keys)
    let examples = [
      "site.baseURL", "site.auth.clientID", "site.auth.clientSecretFile", "site.auth.username",
      "site.auth.passwordFile", "localAPI.sights",
    ]
    #expect(others == Set(examples))
  }

  @Test func theTableShowsThem() throws {
    let rows = try Self.rows()
    // `admin.…` stands in the sentence below the table.
    let unsaid = Set(ConfigurationKey.all.map(\.name)).subtracting(rows.flatMap(\.keys))
    #expect(unsaid == ["admin.host", "admin.port", "admin.readySeconds"])
    for (keys, cell) in rows {
      for key in keys { #expect(ConfigurationKey.named(key) != nil, "\(key)") }
      let values = keys.compactMap { Self.usual[$0] }
      let shown = cell.replacing("`", with: "")
      if keys == ["site.entityTypes"] {
        #expect(shown == "ten types" && Defaults.entityTypes.count == 10)
      } else if keys == ["site.apiPath"] {
        #expect(shown == "found")
      } else if keys == ["sync.conflicts"] {
        #expect(try JSON(parsing: Array(shown.utf8)) == values.first)
      } else {
        #expect(shown == values.map { $0.string ?? $0.text() }.joined(separator: ", "), "\(keys)")
      }
    }
  }

  @Test func theTextShowsThem() throws {
    let text = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    #expect(text.contains("API=http://\(Defaults.localHost):\(Defaults.localPort)\n"))
    #expect(text.contains("it synchronises every \(Defaults.intervalSeconds) seconds"))
  }

  @Test func theHelpShowsThem() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    func help(_ command: String) async throws -> String {
      let run = try await place.run([command, "--help"])
      #expect(run.code == 0, "\(run.all)")
      return run.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    #expect(try await help("demo").contains("The port of the local API. (default: \(Defaults.localPort))"))
    for path in ConfigurationFile.usualPlaces { #expect(try await help("status").contains(path)) }
  }

  @Test func nothingConfiguredIsThem() throws {
    let file = try ConfigurationFile(Data("{}".utf8), name: "empty", folder: "/etc/m")
    let site = [
      "SITE_BASE_URL": "https://community.example.org", "SITE_AUTH_CLIENT_ID": "mirror", "SITE_AUTH_USERNAME": "mirror",
      "SITE_AUTH_PASSWORD": "demo-password",
    ]
    let settings = try Settings(file: file, environment: site, needsSite: true)
    #expect(settings.mirror.path == "/etc/m/\(Defaults.mirrorPath)")
    #expect(settings.mirror.filesPath == "/etc/m/\(Defaults.filesPath)")
    #expect(settings.mirror.files == Defaults.files && settings.mirror.filesBudgetBytes == nil)
    #expect(settings.sync.intervalSeconds == Defaults.intervalSeconds)
    #expect(settings.sync.sweepIntervalSeconds == Defaults.sweepIntervalSeconds)
    #expect(settings.sync.settleWindowSeconds == Defaults.settleWindowSeconds)
    #expect(settings.sync.maxRemovalShare == Defaults.maxRemovalShare)
    #expect(settings.sync.onHidden == Defaults.onHidden && settings.sync.conflicts == Defaults.conflicts)
    #expect(settings.localAPI.host == Defaults.localHost && settings.localAPI.port == Defaults.localPort)
    #expect(settings.localAPI.accessTokenSeconds == Defaults.accessTokenSeconds)
    #expect(settings.localAPI.refreshTokenSeconds == Defaults.refreshTokenSeconds)
    #expect(settings.localAPI.allowInsecure == Defaults.localAllowInsecure)
    #expect(settings.localAPI.allowedHosts == Defaults.allowedHosts)
    #expect(settings.localAPI.trustedProxies == Defaults.trustedProxies)
    #expect(settings.localAPI.corsOrigins == Defaults.corsOrigins && settings.localAPI.limits == Defaults.limits)
    #expect(settings.localAPI.passThrough == nil && settings.localAPI.sights.isEmpty)
    #expect(settings.feed.keepRemovalsSeconds == Defaults.keepRemovalsSeconds && settings.feed.webhooks.isEmpty)
    #expect(settings.admin.host == Defaults.adminHost && settings.admin.port == Defaults.adminPort)
    #expect(settings.admin.readySeconds == Defaults.readySeconds)
    #expect(settings.log.level == Defaults.logLevel && settings.log.format == Defaults.logFormat)
    let given = try #require(settings.site)
    #expect(given.entityTypes == Defaults.entityTypes && given.concurrency == Defaults.concurrency)
    #expect(given.pageSize == Defaults.pageSize && given.requestsPerSecond == Defaults.requestsPerSecond)
    #expect(given.timeoutSeconds == Defaults.timeoutSeconds && given.allowInsecure == Defaults.allowInsecure)
    guard case .password(let username, let password) = given.signIn else {
      Issue.record("\(given.signIn)")
      return
    }
    #expect(username == "mirror" && password.value == "demo-password")
  }

  /// Rooms that can be used without this program have the same.
  @Test func roomsBeginWithThem() {
    let round = SyncSettings(entityTypes: [], concurrency: 1, settleWindowSeconds: 0)
    #expect(round.pageLimit == Defaults.pageSize)
    #expect(round.sweepIntervalSeconds == Defaults.sweepIntervalSeconds)
    #expect(round.maxRemovalShare == Defaults.maxRemovalShare && round.onHidden == Defaults.onHidden)
    #expect(round.removalsKeptSeconds == Defaults.keepRemovalsSeconds)
    #expect(ConflictPolicies().policy(type: "node--topic") == Defaults.conflicts["default"])
    let api = LocalAPISettings(host: "", port: 0, signingKeyPath: "")
    #expect(api.accessTokenSeconds == Defaults.accessTokenSeconds)
    #expect(api.refreshTokenSeconds == Defaults.refreshTokenSeconds)
    #expect(api.allowedHosts == Defaults.allowedHosts)
    #expect(api.trustedProxies == Defaults.trustedProxies && api.corsOrigins == Defaults.corsOrigins)
    #expect(api.limits == Defaults.limits && api.passThrough == nil && api.sights.isEmpty)
  }

  /// A word that is none of those that a key takes never becomes another: not the usual one, not the one that removes.
  @Test(arguments: ["mirror.files", "sync.onHidden", "log.level", "log.format", "site.auth.grant"])
  func aWordThatIsNoneIsNamed(name: String) throws {
    let key = try #require(ConfigurationKey.named(name))
    guard case .word(let words) = key.kind else {
      Issue.record("\(name) takes any text")
      return
    }
    for text in ["kept", words[0].uppercased(), words[0] + " ", "a\nb"] {
      let inFile = name.split(separator: ".").reversed().reduce(JSON.string(text)) { value, part in
        .object(JSONObject([(String(part), value)]))
      }
      let said = #expect(throws: ConfigurationError.self) {
        try ConfigurationFile(Data(inFile.encoded(.plain)), name: "file.json", folder: "/")
      }
      let file = try ConfigurationFile(Data("{}".utf8), name: "file.json", folder: "/")
      let saidOfVariable = #expect(throws: ConfigurationError.self) {
        try Settings(file: file, environment: [key.variable: text], needsSite: false)
      }
      for (error, place) in [(said, "file.json: \(name) "), (saidOfVariable, "variable \(key.variable) ")] {
        let message = error?.description ?? ""
        #expect(message.contains(place) && message.contains("\(JSON.string(text).text()) is none"), "\(message)")
        for word in words { #expect(message.contains("\"\(word)\""), "\(message)") }
      }
    }
  }

  @Test func aPolicyThatIsNoneIsNamed() throws {
    let text = #"{"sync": {"conflicts": {"node--topic": "theirs"}}}"#
    let file = try ConfigurationFile(Data(text.utf8), name: "file.json", folder: "/")
    let error = #expect(throws: ConfigurationError.self) {
      try Settings(file: file, environment: [:], needsSite: false)
    }
    let message =
      #"sync.conflicts.node--topic takes one of "manual", "site", "local", "newest"; "theirs" is none"#
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }
}
