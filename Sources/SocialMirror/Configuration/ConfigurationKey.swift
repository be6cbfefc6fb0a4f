import JSONAPI
import Logging
import Store

/// One key of the configuration: its name and what it takes. `all` is the one list by which the file is checked, the environment is
/// read and the example is tested.
struct ConfigurationKey: Sendable {
  enum Kind: Sendable {
    case text
    /// One of these words.
    case word([String])
    case number
    /// A number from 0 to 1.
    case share
    case integer(ClosedRange<Int>)
    case flag
    case list
    /// An object with keys of the user's own.
    case table
  }

  var name: String
  var kind: Kind

  /// The environment variable that sets it: `site.auth.clientID` is `SITE_AUTH_CLIENT_ID`.
  var variable: String {
    var text = ""
    var previous: Character = "."
    for character in name {
      if character == "." {
        text.append("_")
      } else {
        if character.isUppercase, previous.isLowercase { text.append("_") }
        text.append(contentsOf: character.uppercased())
      }
      previous = character
    }
    return text
  }

  /// What the key takes, for messages.
  var expectation: String {
    switch kind {
    case .text: "a text"
    case .word(let words): "one of \(words.map { "\"\($0)\"" }.joined(separator: ", "))"
    case .number: "a number"
    case .share: "a number from 0 to 1"
    case .integer(let range) where range.upperBound == Int.max: "a whole number of at least \(range.lowerBound)"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .list: "a list of texts"
    case .table: "an object"
    }
  }

  /// Why a value is not taken, for messages. A word that is none is said; values of other kinds may be secret.
  func refusal(of value: JSON) -> String {
    guard case .word = kind else { return "takes \(expectation)" }
    let text = value.text()
    let shown = text.count > 80 ? String(text.prefix(80)) + "…" : text
    return "takes \(expectation); \(shown) is none of them"
  }

  /// Whether a value of the file fits. `null` always does: it means the same as leaving the key out.
  func accepts(_ value: JSON) -> Bool {
    switch (kind, value) {
    case (_, .null): true
    case (.text, .string): true
    case (.word(let words), .string(let text)): words.contains(text)
    case (.number, .number): value.double.map { $0.isFinite } ?? false
    case (.share, .number): value.double.map { (0...1).contains($0) } ?? false
    case (.integer(let range), .number): value.integer.map { range.contains(Int($0)) } ?? false
    case (.flag, .bool): true
    case (.list, .array(let elements)): elements.allSatisfy { $0.string != nil }
    case (.table, .object): true
    default: false
    }
  }

  private static let port = Kind.integer(0...65535)
  /// 100 years: nobody means more, and times still add up.
  private static let mostSeconds = 3_155_760_000
  private static let seconds = Kind.integer(0...mostSeconds)
  private static let someSeconds = Kind.integer(1...mostSeconds)
  /// A day: nothing that a connection waits for takes longer.
  private static let patience = Kind.integer(1...86_400)
  /// 1 TiB: more is no bound.
  private static let mostBytes = 1 << 40

  /// Every key, in the order of the example.
  static let all: [ConfigurationKey] = [
    .init(name: "site.baseURL", kind: .text),
    .init(name: "site.apiPath", kind: .text),
    .init(name: "site.auth.grant", kind: .word(Settings.SignIn.Grant.words)),
    .init(name: "site.auth.clientID", kind: .text),
    .init(name: "site.auth.clientSecret", kind: .text),
    .init(name: "site.auth.clientSecretFile", kind: .text),
    .init(name: "site.auth.username", kind: .text),
    .init(name: "site.auth.password", kind: .text),
    .init(name: "site.auth.passwordFile", kind: .text),
    .init(name: "site.auth.refreshToken", kind: .text),
    .init(name: "site.auth.refreshTokenFile", kind: .text),
    .init(name: "site.auth.scope", kind: .text),
    .init(name: "site.entityTypes", kind: .list),
    .init(name: "site.concurrency", kind: .integer(1...64)),
    .init(name: "site.pageSize", kind: .integer(1...50)),
    .init(name: "site.requestsPerSecond", kind: .number),
    .init(name: "site.timeoutSeconds", kind: .integer(1...3600)),
    .init(name: "site.caFile", kind: .text),
    .init(name: "site.proxy", kind: .text),
    .init(name: "site.allowInsecure", kind: .flag),
    .init(name: "mirror.path", kind: .text),
    .init(name: "mirror.filesPath", kind: .text),
    .init(name: "mirror.files", kind: .word(FilePolicy.words)),
    .init(name: "mirror.filesBudgetBytes", kind: .integer(0...Int.max)),
    .init(name: "sync.intervalSeconds", kind: someSeconds),
    .init(name: "sync.sweepIntervalSeconds", kind: someSeconds),
    .init(name: "sync.settleWindowSeconds", kind: seconds),
    .init(name: "sync.maxRemovalShare", kind: .share),
    .init(name: "sync.onHidden", kind: .word(HiddenPolicy.words)),
    .init(name: "sync.conflicts", kind: .table),
    .init(name: "localAPI.host", kind: .text),
    .init(name: "localAPI.port", kind: port),
    .init(name: "localAPI.baseURL", kind: .text),
    .init(name: "localAPI.accessTokenSeconds", kind: someSeconds),
    .init(name: "localAPI.refreshTokenSeconds", kind: someSeconds),
    .init(name: "localAPI.certificateFile", kind: .text),
    .init(name: "localAPI.privateKeyFile", kind: .text),
    .init(name: "localAPI.allowInsecure", kind: .flag),
    .init(name: "localAPI.allowedHosts", kind: .list),
    .init(name: "localAPI.trustedProxies", kind: .list),
    .init(name: "localAPI.corsOrigins", kind: .list),
    .init(name: "localAPI.limits.bodyBytes", kind: .integer(1024...mostBytes)),
    .init(name: "localAPI.limits.headerBytes", kind: .integer(1024...1_048_576)),
    .init(name: "localAPI.limits.urlBytes", kind: .integer(256...1_048_576)),
    .init(name: "localAPI.limits.jsonDepth", kind: .integer(8...512)),
    .init(name: "localAPI.limits.connections", kind: .integer(1...1_000_000)),
    .init(name: "localAPI.limits.connectionsPerAddress", kind: .integer(1...1_000_000)),
    .init(name: "localAPI.limits.headSeconds", kind: patience),
    .init(name: "localAPI.limits.bodySeconds", kind: patience),
    .init(name: "localAPI.limits.idleSeconds", kind: patience),
    .init(name: "localAPI.passThrough.enabled", kind: .flag),
    .init(name: "localAPI.passThrough.scopes", kind: .list),
    .init(name: "localAPI.passThrough.sight", kind: .text),
    .init(name: "localAPI.passThrough.verifiedSeconds", kind: someSeconds),
    .init(name: "localAPI.sights", kind: .table),
    .init(name: "feed.keepRemovalsSeconds", kind: someSeconds),
    .init(name: "feed.webhooks", kind: .table),
    .init(name: "admin.host", kind: .text),
    .init(name: "admin.port", kind: port),
    .init(name: "admin.readySeconds", kind: someSeconds),
    .init(name: "publish.postgresFile", kind: .text),
    .init(name: "publish.schema", kind: .text),
    .init(name: "log.level", kind: .word(Logger.Level.words)),
    .init(name: "log.format", kind: .word(LogFormat.words)),
  ]

  /// The key of a name.
  static func named(_ name: String) -> ConfigurationKey? { all.first { $0.name == name } }
}
