import Foundation
import JSONAPI
import SampleSite
import Store
import Support
import Testing

/// The commands of the built program.
@Suite struct CommandTests {
  @Test func version() async throws {
    let run = try await Workplace("http://127.0.0.1:9").run(["version"])
    #expect(run.code == 0)
    #expect(run.out.wholeMatch(of: /social-mirror \d+\.\d+\.\d+\n/) != nil)
  }

  @Test func syncThenNothingNewThenStatus() async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base)
      let first = try await place.run(["sync"])
      #expect(first.code == 0, "\(first.all)")
      #expect(first.out.contains("\(visibleResources) new and 0 changed"), "\(first.out)")
      site.log.clear()
      let second = try await place.run(["sync", "-v"])
      #expect(second.code == 0, "\(second.all)")
      #expect(second.out.contains("0 new and 0 changed"), "\(second.out)")
      #expect(second.out.contains("requests"))
      let asked = site.log.entries.filter { !$0.url.hasPrefix("/oauth") }.count
      #expect(second.out.contains("\(asked) requests"))
      #expect(asked == 1 + (second.out.split(separator: "\n").count - 2), "the entry point, and one a type")

      let status = try await place.run(["status", "--json"])
      #expect(status.code == 0)
      let document = try JSON(parsing: Array(status.out.utf8))
      #expect(document["site"]?.string == base)
      #expect(document["types"]?.array?.compactMap { $0["rows"]?.integer }.reduce(0, +) == Int64(visibleResources))
      let table = try await place.run(["status"])
      #expect(table.out.contains("node--topic"))

      let quiet = try await place.run(["sync", "-q", "--only", "node--topic", "user"])
      #expect(quiet.code == 0)
      #expect(quiet.all == "")
      #expect(try mode(place.mirrorPath + ".site-token") == 0o600)
    }
  }

  @Test func aSecretFromTheEnvironmentGoesBeforeTheFile() async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, ["site.auth.password": "wrong", "site.entityTypes": ["node"]])
      let refused = try await place.run(["sync"])
      #expect(refused.code == 4)
      let run = try await place.run(["sync"], environment: ["SITE_AUTH_PASSWORD": "demo-password"])
      #expect(run.code == 0, "\(run.all)")
    }
  }

  @Test func consumersComeAndGo() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let added = try await place.run(["consumer", "add", "--label", "Reports", "--id", "reports"])
    #expect(added.code == 0, "\(added.all)")
    let secret = try #require(added.out.firstMatch(of: /client_secret  (\S{43})/)).1
    let listed = try await place.run(["consumer", "list"], secrets: [String(secret)])
    #expect(listed.out.contains("reports  Reports"))
    let again = try await place.run(["consumer", "add", "--label", "Again", "--id", "reports"])
    #expect(again.code == 2)
    #expect(again.err.contains("consumer rotate reports"))
    let rotated = try await place.run(["consumer", "rotate", "reports"], secrets: [String(secret)])
    #expect(rotated.code == 0)
    #expect(rotated.out.contains("client_secret"))
    let piped = try await place.run(
      ["consumer", "rotate", "reports", "--secret-stdin"], input: "of-my-own\n", secrets: ["of-my-own"])
    #expect(piped.code == 0)
    #expect(try await place.run(["consumer", "rotate", "reports", "--secret-stdin"]).code == 2)
    #expect(try await place.run(["consumer", "remove", "reports"]).code == 0)
    #expect(try await place.run(["consumer", "remove", "reports"]).code == 2)
    #expect(try await place.run(["consumer", "list"]).out == "")
  }

  @Test func accountsComeAndGo() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let added = try await place.run(
      ["account", "add", "ana", "--password-stdin", "--user", "A0000000-0000-4000-8000-000000000001"],
      input: "ana-password\n", secrets: ["ana-password"])
    #expect(added.code == 0, "\(added.all)")
    let made = try await place.run(["account", "add", "ben"])
    #expect(made.out.firstMatch(of: /password  \S{43}/) != nil)
    let listed = try await place.run(["account", "list"])
    #expect(listed.out.contains("ana  a0000000-0000-4000-8000-000000000001"))
    #expect(try await place.run(["account", "add", "eve", "--user", "17"]).code == 2)
    #expect(try await place.run(["account", "remove", "ana"]).code == 0)
    #expect(try await place.run(["account", "remove", "ana"]).code == 2)
  }

  @Test func consumersSendPeopleOnlyWhereTheyMay() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    func add(_ more: String...) async throws -> ProgramRun {
      try await place.run(["consumer", "add", "--label", "CRM"] + more)
    }
    let web = try await add(
      "--id", "web", "--redirect-uri", "https://crm.example.org/back", "http://127.0.0.1/back",
      "--access-token-seconds", "60")
    #expect(web.code == 0 && web.out.contains("client_secret"), "\(web.all)")
    let app = try await add(
      "--id", "app", "--public", "--redirect-uri", "com.example.app:/back", "--scopes", "read:node")
    #expect(app.code == 0 && app.out == "client_id      app\n", "\(app.all)")
    let listed = try await place.run(["consumer", "list"])
    #expect(listed.out.contains("app  CRM  authorization_code,refresh_token  read:node  public  com.example.app:/back"))
    #expect(
      listed.out.contains(
        "password,client_credentials,refresh_token,authorization_code  read,write  https://crm.example.org/back  "
          + "http://127.0.0.1/back"))
    #expect(try await place.run(["consumer", "rotate", "app"]).code == 2)
    let refused: [([String], String)] = [
      (["--id", ""], "--id"), (["--id", "a b"], "--id"), (["--id", "a:b"], "--id"), (["--scopes", "reed"], "--scopes"),
      (["--scopes", "read,delete:node"], "--scopes"), (["--grants", "implicit"], "--grants"),
      (["--redirect-uri", "http://crm.example.org/back"], "--redirect-uri"),
      (["--redirect-uri", "javascript:alert(1)"], "--redirect-uri"), (["--public"], "--redirect-uri"),
      (["--grants", "authorization_code"], "--redirect-uri"),
      (["--grants", "password", "--redirect-uri", "https://h/b"], "--redirect-uri"),
      (["--public", "--grants", "client_credentials"], "--public"), (["--access-token-seconds", "0"], "1 to 86400"),
      (["--access-token-seconds", "86401"], "1 to 86400"), (["--sight", "unheard-of"], "--sight"),
    ]
    for (options, word) in refused {
      let run = try await place.run(["consumer", "add", "--label", "X"] + options)
      #expect(run.code == 2 && run.err.contains(word), "\(options): \(run.all)")
    }
    #expect(try await place.run(["consumer", "list"]).out.split(separator: "\n").count == 2, "nothing was made")
  }

  @Test func aNewPasswordLeavesScopesAndUserAsTheyAre() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let user = "a0000000-0000-4000-8000-000000000001"
    #expect(try await place.run(["account", "add", "ana", "--scopes", "read", "--user", user]).code == 0)
    #expect(try await place.run(["account", "add", "ana"]).code == 0)
    #expect(try await place.run(["account", "list"]).out == "ana  \(user)  read\n")
    #expect(try await place.run(["account", "add", "ana", "--scopes", "read,write"]).code == 0)
    #expect(try await place.run(["account", "list"]).out == "ana  \(user)  read,write\n")
    for options in [["eve", "--scopes", "admin"], ["eve", "--sight", "unheard-of"], [""], [" eve"]] {
      let run = try await place.run(["account", "add"] + options)
      #expect(run.code == 2, "\(options): \(run.all)")
    }
  }

  @Test func statusWithoutAMirrorSaysHowToMakeOne() async throws {
    let run = try await Workplace("http://127.0.0.1:9").run(["status"])
    #expect(run.code == 1)
    #expect(run.err.contains("social-mirror sync"))
  }
}

/// How many of the recorded resources the account sees.
let visibleResources = 1301

/// The permission bits of a file.
func mode(_ path: String) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  return try #require(attributes[.posixPermissions] as? Int)
}
