import Foundation
import JSONAPI
import Synchronization
import Testing
import TokenIssuer

/// An endpoint, a verifier and their ledger around a clock that stands still until it is moved.
struct Bench {
  /// As the recorded site was set up.
  static let clientID = "apisync-client"
  static let secret = "apisync-secret"
  static let issuer = "https://mirror.example"
  static let cost = SecretHash.Cost(logarithm: 1)
  /// One key for all tests: making one takes a while.
  static let pem = Result { try SigningKey.newPEM() }

  final class Clock: Sendable {
    private let time: Mutex<Double>
    init(_ time: Double) { self.time = Mutex(time) }
    var now: Double { time.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
  }

  let ledger: MemoryLedger
  let key: KeyRing
  let cache: AccessTokenCache
  let clock = Clock(1_795_465_986.953589)
  let endpoint: TokenEndpoint
  let verifier: AccessTokenVerifier

  static func consumer(
    _ id: String = clientID, grants: Set<Grant> = Set(Grant.allCases),
    scopes: [String] = ["sitemanager", "authenticated"],
    defaults: [String]? = ["sitemanager"], isPublic: Bool = false, accessTokenSeconds: Int64? = nil
  ) throws -> Consumer {
    Consumer(
      id: id, label: "test", secretHash: isPublic ? nil : try .make(secret, cost: cost), grants: grants, scopes: scopes,
      defaultScopes: defaults, accessTokenSeconds: accessTokenSeconds)
  }

  static func account(scopes: [String] = []) throws -> Account {
    Account(id: 2, name: "apisync", passwordHash: try .make("apisync-pass", cost: cost), scopes: scopes)
  }

  init(
    consumers: [Consumer]? = nil, accounts: [Account]? = nil, readsStaleRefreshTokens: Bool = false,
    cache: AccessTokenCache = AccessTokenCache(), checks: SecretChecks = SecretChecks(sleep: { _ in }),
    passThrough: PassThrough? = nil, key: KeyRing? = nil
  ) async throws {
    ledger = MemoryLedger(
      consumers: try consumers ?? [Self.consumer()], accounts: try accounts ?? [Self.account()],
      readsStaleRefreshTokens: readsStaleRefreshTokens)
    if let key {
      self.key = key
    } else {
      self.key = KeyRing(try await SigningKey(pem: Self.pem.get()), issuer: Self.issuer)
    }
    self.cache = cache
    endpoint = TokenEndpoint(
      ledger: ledger, key: self.key, cache: cache, checks: checks, passThrough: passThrough,
      now: { [clock] in clock.now }
    )
    verifier = AccessTokenVerifier(ledger: ledger, key: self.key, cache: cache)
  }

  /// A request with the recorded site's credentials; `nil` takes a field away.
  func ask(
    _ grant: String, _ changes: [String: String?] = [:], authorization: String? = nil, from address: String = ""
  ) async throws -> TokenReply {
    var form = ["grant_type": grant, "client_id": Self.clientID, "client_secret": Self.secret]
    if grant == "password" {
      form["username"] = "apisync"
      form["password"] = "apisync-pass"
    }
    for (name, value) in changes { form[name] = value }
    return try await endpoint.answer(form: form, authorization: authorization, from: address)
  }

  func refresh(_ token: String, _ changes: [String: String?] = [:]) async throws -> TokenReply {
    try await ask("refresh_token", changes.merging(["refresh_token": token]) { $1 })
  }
}

extension TokenReply {
  /// The body, parsed.
  var document: JSON { get throws { try JSON(parsing: body) } }

  func member(_ name: String) throws -> String { try #require(try document[name]?.string) }
}

/// The recorded exchanges and other files of this room.
enum Fixture {
  static func url(_ name: String, from file: String = #filePath) -> URL {
    URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/TokenIssuer/\(name)")
  }

  static func exchanges() throws -> [JSON] {
    try String(contentsOf: url("tokens.jsonl"), encoding: .utf8).split(separator: "\n").map {
      try JSON(parsing: String($0))
    }
  }

  static func exchange(_ id: String) throws -> JSON {
    try #require(try exchanges().first { $0["id"]?.string == id })
  }
}
