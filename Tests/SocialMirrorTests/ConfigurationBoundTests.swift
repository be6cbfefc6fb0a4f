import Foundation
import JSONAPI
import SyncAgent
import Testing

@testable import SocialMirror

/// Values of the configuration that are of the right kind, and yet would do harm or nothing.
@Suite struct ConfigurationBoundTests {
  private static let site = [
    "SITE_BASE_URL": "https://community.example.org", "SITE_AUTH_CLIENT_ID": "mirror", "SITE_AUTH_USERNAME": "mirror",
    "SITE_AUTH_PASSWORD": "demo-password",
  ]

  private func settings(_ text: String, _ environment: [String: String] = [:]) throws -> Settings {
    let file = try ConfigurationFile(Data(text.utf8), name: "file.json", folder: "/")
    let variables = environment.merging(Self.site) { given, _ in given }
    return try Settings(file: file, environment: variables, needsSite: true)
  }

  @Test(arguments: [
    ("0", true), ("0.2", true), ("1", true), ("1.01", false), ("20", false), ("-0.1", false), ("1e999", false),
    ("nan", false), ("-nan", false), ("inf", false), ("20%", false),
  ])
  func aShareIsOne(text: String, fits: Bool) throws {
    let variable = "SYNC_MAX_REMOVAL_SHARE"
    guard fits else {
      let error = #expect(throws: ConfigurationError.self) { try settings("{}", [variable: text]) }
      #expect(error?.description.contains("\(variable) takes a number from 0 to 1") == true)
      let inFile = #expect(throws: ConfigurationError.self) {
        try settings(#"{"sync": {"maxRemovalShare": \#(text)}}"#)
      }
      // What is no number in JSON is no file, either.
      let named = Double(text)?.isNaN == false && text != "inf" ? "sync.maxRemovalShare takes" : "file.json"
      #expect(inFile?.description.contains(named) == true)
      return
    }
    #expect(try settings("{}", [variable: text]).sync.maxRemovalShare == Double(text))
    #expect(try settings(#"{"sync": {"maxRemovalShare": \#(text)}}"#).sync.maxRemovalShare == Double(text))
  }

  /// What is added to a time must not overflow.
  @Test func secondsHaveAnEnd() throws {
    let keys = ConfigurationKey.all.filter { $0.name.hasSuffix("Seconds") }
    #expect(keys.count == 12)
    for key in keys {
      for text in ["\(Int.max)", "3155760001"] {
        let error = #expect(throws: ConfigurationError.self) { try settings("{}", [key.variable: text]) }
        #expect(error?.description.contains(key.variable) == true)
        #expect(!key.accepts(.number(text)), "\(key.name)")
      }
      if key.name.hasPrefix("localAPI.limits.") {
        #expect(key.accepts(86_400) && !key.accepts(86_401) && !key.accepts(0), "\(key.name)")
      } else if key.name != "site.timeoutSeconds" {
        #expect(key.accepts(3_155_760_000), "\(key.name)")
      }
    }
  }

  @Test(arguments: [
    ("default", true), ("node--topic", true), ("node--topic.title", true),
    ("profile--profile.field_profile_address", true),
    ("group_content--open_group-group_membership", true), ("node", false), ("node-topic", true), ("topics", true),
    ("topics.title", true),
    ("user.mail", false),
    ("default.title", false), ("node--topic.", false), ("node--topic.body.value", false), ("node--", false),
    ("--topic", false), ("node--topic title", false), ("", false),
  ])
  func policiesGoByTypeOrField(name: String, fits: Bool) throws {
    let text = #"{"sync": {"conflicts": {"\#(name)": "site"}}}"#
    if fits {
      #expect(try settings(text).sync.conflicts[name] == .site)
    } else {
      let error = #expect(throws: ConfigurationError.self) { try settings(text) }
      #expect(error?.description.contains("sync.conflicts.\(name)") == true)
    }
  }

  @Test(arguments: ["node topic", "-node", "node--", "a/b", ""])
  func whatIsNoEntityTypeIsNamed(name: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try settings(#"{"site": {"entityTypes": ["user", "\#(name)"]}}"#)
    }
    #expect(error?.description.contains("site.entityTypes") == true)
    #expect(error?.description.contains("\"\(name)\"") == true)
  }

  @Test func listsOfTheEnvironmentMayHaveSpaces() throws {
    let listed = try settings("{}", ["SITE_ENTITY_TYPES": "node, user"])
    #expect(listed.site?.entityTypes == ["node", "user"])
  }

  /// Resource types, and types that sites renamed.
  @Test func resourceTypesAreTaken() throws {
    let listed = try settings(#"{"site": {"entityTypes": ["node--topic", "topics", "blog-posts"]}}"#)
    #expect(listed.site?.entityTypes == ["node--topic", "topics", "blog-posts"])
  }

  @Test(arguments: [("/api/", "/api"), ("api/v1", "/api/v1"), ("/en/jsonapi", "/en/jsonapi")])
  func thePathOfTheApiIsTaken(given: String, path: String) throws {
    #expect(try settings("{}", ["SITE_API_PATH": given]).site?.apiPath == path)
  }

  @Test(arguments: ["https://h.example/api", "/", "/api?x=1", "/a b", "/../admin"])
  func whatIsNoPathOfAnApiIsNamed(given: String) {
    let error = #expect(throws: ConfigurationError.self) { try settings("{}", ["SITE_API_PATH": given]) }
    #expect(error?.description.contains("site.apiPath") == true)
  }
}
