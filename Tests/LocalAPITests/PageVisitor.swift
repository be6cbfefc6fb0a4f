import Foundation
import JSONAPI
import Store
import Support
import Synchronization
import TokenIssuer

/// A browser as far as the pages of signing in need one: it keeps a cookie, finds the forms of a page, and sends them.
final class PageVisitor: Sendable {
  let api: RunningLocalAPI
  private let jar = Mutex<String?>(nil)
  /// Name and value, as they are sent back.
  var cookie: String? {
    get { jar.withLock { $0 } }
    set { jar.withLock { $0 = newValue } }
  }

  init(_ api: RunningLocalAPI) { self.api = api }

  /// Where a client wants its people, and what it asks for.
  struct Wish: Sendable {
    var client = "web"
    var redirect: String? = PageVisitor.redirect
    var scope: String? = "read"
    var state: String? = "s t&ä"
    var challenge: String? = PageVisitor.challenge
    var method: String? = "S256"

    var target: String {
      let fields: [(String, String?)] = [
        ("response_type", "code"), ("client_id", client), ("redirect_uri", redirect), ("scope", scope),
        ("state", state),
        ("code_challenge", challenge), ("code_challenge_method", method),
      ]
      let given = fields.compactMap { name, value in value.map { (name, $0) } }
      return "/oauth/authorize?" + String(decoding: FormCoding.bytes(given), as: UTF8.self)
    }
  }

  /// How a page tells of the same request, from where the browser is.
  static func again(_ target: String) -> String { String(target.drop { $0 != "?" }) }

  /// Of the client `web`.
  static let redirect = "https://crm.example/back?from=mirror"
  /// RFC 7636, appendix B.
  static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
  static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

  /// A mirror with a client that keeps a secret, `web`, and one that cannot, `app`; and with `zoe`, whose scopes have no limit.
  static func mirror(label: String = "CRM & more") throws -> CrawledMirror {
    let made = try CrawledMirror.full()
    let secret = try SecretHash.make("client secret", cost: SecretHash.Cost(logarithm: 1)).encoded
    let scopes = ["read", "write", "openid"]
    try made.mirror.tokens.save(
      ConsumerRow(
        id: "web", label: label, secretHash: secret, grants: Grant.allCases.map(\.rawValue), scopes: scopes,
        redirectURIs: [redirect], created: 1))
    try made.mirror.tokens.save(
      ConsumerRow(
        id: "app", label: "App", secretHash: nil, grants: ["authorization_code", "refresh_token"], scopes: scopes,
        redirectURIs: ["http://127.0.0.1/back", "com.example.app:/back"], created: 1))
    try made.mirror.tokens.saveAccount(
      name: "zoe", passwordHash: SecretHash.make("her password", cost: SecretHash.Cost(logarithm: 1)).encoded,
      userUUID: CrawledMirror.account, scopes: [], at: 1)
    return made
  }

  func get(_ target: String, _ fields: [String: String] = [:]) async throws -> RunningLocalAPI.Answer {
    try await send("GET", target, fields, "")
  }

  func post(
    _ target: String, _ form: [(String, String)], _ fields: [String: String] = [:]
  ) async throws -> RunningLocalAPI.Answer {
    let sent = fields.merging(["Content-Type": "application/x-www-form-urlencoded"]) { one, _ in one }
    return try await send("POST", target, sent, String(decoding: FormCoding.bytes(form), as: UTF8.self))
  }

  /// Signs in at a request: the answer to the form.
  func signIn(
    _ target: String, name: String = "zoe", password: String = "her password"
  ) async throws -> RunningLocalAPI.Answer {
    let page = try await get(target)
    return try await post(target, Self.fields("sign-in", of: page) + [("name", name), ("password", password)])
  }

  /// Answers what a client may do: the answer to the form.
  func decide(
    _ target: String, _ answer: String, remembering: Bool = false
  ) async throws -> RunningLocalAPI.Answer {
    let page = try await get(target)
    let more = remembering ? [("remember", "1")] : []
    return try await post(target, Self.fields("consent", of: page) + [("answer", answer)] + more)
  }

  /// Signs in and allows: the code.
  func code(_ wish: Wish = Wish()) async throws -> String? {
    _ = try await signIn(wish.target)
    return Self.member("code", of: try await decide(wish.target, "allow"))
  }

  /// The hidden fields of a form.
  static func fields(_ step: String, of page: RunningLocalAPI.Answer) -> [(String, String)] {
    let head = "<input type=\"hidden\" name=\"step\" value=\"\(step)\"><input type=\"hidden\" name=\"seal\" value=\""
    let seal = page.text.components(separatedBy: head).dropFirst().first?.prefix { $0 != "\"" } ?? ""
    return [("step", step), ("seal", String(seal))]
  }

  /// A parameter of the address that an answer leads to, decoded.
  static func member(_ name: String, of answer: RunningLocalAPI.Answer) -> String? {
    let location = answer.fields["location"] ?? ""
    let query = location.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    for pair in query.split(separator: "&") where pair.hasPrefix("\(name)=") {
      return String(decoding: PercentCoding.formDecoded(pair.dropFirst(name.count + 1).utf8), as: UTF8.self)
    }
    return nil
  }

  /// What a client gets for a code.
  func exchange(
    _ code: String, client: String = "web", redirect: String = PageVisitor.redirect,
    verifier: String? = PageVisitor.verifier, secret: String? = "client secret"
  ) async throws -> RunningLocalAPI.Answer {
    var form = [
      ("grant_type", "authorization_code"), ("client_id", client), ("redirect_uri", redirect), ("code", code),
    ]
    if let verifier { form.append(("code_verifier", verifier)) }
    if let secret { form.append(("client_secret", secret)) }
    return try await ask("/oauth/token", form)
  }

  /// A form of a client, without cookie.
  func ask(_ path: String, _ form: [(String, String)]) async throws -> RunningLocalAPI.Answer {
    try await api.send(
      "POST", path, ["Content-Type": "application/x-www-form-urlencoded"],
      body: String(decoding: FormCoding.bytes(form), as: UTF8.self))
  }

  /// What a token gets.
  func status(_ token: String?) async throws -> Int {
    try await api.send("GET", "/jsonapi/node/topic", ["Authorization": "Bearer \(token ?? "")"]).status
  }

  private func send(
    _ method: String, _ target: String, _ fields: [String: String], _ body: String
  ) async throws -> RunningLocalAPI.Answer {
    var own = ["Accept": "text/html,*/*"]
    if let cookie { own["Cookie"] = cookie }
    let answer = try await api.send(method, target, own.merging(fields) { $1 }, body: body)
    if let set = answer.fields["set-cookie"] { cookie = String(set.prefix { $0 != ";" }) }
    return answer
  }
}
