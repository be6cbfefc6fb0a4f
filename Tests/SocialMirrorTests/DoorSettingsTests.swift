import Foundation
import JSONAPI
import LocalAPI
import Store
import Testing
import TokenIssuer

@testable import SocialMirror

/// The keys of the doors: who may come in, from where, and what they may see. What is written is understood or refused by name.
@Suite struct DoorSettingsTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func local(_ inside: String, _ environment: [String: String] = [:]) throws -> Settings.Local {
    let text = #"{"localAPI": {\#(inside)}}"#
    let file = try ConfigurationFile(Data(text.utf8), name: "file.json", folder: "/")
    return try Settings(file: file, environment: environment, needsSite: false).localAPI
  }

  private func refusal(_ inside: String, _ environment: [String: String] = [:]) -> String {
    #expect(throws: ConfigurationError.self, "\(inside)") { try local(inside, environment) }?.description ?? ""
  }

  private func rules(_ inside: String) throws -> SightRules? {
    try local(#""sights": {"reporting": {\#(inside)}}"#).sights["reporting"]
  }

  // MARK: Sights

  @Test func aSightIsRead() throws {
    let full = try rules(
      #"""
      "types": ["node", "profile--profile", "topics"], "published": true, "own": true, "privateFiles": false,
      "hide": ["user--user.mail", "user.mail", "profile--profile.field_profile_*"]
      """#)
    let wanted = SightRules(
      types: .only(["node", "profile--profile", "topics"]), published: true, own: true, privateFiles: false,
      hide: ["user--user.mail", "user.mail", "profile--profile.field_profile_*"])
    #expect(full == wanted)
    #expect(try rules(#""types": {"except": ["user"]}"#)?.types == .except(["user"]))
    // What is left out narrows nothing, nor does null.
    #expect(try rules("") == SightRules())
    let nulls = #""types": null, "published": null, "own": null, "privateFiles": null, "hide": null"#
    #expect(try rules(nulls) == SightRules())
    #expect(try local("").sights.isEmpty)
  }

  @Test(arguments: [
    (#""types": []"#, "types names no type"), (#""types": "node""#, "types takes a list of types"),
    (#""types": {"except": []}"#, "types.except names no type"),
    (#""types": {"only": ["node"]}"#, "types takes a list"),
    (#""types": {"except": ["user"], "only": ["node"]}"#, "types takes a list"),
    (#""types": ["node", 1]"#, "types takes a list of texts"), (#""types": ["node topic"]"#, #""node topic" is none"#),
    (#""types": {"except": ["a/b"]}"#, #""a/b" is none"#),
    (#""published": "yes""#, "published takes true or false"), (#""own": 1"#, "own takes true or false"),
    (#""privateFiles": "no""#, "privateFiles takes true or false"), (#""hide": "mail""#, "hide takes a list of texts"),
    (#""hide": ["mail"]"#, #""mail" is none"#), (#""hide": ["user."]"#, #""user." is none"#),
    (#""hide": [".mail"]"#, #"".mail" is none"#), (#""hide": ["user.a b"]"#, #""user.a b" is none"#),
    (#""hide": ["*.mail"]"#, #""*.mail" is none"#), (#""hide": ["user.id"]"#, #""user.id" is no field"#),
    (#""hidden": ["user.mail"]"#, "unknown key localAPI.sights.reporting."), (#""Hide": []"#, "unknown key"),
  ])
  func aRuleThatIsNoneIsNamed(inside: String, message: String) {
    let said = #expect(throws: ConfigurationError.self) { try rules(inside) }?.description ?? ""
    #expect(said.contains("localAPI.sights.reporting") && said.contains(message), "\(said)")
  }

  @Test(arguments: ["", "a b", "-x", "a.b", "ä", "a/b", String(repeating: "x", count: 65)])
  func aNameThatIsNoneIsNamed(name: String) {
    let said = refusal(#""sights": {"\#(name)": {}}"#)
    #expect(said.contains("localAPI.sights: \(JSON.string(name).text())"), "\(said)")
    #expect(said.contains("is no name of a sight"), "\(said)")
  }

  @Test func whatIsNoSightIsNamed() {
    #expect(refusal(#""sights": {"reporting": true}"#).contains("localAPI.sights.reporting takes an object"))
    #expect(refusal(#""sights": ["reporting"]"#).contains("localAPI.sights takes an object"))
  }

  /// The sight that is ready to be used holds what it promises for the types and fields of the recorded community.
  @Test func theReadySightNamesNobody() throws {
    let data = try Data(contentsOf: Self.root.appending(path: "config.example.json"))
    let file = try ConfigurationFile(data, name: "config.example.json", folder: "/")
    let settings = try Settings(file: file, environment: [:], needsSite: false)
    let rules = try #require(settings.localAPI.sights["reporting"])
    #expect(rules.published && !rules.privateFiles && !rules.own)
    guard case .only(let types) = rules.types else {
      Issue.record("it shows types that nobody named")
      return
    }
    #expect(types.isSuperset(of: ["node", "event_enrollment", "profile", "user"]) && !types.contains("file"))
    func hides(_ type: String, _ field: String) -> Bool {
      rules.hide.contains { pattern in
        guard let point = pattern.lastIndex(of: "."), pattern[..<point] == type else { return false }
        let name = pattern[pattern.index(after: point)...]
        return name == field || name.hasSuffix("*") && field.hasPrefix(name.dropLast())
      }
    }
    for (type, fields) in [
      "user": ["name", "display_name", "mail", "init", "metatag"],
      "profile": [
        "profile_name", "metatag", "field_profile_first_name", "field_profile_last_name", "field_profile_address",
        "field_profile_phone_number", "field_profile_image", "field_group_affiliation",
      ],
      "group_content": ["label", "metatag"], "event_enrollment": ["field_email", "name"], "comment": ["name", "mail"],
    ] {
      for field in fields { #expect(hides(type, field), "\(type).\(field)") }
    }
    // And it is still of use.
    for (type, field) in [("node", "title"), ("node", "created"), ("event_enrollment", "field_enrollment_status")] {
      #expect(!hides(type, field), "\(type).\(field)")
    }
  }

  // MARK: The network

  @Test(
    arguments: [
      ("mirror.example.org", "mirror.example.org"), ("Mirror.Example.ORG", "mirror.example.org"),
      ("10.0.0.1", "10.0.0.1"),
      ("::1", "[::1]"), ("[2001:DB8::1]", "[2001:db8::1]"),
      ("localhost", "localhost"),
      ("mirror.example.org:8480", nil), ("https://mirror.example.org", nil), ("*", nil), ("*.example.org", nil),
      ("", nil),
      ("a b", nil), ("a/b", nil), ("a..b", nil), ("-a", nil), ("[::1]:80", nil), ("[::g]", nil), ("a\r\nb", nil),
      ("münchen.de", nil),
    ] as [(String, String?)])
  func hosts(given: String, read: String?) throws {
    let list = JSON.array([.string(given)]).text()
    guard let read else {
      #expect(refusal("\"allowedHosts\": \(list)").contains("localAPI.allowedHosts takes names"))
      return
    }
    #expect(try local("\"allowedHosts\": \(list)").allowedHosts == [read])
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("::1", true), ("10.0.0.0/8", true), ("fd00::/8", true), ("10.0.0.0/32", true),
    ("::1/128", true),
    ("10.0.0.0/33", false), ("::1/129", false), ("0.0.0.0/0", false), ("::/0", false), ("10.0.0.0/", false),
    ("10.0.0.0/+8", false), ("10.0.0/8", false), ("proxy.example.org", false), ("*", false), ("", false),
    ("127.0.0.1\u{0}x", false), ("10.0.0.0/8/8", false), ("1", false),
  ])
  func proxies(given: String, fits: Bool) throws {
    let inside = "\"trustedProxies\": \(JSON.array([.string(given)]).text())"
    if fits {
      #expect(try local(inside).trustedProxies == [given])
    } else {
      #expect(refusal(inside).contains("localAPI.trustedProxies takes addresses and networks"))
    }
  }

  @Test(
    arguments: [
      ("https://crm.example.org", "https://crm.example.org"),
      ("HTTPS://CRM.example.org:8443", "https://crm.example.org:8443"),
      ("https://crm.example.org:443", "https://crm.example.org"), ("http://localhost:3000", "http://localhost:3000"),
      ("http://[::1]:3000", "http://[::1]:3000"), ("http://[::1]", "http://[::1]"),
      ("https://crm.example.org/", nil), ("https://crm.example.org/a", nil), ("crm.example.org", nil), ("*", nil),
      ("null", nil), ("https://*.example.org", nil), ("https://a@b", nil), ("https://", nil), ("https://a:0", nil),
      ("https://a:65536", nil), ("https://a:x", nil), ("https://::1", nil), ("file:///", nil), ("", nil),
    ] as [(String, String?)])
  func origins(given: String, read: String?) throws {
    let inside = "\"corsOrigins\": \(JSON.array([.string(given)]).text())"
    guard let read else {
      #expect(refusal(inside).contains("localAPI.corsOrigins takes whole origins"))
      return
    }
    #expect(try local(inside).corsOrigins == [read])
  }

  @Test func listsOfTheEnvironmentAreOnesOfTheFile() throws {
    let given = try local(
      "",
      [
        "LOCAL_API_ALLOWED_HOSTS": "a.example, B.example,a.example", "LOCAL_API_TRUSTED_PROXIES": "127.0.0.1, ::1",
        "LOCAL_API_CORS_ORIGINS": "https://crm.example.org", "LOCAL_API_LIMITS_JSON_DEPTH": "10",
        "LOCAL_API_LIMITS_CONNECTIONS_PER_ADDRESS": "7", "LOCAL_API_ALLOW_INSECURE": "true",
      ])
    #expect(given.allowedHosts == ["a.example", "b.example"] && given.trustedProxies == ["127.0.0.1", "::1"])
    #expect(given.corsOrigins == ["https://crm.example.org"] && given.allowInsecure)
    #expect(given.limits.jsonDepth == 10 && given.limits.connectionsPerAddress == 7)
    #expect(given.limits.bodyBytes == Defaults.limits.bodyBytes)
    let said = refusal("", ["LOCAL_API_ALLOWED_HOSTS": "a.example, *"])
    #expect(said.contains("localAPI.allowedHosts") && said.contains("\"*\" is none"))
    #expect(refusal("", ["LOCAL_API_SIGHTS": "{}"]).contains("LOCAL_API_SIGHTS"))
  }

  @Test(arguments: ConfigurationKey.all.map(\.name).filter { $0.hasPrefix("localAPI.limits.") })
  func limitsHaveTheirRanges(name: String) throws {
    let key = try #require(ConfigurationKey.named(name))
    guard case .integer(let range) = key.kind, let short = name.split(separator: ".").last else {
      Issue.record("\(name) is no number")
      return
    }
    #expect(range.lowerBound > 0)
    for (value, fits) in [
      (range.lowerBound, true), (range.upperBound, true), (range.lowerBound - 1, false), (range.upperBound + 1, false),
      (-1, false),
    ] {
      let inside = "\"limits\": {\"\(short)\": \(value)}"
      guard fits else {
        #expect(refusal(inside).contains(name))
        continue
      }
      #expect(throws: Never.self) { try local(inside) }
    }
    #expect(refusal("\"limits\": {\"\(short)\": \"9\"}").contains(name))
  }

  // MARK: Listening

  @Test(arguments: [
    ("127.0.0.1", true), ("127.8.8.8", true), ("::1", true), ("localhost", true), ("LOCALHOST", true),
    ("0.0.0.0", false),
    ("::", false), ("192.168.1.2", false), ("mirror.example.org", false), ("127.evil.example", false),
    ("localhost.evil.example", false), ("127.0.0.1.evil.example", false),
  ])
  func withoutTLSItListensOnLoopbackOnly(host: String, isLoopback: Bool) throws {
    let inside = "\"host\": \"\(host)\""
    if isLoopback {
      #expect(throws: Never.self) { try local(inside).checkServing() }
    } else {
      let said = #expect(throws: ConfigurationError.self) { try local(inside).checkServing() }?.description ?? ""
      for part in ["localAPI.host \(host)", "localAPI.certificateFile", "localAPI.allowInsecure"] {
        #expect(said.contains(part), "\(said)")
      }
    }
    #expect(throws: Never.self) { try local(inside + #", "allowInsecure": true"#).checkServing() }
    let secure = #", "certificateFile": "/c.pem", "privateKeyFile": "/k.pem""#
    #expect(throws: Never.self) { try local(inside + secure).checkServing() }
  }

  @Test func servingUnencryptedEndsWithTwo() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let made = try await place.run(["consumer", "add", "--label", "CRM"])
    try #require(made.code == 0, "\(made.all)")
    let run = try await place.run(["serve"], environment: ["LOCAL_API_HOST": "0.0.0.0", "LOCAL_API_PORT": "0"])
    #expect(run.code == 2 && run.err.contains("localAPI.host 0.0.0.0"), "\(run.all)")
  }

  // MARK: People of the site

  private static let sights = #""sights": {"reporting": {"published": true}}"#

  @Test func passThroughIsRead() throws {
    #expect(try local(Self.sights).passThrough == nil)
    #expect(try local(#"\#(Self.sights), "passThrough": {"enabled": false, "sight": "reporting"}"#).passThrough == nil)
    let on = try local(#"\#(Self.sights), "passThrough": {"enabled": true, "sight": "reporting"}"#).passThrough
    let usual = try #require(on)
    #expect(usual.sight == "reporting" && usual.scopes == ["read"] && usual.verifiedSeconds == 86_400)
    let scopes = #""scopes": ["read:node", "write:post--post", "openid"], "verifiedSeconds": 60"#
    let given = try local(
      #"\#(Self.sights), "passThrough": {"enabled": true, "sight": "reporting", \#(scopes)}"#
    ).passThrough
    #expect(given?.scopes == ["read:node", "write:post--post", "openid"] && given?.verifiedSeconds == 60)
  }

  @Test(arguments: [
    (#""enabled": true"#, "localAPI.passThrough.sight is missing"),
    (#""enabled": true, "sight": "all""#, #"there is no sight "all" in localAPI.sights, which has reporting"#),
    (#""enabled": false, "sight": "all""#, #"there is no sight "all""#),
    (#""scopes": []"#, "localAPI.passThrough.scopes names no scope"),
    (#""scopes": ["admin"]"#, #""admin" is none"#), (#""scopes": ["*"]"#, #""*" is none"#),
    (#""scopes": ["read:"]"#, #""read:" is none"#), (#""scopes": ["read write"]"#, #""read write" is none"#),
    (#""verifiedSeconds": 0"#, "localAPI.passThrough.verifiedSeconds"),
    (#""enabled": "on""#, "localAPI.passThrough.enabled"),
    (#""enable": true"#, "unknown key localAPI.passThrough.enable"),
  ])
  func whatDoesNotFitPassThroughIsNamed(inside: String, message: String) {
    let said = refusal(#"\#(Self.sights), "passThrough": {\#(inside)}"#)
    #expect(said.contains(message), "\(said)")
  }
}
