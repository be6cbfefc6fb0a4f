import JSONAPI
import Testing

/// What `publish` refuses before it connects to anything.
@Suite struct PublishCommandTests {
  @Test(arguments: [
    ["--to", "postgres://mirror:hush-hush@db.example.org/community"],
    ["--to", "postgres://db.example.org/community?user=mirror&password=hush-hush"],
  ])
  func aPasswordInTheCommandLineIsRefused(arguments: [String]) async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let run = try await place.run(["publish", "--once"] + arguments)
    #expect(run.code == 2, "\(run.all)")
    #expect(run.err.contains("publish.postgresFile"), "\(run.err)")
    #expect(!run.all.contains("hush"), "\(run.all)")
  }

  @Test(
    arguments: [
      ([], "--to"), (["--to", "file:///tmp/x"], "export"), (["--to", "mysql://x"], "postgres://"),
      (["--to", "postgres://x:%zz/"], "cannot be read"),
    ] as [([String], String)])
  func whereToIsChecked(arguments: [String], word: String) async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let run = try await place.run(["publish", "--once"] + arguments)
    #expect(run.code == 2 && run.err.contains(word), "\(run.all)")
  }

  @Test func anUnreadableFileAndAWrongSchemaAreNamed() async throws {
    let absent = try Workplace(
      "http://127.0.0.1:9", ["publish.postgresFile": "nowhere", "publish.schema": "Wrong Name"])
    let wrong = try await absent.run(["publish", "--once"])
    #expect(wrong.code == 2 && wrong.err.contains("publish.schema"), "\(wrong.all)")
    let named = try Workplace("http://127.0.0.1:9", ["publish.postgresFile": "nowhere"])
    let run = try await named.run(["publish", "--once"])
    #expect(run.code == 1 || run.code == 2, "\(run.all)")
  }
}
