import Foundation
import JSONAPI
import SampleSite
import Store
import Support
import Testing

/// Bad input: an exit code, and a message that names the thing.
@Suite struct BadInputTests {
  @Test(
    arguments: [
      ("site.auth.pasword", "x", 2, ["unknown key site.auth.pasword"]),
      ("site.timeoutSeconds", "30", 2, ["site.timeoutSeconds", "a whole number"]),
      ("site.auth.password", nil, 2, ["site.auth.password", "SITE_AUTH_PASSWORD", "site.auth.passwordFile"]),
      ("site.baseURL", "http://community.example.org", 2, ["site.baseURL", "unencrypted"]),
      ("site.caFile", "/nowhere/ca.pem", 2, ["site.caFile", "/nowhere/ca.pem"]),
      ("mirror.path", "/proc/none/mirror.sqlite", 1, ["/proc/none/mirror.sqlite", "mirror.path"]),
    ] as [(String, String?, Int32, [String])])
  func theKeyIsNamed(key: String, value: String?, code: Int32, words: [String]) async throws {
    let place = try Workplace("http://127.0.0.1:9", [key: value.map { .string($0) } ?? .null])
    let run = try await place.run(["sync"])
    #expect(run.code == code, "\(run.all)")
    for word in words { #expect(run.err.contains(word), "\(run.err)") }
    #expect(!FileManager.default.fileExists(atPath: place.mirrorPath), "a mirror was made")
  }

  @Test(arguments: [
    ["sync", "--nonsense"], ["nonsense"], ["sync", "-v", "-q"], ["sync", "--config", "/nowhere.json"],
  ])
  func wrongUsage(arguments: [String]) async throws {
    let run = try await Workplace("http://127.0.0.1:9").run(arguments)
    #expect(run.code == 2, "\(run.all)")
    #expect(run.err.hasPrefix("social-mirror: "))
  }

  @Test(arguments: [
    ("site.auth.password", "site.auth.username and site.auth.password"),
    ("site.auth.clientSecret", "site.auth.clientID and site.auth.clientSecret"),
    ("site.auth.clientID", "site.auth.clientID and site.auth.clientSecret"),
  ])
  func wrongCredentials(key: String, words: String) async throws {
    try await SampleSite.withRunningSite { _, base in
      let place = try Workplace(base, [key: "not-the-right-one"])
      let run = try await place.run(
        ["sync"], secrets: Workplace.secrets + (key.hasSuffix("ID") ? [] : ["not-the-right-one"]))
      #expect(run.code == 4, "\(run.all)")
      #expect(run.err.contains(words), "\(run.err)")
    }
  }

  @Test func aSiteThatIsDown() async throws {
    let run = try await Workplace("http://127.0.0.1:9").run(["sync"])
    #expect(run.code == 3, "\(run.all)")
    #expect(run.err.contains("127.0.0.1:9 does not accept connections"))
    #expect(run.err.contains("site.baseURL"))
  }

  /// After a good round, a site that answers with pages or half documents: an error, and nothing in the mirror moves.
  @Test(arguments: [
    (Fault.pageInsteadOfDocument, "instead of JSON:API"), (.truncatedBody, "before the answer was complete"),
    (.serverError, "500"),
  ])
  func answersThatAreNone(fault: Fault, words: String) async throws {
    try await SampleSite.withRunningSite { site, base in
      let place = try Workplace(base, ["site.entityTypes": ["node"]])
      #expect(try await place.run(["sync"]).code == 0)
      let before = try rows(place)
      let now = site.now
      try site.withCommunity { try $0.edit($0.ids(of: "node--topic")[0], at: now) }
      site.faults.inject(fault, times: 1000, below: "/jsonapi/node")
      let inside = try await place.run(["sync"])
      #expect(inside.code == 3, "\(inside.all)")
      #expect(inside.err.contains(words), "\(inside.err)")
      site.faults.inject(fault, times: 1000)
      let outside = try await place.run(["sync"])
      #expect(outside.code == 3, "\(outside.all)")
      #expect(outside.err.contains(words), "\(outside.err)")
      #expect(try rows(place) == before)
      site.faults.clear()
      #expect(try await place.run(["sync"]).code == 0)
      #expect(try rows(place) == before)
    }
  }

  @Test func aSecondWriterIsTurnedAway() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    _ = try Mirror(path: place.mirrorPath)
    let lock = try WriterLock(mirrorPath: place.mirrorPath)
    let run = try await place.run(["sync"])
    withExtendedLifetime(lock) {}
    #expect(run.code == 1, "\(run.all)")
    #expect(run.err.contains("process \(getpid())"), "\(run.err)")
  }

  @Test func whatIsNoMirrorIsLeftAlone() async throws {
    let place = try Workplace("http://127.0.0.1:9", ["mirror.path": "config.json"])
    let before = try Data(contentsOf: URL(filePath: place.config))
    let run = try await place.run(["sync"])
    #expect(run.code == 1, "\(run.all)")
    #expect(try Data(contentsOf: URL(filePath: place.config)) == before)
  }
}

/// How many resources a mirror has.
func rows(_ place: Workplace) throws -> Int64 {
  try Mirror(path: place.mirrorPath).reporting.status().types.reduce(0) { $0 + $1.rows }
}
