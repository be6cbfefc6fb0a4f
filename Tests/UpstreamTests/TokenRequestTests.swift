import JSONAPI
import Testing

@testable import Upstream

@Suite struct TokenRequestTests {
  static let url = "https://h.example/oauth/token"
  static let password = Credentials(
    grant: .password(username: "apisync", password: "apisync-pass"), clientID: "apisync-client",
    clientSecret: "apisync-secret")
  static let client = Credentials(grant: .clientCredentials, clientID: "apisync-client", clientSecret: "apisync-secret")

  /// One recorded exchange, with the opaque token put in where the recording has a mark.
  struct Recorded: Sendable, CustomTestStringConvertible {
    var note: String
    var form: String
    var response: InboundResponse
    var testDescription: String { note }
  }

  static let recorded: [Recorded] = {
    guard let bytes = try? fixture("tokens.jsonl") else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let json = try? JSON(parsing: line), let response = json["response"],
        let status = response["status"]?.integer
      else { return nil }
      let fields = response["headers"]?.object?.members.map { HTTPField($0.name, $0.value.string ?? "") } ?? []
      var body = response["text"]?.string.map { Array($0.utf8) } ?? []
      if var document = response["document"]?.object {
        if document["access_token"] != nil { document["access_token"] = "aaa.bbb.ccc" }
        body = JSON.object(document).encoded(.oauth)
      }
      return Recorded(
        note: json["note"]?.string ?? "", form: json["request"]?["body"]?.string ?? "",
        response: InboundResponse(status: Int(status), fields: fields, body: body))
    }
  }()

  static func request(like form: String) -> TokenRequest {
    if form.contains("grant_type=refresh_token") {
      return TokenRequest(url: url, credentials: password, grant: .refreshToken("garbage"))
    }
    return TokenRequest(url: url, credentials: form.contains("client_credentials") ? client : password)
  }

  static let outcomes: [String: SignInError] = [
    "wrong password": .wrongUser(hint: nil), "unknown user": .wrongUser(hint: nil),
    "wrong secret": .wrongClient(hint: nil), "unknown client": .wrongClient(hint: nil),
    "no client": .wrongClient(hint: nil), "no username": .wrongUser(hint: nil),
    "no grant": .unsupportedGrant(grant: "password", hint: nil),
    "unknown grant": .unsupportedGrant(grant: "password", hint: nil), "unknown scope": .invalidScope(hint: nil),
    "client by bad Basic header": .wrongClient(hint: nil),
    "client_credentials wrong secret": .wrongClient(hint: nil), "refresh replayed": .refreshRefused(hint: nil),
    "refresh garbage": .refreshRefused(hint: nil), "JSON body": .wrongClient(hint: nil),
    "GET": .unintelligible(status: 405, mediaType: "text/html"),
  ]

  @Test func theRecordingIsThere() {
    #expect(Self.recorded.count == 20)
    #expect(Self.recorded.count { Self.outcomes[$0.note] != nil } == Self.outcomes.count)
  }

  @Test(arguments: recorded) func recordedAnswers(exchange: Recorded) throws {
    let request = Self.request(like: exchange.form)
    guard let expected = Self.outcomes[exchange.note] else {
      let answer = try request.parse(exchange.response)
      #expect(answer.accessToken == "aaa.bbb.ccc")
      #expect(answer.expiresIn == 300)
      #expect((answer.refreshToken == nil) == exchange.note.hasPrefix("client_credentials"))
      return
    }
    do {
      _ = try request.parse(exchange.response)
      Issue.record("a token where \(expected) was expected")
    } catch {
      #expect(error.withoutHint == expected)
      if exchange.note != "GET" { #expect(error.description.contains("the site says")) }
      for secret in ["apisync-secret", "apisync-pass", "aaa.bbb"] { #expect(!error.description.contains(secret)) }
    }
  }

  @Test func recordedRequestsAreTheSame() throws {
    for (note, request) in [
      ("password", TokenRequest(url: Self.url, credentials: Self.password)),
      ("client_credentials", TokenRequest(url: Self.url, credentials: Self.client)),
      ("refresh garbage", TokenRequest(url: Self.url, credentials: Self.password, grant: .refreshToken("garbage"))),
    ] {
      let form = try #require(Self.recorded.first { $0.note == note }).form
      let prepared = request.prepare()
      #expect(String(decoding: prepared.body ?? [], as: UTF8.self) == form)
      #expect(prepared.method == "POST" && prepared.url == Self.url)
      #expect(prepared["content-type"] == "application/x-www-form-urlencoded")
    }
  }

  @Test func formsAreEscaped() {
    let credentials = Credentials(
      grant: .password(username: "a&b=c", password: "p+ä %\n"), clientID: "x~y", scope: "one two")
    let form = String(
      decoding: TokenRequest(url: Self.url, credentials: credentials).prepare().body ?? [], as: UTF8.self)
    #expect(
      form == "grant_type=password&client_id=x%7Ey&username=a%26b%3Dc&password=p%2B%C3%A4+%25%0A&scope=one+two")
  }

  struct Case: Sendable {
    var grant: Credentials.Grant?
    var status: Int
    var type = "application/json"
    var body: String
    var error: SignInError
  }

  static let others: [Case] = [
    // League 8 (reference 7.4).
    .init(
      status: 401, body: #"{"error":"invalid_credentials","message":"The user credentials were incorrect."}"#,
      error: .wrongUser(hint: nil)),
    .init(
      grant: .refreshToken("r"), status: 401,
      body:
        #"{"error":"invalid_request","error_description":"The refresh token is invalid.","hint":"Token has expired"}"#,
      error: .refreshRefused(hint: nil)),
    .init(
      grant: .refreshToken("r"), status: 401, body: #"{"error":"invalid_client"}"#, error: .wrongClient(hint: nil)),
    .init(
      status: 401, body: #"{"error":"access_denied","hint":"Request timed out. Could not acquire lock."}"#,
      error: .unavailable(status: 401, retryAfter: nil, hint: nil)),
    .init(
      status: 500, body: #"{"error":"server_error","error_description":"You need to set the OAuth2 private key."}"#,
      error: .unavailable(status: 500, retryAfter: nil, hint: nil)),
    .init(status: 503, type: "text/html", body: "<p>", error: .unavailable(status: 503, retryAfter: nil, hint: nil)),
    .init(status: 429, type: "text/html", body: "", error: .unavailable(status: 429, retryAfter: nil, hint: nil)),
    .init(status: 200, type: "text/html", body: "<html>", error: .unintelligible(status: 200, mediaType: "text/html")),
    .init(status: 200, body: "{}", error: .unintelligible(status: 200, mediaType: "application/json")),
    .init(
      status: 200, body: #"{"token_type":"mac","access_token":"x","expires_in":3}"#,
      error: .unintelligible(status: 200, mediaType: "application/json")),
    .init(
      status: 200, body: #"{"token_type":"Bearer","access_token":"a\r\nb","expires_in":3}"#,
      error: .unintelligible(
        status: 200, mediaType: "application/json",
        page: SignInError.Page(
          words: "its access_token has line breaks or other characters that no token has", firewall: nil))),
    .init(status: 302, type: "text/html", body: "", error: .unintelligible(status: 302, mediaType: "text/html")),
    .init(status: 403, body: #"{"error":"something_else"}"#, error: .refused(hint: nil)),
  ]

  @Test(arguments: others.indices) func otherAnswers(index: Int) {
    let one = Self.others[index]
    let request = TokenRequest(url: Self.url, credentials: Self.password, grant: one.grant)
    let response = InboundResponse(
      status: one.status, fields: [HTTPField("Content-Type", one.type)], body: Array(one.body.utf8))
    do {
      _ = try request.parse(response)
      Issue.record("a token where \(one.error) was expected")
    } catch {
      #expect(error.withoutHint == one.error)
    }
  }

  @Test func secretsThatTheSiteRepeatsAreHidden() {
    let request = TokenRequest(url: Self.url, credentials: Self.password, grant: .refreshToken("def502"))
    for word in ["def502", "apisync-secret", "apisync-pass"] {
      let body = #"{"error":"invalid_grant","hint":"what is \#(word)?"}"#
      let response = InboundResponse(
        status: 400, fields: [HTTPField("Content-Type", "application/json")], body: Array(body.utf8))
      do {
        _ = try request.parse(response)
      } catch {
        #expect(error == .refreshRefused(hint: "not repeated, it contains a secret"))
      }
    }
  }

  @Test(arguments: [
    (SignInError.wrongClient(hint: nil), ["site.auth.clientID", "site.auth.clientSecret"]),
    (.wrongUser(hint: nil), ["site.auth.username", "site.auth.password"]),
    (.unsupportedGrant(grant: "password", hint: nil), ["site.auth.grant"]),
    (.invalidScope(hint: nil), ["site.auth.scope"]),
    (.unintelligible(status: 200, mediaType: nil), ["site.baseURL"]), (.refused(hint: nil), ["site.auth"]),
  ])
  func messagesNameTheKey(error: SignInError, keys: [String]) {
    for key in keys { #expect(error.description.contains(key)) }
  }
}

extension SignInError {
  /// For comparison where the site's words do not matter.
  var withoutHint: SignInError {
    switch self {
    case .wrongClient: .wrongClient(hint: nil)
    case .wrongUser: .wrongUser(hint: nil)
    case .unsupportedGrant(let grant, _): .unsupportedGrant(grant: grant, hint: nil)
    case .invalidScope: .invalidScope(hint: nil)
    case .refreshRefused: .refreshRefused(hint: nil)
    case .refused: .refused(hint: nil)
    case .unavailable(let status, let retryAfter, _): .unavailable(status: status, retryAfter: retryAfter, hint: nil)
    case .maintenance: .maintenance(hint: nil)
    case .unintelligible, .httpBasic, .heldBack: self
    }
  }
}
