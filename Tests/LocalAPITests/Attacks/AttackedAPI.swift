import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import TokenIssuer

/// A local API of the recorded community with clients and people of several rights, for somebody who wants more than theirs.
struct AttackedAPI {
  static let secret = "client secret"
  static let password = "her password"

  let made: CrawledMirror
  let server: LocalAPIServer
  /// The file of the key that signs tokens.
  let keyPath: String
  /// A topic that everybody with rights is shown.
  let topic: String

  init() async throws {
    made = try CrawledMirror.full()
    keyPath = made.folder.appending(path: "key.pem").path
    try SharedSigningKey.put(at: keyPath)
    var settings = LocalAPISettings(host: "127.0.0.1", port: 0, signingKeyPath: keyPath)
    settings.sights = [
      "users": SightRules(types: .only(["user"])), "topics": SightRules(types: .only(["node--topic"])),
    ]
    server = try await LocalAPIServer(mirror: made.mirror, settings: settings, logger: silentLog)
    var ids: [String] = []
    for page in try RecordedCrawl.load() where page.type == "node--topic" {
      ids += try JSON(parsing: page.body)["data"]?.array?.compactMap { $0["id"]?.string } ?? []
    }
    guard let first = ids.first else { throw CocoaError(.fileReadCorruptFile) }
    topic = "/jsonapi/node/topic/\(first)"
    try save(consumer: "crm")
    try save(consumer: "other")
    try save(consumer: "reports", scopes: ["read"])
    try save(consumer: "topics", scopes: ["read:node--topic"])
    try save(account: "ann")
  }

  /// Adds or replaces a client.
  /// - Parameter tokens: those of another process; nil for the server's own.
  func save(
    consumer id: String, scopes: [String] = ["read", "write"], sight: String? = nil,
    secret: String = AttackedAPI.secret, in tokens: Tokens? = nil
  ) throws {
    try (tokens ?? made.mirror.tokens).save(
      ConsumerRow(
        id: id, label: id, secretHash: try AttackedAPI.hash(secret),
        grants: ["password", "client_credentials", "refresh_token"], scopes: scopes, sight: sight, created: 1))
  }

  /// Adds or replaces a person.
  /// - Parameter tokens: those of another process; nil for the server's own.
  func save(
    account name: String, scopes: [String] = [], sight: String? = nil, password: String = AttackedAPI.password,
    in tokens: Tokens? = nil
  ) throws {
    try (tokens ?? made.mirror.tokens).saveAccount(
      name: name, passwordHash: try AttackedAPI.hash(password), userUUID: CrawledMirror.account, scopes: scopes,
      sight: sight, at: 1)
  }

  private static func hash(_ secret: String) throws -> String {
    try SecretHash.make(secret, cost: SecretHash.Cost(logarithm: 1)).encoded
  }

  /// Asks the token endpoint; `form` takes the place of what a right request has.
  func ask(_ grant: String, _ form: [String: String] = [:]) async -> LocalAPIServer.Answered {
    var all = ["grant_type": grant, "client_id": "crm", "client_secret": AttackedAPI.secret]
    if grant == "password" {
      all["username"] = "ann"
      all["password"] = AttackedAPI.password
    }
    let pairs = all.merging(form) { _, given in given }.sorted { $0.key < $1.key }
    let body = pairs.map { "\(AttackedAPI.encoded($0.key))=\(AttackedAPI.encoded($0.value))" }.joined(separator: "&")
    return await send(
      "POST", "/oauth/token", ["Content-Type": "application/x-www-form-urlencoded"], body: Array(body.utf8))
  }

  /// An access token, and with the password grant a refresh token.
  func tokens(_ grant: String, _ form: [String: String] = [:]) async throws -> (access: String, refresh: String) {
    let answer = await ask(grant, form)
    let document = try JSON(parsing: answer.body)
    guard answer.status == 200, let access = document["access_token"]?.string else {
      throw POSIXError(.EACCES, userInfo: ["answer": String(decoding: answer.body, as: UTF8.self)])
    }
    return (access, document["refresh_token"]?.string ?? "")
  }

  /// Sends a request with a bearer token.
  func get(_ target: String, _ token: String) async -> LocalAPIServer.Answered {
    await send("GET", target, ["Authorization": "Bearer \(token)"])
  }

  /// Tries to change the topic.
  func patch(_ token: String) async -> LocalAPIServer.Answered {
    let id = topic.split(separator: "/").last.map(String.init) ?? ""
    let document: JSON = [
      "data": ["type": "node--topic", "id": .string(id), "attributes": ["title": "Mine now"]]
    ]
    let fields = ["Authorization": "Bearer \(token)", "Content-Type": "application/vnd.api+json"]
    return await send("PATCH", topic, fields, body: document.encoded(.plain))
  }

  func send(
    _ method: String, _ target: String, _ fields: [String: String] = [:], body: [UInt8] = []
  ) async -> LocalAPIServer.Answered {
    await server.answer(method, target, fields.merging(["Host": "127.0.0.1"]) { given, _ in given }, body: body)
  }

  static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}
