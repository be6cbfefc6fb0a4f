import Foundation
import JSONAPI
import Testing

@testable import SocialMirror

/// The configuration file and the environment.
@Suite struct ConfigurationTests {
  private static let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "config.example.json")

  private func names(_ json: JSON, _ prefix: String = "") -> [String] {
    (json.object?.members ?? []).flatMap { member in
      let name = prefix + member.name
      if ConfigurationKey.named(name) == nil, member.value.object != nil { return names(member.value, name + ".") }
      return [name]
    }
  }

  @Test func theExampleNamesEveryKeyAndNoOther() throws {
    let data = try Data(contentsOf: Self.example)
    #expect(names(try JSON(parsing: data)) == ConfigurationKey.all.map(\.name))
    let file = try ConfigurationFile(data, name: "config.example.json", folder: "/nowhere")
    #expect(file.values["site.requestsPerSecond"] == 20)
  }

  @Test func theExampleIsWhatHoldsWithoutAFile() throws {
    let example = try ConfigurationFile(Data(contentsOf: Self.example), name: "example", folder: "/etc/m")
    let nothing = try ConfigurationFile(Data("{}".utf8), name: "empty", folder: "/etc/m")
    let given = try Settings(file: example, environment: [:], needsSite: false)
    let usual = try Settings(file: nothing, environment: [:], needsSite: false)
    #expect(given.mirror.path == usual.mirror.path)
    #expect(given.sync.settleWindowSeconds == usual.sync.settleWindowSeconds)
    #expect(given.sync.intervalSeconds == usual.sync.intervalSeconds)
    #expect(given.localAPI.port == usual.localAPI.port)
    #expect(given.mirror.path == "/etc/m/data/mirror.sqlite")
  }

  @Test(arguments: [
    ("site.baseURL", "SITE_BASE_URL"), ("site.auth.clientID", "SITE_AUTH_CLIENT_ID"),
    ("site.auth.password", "SITE_AUTH_PASSWORD"), ("localAPI.port", "LOCAL_API_PORT"),
    ("site.requestsPerSecond", "SITE_REQUESTS_PER_SECOND"), ("log.level", "LOG_LEVEL"),
  ])
  func everyKeyHasAVariable(name: String, variable: String) {
    #expect(ConfigurationKey.named(name)?.variable == variable)
  }

  @Test(arguments: [
    (#"{"site": {"entityTypes": "node"}}"#, "site.entityTypes"),
    (#"{"site": {"concurrency": 0}}"#, "site.concurrency"),
    (#"{"site": {"concurrency": "4"}}"#, "site.concurrency"),
    (#"{"site": []}"#, "site"),
    (#"{"log": {"level": "loud"}}"#, "log.level"),
    (#"{"localAPI": {"port": 65536}}"#, "localAPI.port"),
    (#"{"sync": {"conflict": {}}}"#, "sync.conflict"),
    (#"{"nonsense": 1}"#, "nonsense"),
    (#"{"site": {"baseUrl": "https://a"}}"#, "site.baseURL"),
    ("[]", "one JSON object"),
    ("{", "file.json"),
  ])
  func whatDoesNotFitIsNamed(text: String, named: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile(Data(text.utf8), name: "file.json", folder: "/")
    }
    #expect(error?.description.contains(named) == true)
  }

  @Test(arguments: [("LOCAL_API_PORT", "http"), ("SITE_CONCURRENCY", "0"), ("LOG_FORMAT", "xml")])
  func anEnvironmentThatDoesNotFitIsNamed(variable: String, value: String) throws {
    let file = try ConfigurationFile(Data("{}".utf8), name: "file.json", folder: "/")
    let error = #expect(throws: ConfigurationError.self) {
      try Settings(file: file, environment: [variable: value], needsSite: false)
    }
    #expect(error?.description.contains(variable) == true)
  }

  @Test func secretsPrintAsNothing() {
    let secret = Secret(value: "tell-nobody")
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("tell-nobody"))
  }
}
