import Foundation
import JSONAPI
import LocalAPI
import Store
import TokenIssuer

/// A local API with a client that may see less than the mirror holds, and one that sees everything: asked in this process, without
/// a socket.
package struct SightedLocalAPI: Sendable {
  /// Who asks.
  package enum Client: String, Sendable, CaseIterable {
    /// Sees what the rules show.
    case lesser
    /// Sees everything.
    case greater
  }

  /// The host of its links.
  package static let host = "mirror.example"
  /// Stays as long as this value does.
  package let made: CrawledMirror
  private let server: LocalAPIServer
  private let signedIn: [Client: [String: String]]

  /// A local API over a mirror, whose writes are all of one second.
  /// - Parameters:
  ///   - rules: what `lesser` may see.
  ///   - scopes: of both clients.
  package init(_ made: CrawledMirror, rules: SightRules, scopes: [String] = ["read", "write"]) async throws {
    self.made = made
    let secretHash = try SecretHash.make("client secret", cost: SecretHash.Cost(logarithm: 1)).encoded
    for client in Client.allCases {
      try made.mirror.tokens.save(
        ConsumerRow(
          id: client.rawValue, label: client.rawValue, secretHash: secretHash, grants: ["password"],
          scopes: scopes, sight: client == .lesser ? "lesser" : nil, created: 1))
    }
    // A sight of what is somebody's own needs somebody.
    try made.mirror.tokens.saveAccount(
      name: "ann", passwordHash: secretHash, userUUID: CrawledMirror.account, scopes: [], at: 1)
    let keyPath = made.folder.appending(path: "key.pem").path
    try SharedSigningKey.put(at: keyPath)
    var settings = LocalAPISettings(host: "127.0.0.1", port: 0, signingKeyPath: keyPath)
    // Long runs would outlive a usual token, and slow machines the usual limit.
    settings.accessTokenSeconds = 30 * 86_400
    settings.readLimit = .seconds(30)
    settings.sights = ["lesser": rules]
    settings.allowedHosts = [SightedLocalAPI.host]
    let server = try await LocalAPIServer(
      mirror: made.mirror, settings: settings, logger: silentLog, now: { 1_795_500_000 })
    var signedIn: [Client: [String: String]] = [:]
    for client in Client.allCases {
      let form =
        "grant_type=password&username=ann&password=client%20secret&client_id=\(client.rawValue)"
        + "&client_secret=client%20secret"
      let fields = ["Host": SightedLocalAPI.host, "Content-Type": "application/x-www-form-urlencoded"]
      let answer = await server.answer("POST", "/oauth/token", fields, body: Array(form.utf8))
      guard let token = try JSON(parsing: answer.body)["access_token"]?.string else { throw CancellationError() }
      signedIn[client] = ["Host": SightedLocalAPI.host, "Authorization": "Bearer \(token)"]
    }
    self.server = server
    self.signedIn = signedIn
  }

  /// Answers one request of a client; `fields` are added.
  package func answer(
    _ client: Client, _ method: String, _ target: String, _ fields: [String: String] = [:], body: [UInt8] = []
  ) async -> LocalAPIServer.Answered {
    // As in `InProcessLocalAPI`: others have their turn.
    await Task.yield()
    return await server.answer(
      method, target, (signedIn[client] ?? [:]).merging(fields) { _, added in added }, body: body)
  }
}

/// The targets of the request fuzzer's reads (`RequestFuzzer`): the same numbers give the same targets.
package struct FuzzedReads: Sendable {
  private let words: FuzzWords

  /// - Throws: when a fixture is absent or damaged.
  package init() throws { words = try FuzzWords() }

  /// A path and a query, sometimes damaged.
  package func target(_ random: inout SplitMix) -> String { words.target(&random) }
}
