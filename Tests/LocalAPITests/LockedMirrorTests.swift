import Foundation
import GRDB
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// The local API while the file is not to be had.
@Suite struct LockedMirrorTests {
  private static let topic = Array(#"{"data":{"type":"node--topic","attributes":{"title":"Locked"}}}"#.utf8)

  private typealias Answered = LocalAPIServer.Answered
  private static let form = ["Content-Type": "application/x-www-form-urlencoded", "Host": "127.0.0.1"]

  private static func token(_ server: LocalAPIServer) async -> Answered {
    let body = "grant_type=client_credentials&client_id=reports&client_secret=client%20secret"
    return await server.answer("POST", "/oauth/token", form, body: Array(body.utf8))
  }

  private static func signedIn(_ server: LocalAPIServer) async throws -> [String: String] {
    let token = try JSON(parsing: await token(server).body)["access_token"]?.string ?? ""
    return ["Authorization": "Bearer \(token)", "Content-Type": "application/vnd.api+json", "Host": "127.0.0.1"]
  }

  private static func write(_ server: LocalAPIServer, _ fields: [String: String]) async -> Answered {
    await server.answer("POST", "/jsonapi/node/topic", fields, body: topic)
  }

  /// Thirty clients write and sign in at once while another program holds the lock: each is told within two seconds,
  /// reads go on, and afterwards writes do.
  @Test(.timeLimit(.minutes(5))) func nobodyWaitsForTheNext() async throws {
    let made = try CrawledMirror.full()
    let server = try await RunningLocalAPI.prepared(made)
    let fields = try await Self.signedIn(server)
    var unsafe = Configuration()
    unsafe.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(
      path: made.folder.appending(path: "mirror.sqlite").path, configuration: unsafe)
    try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    let begun = ContinuousClock.now
    try await withThrowingTaskGroup(of: (Answered, Duration).self) { group in
      for number in 0..<30 {
        group.addTask {
          let answer = number % 3 == 0 ? await Self.token(server) : await Self.write(server, fields)
          return (answer, ContinuousClock.now - begun)
        }
      }
      let read = await server.answer("GET", "/jsonapi/node/topic?page[limit]=1", fields)
      #expect(read.status == 200)
      for try await (answer, taken) in group {
        #expect(
          answer.status == 503 && answer.fields["retry-after"] == "2", "\(String(decoding: answer.body, as: UTF8.self))"
        )
        // One after the other they would take 45 seconds; those who sign in hash a secret before.
        #expect(taken < .seconds(25), "\(taken)")
      }
    }
    try other.inDatabase { try $0.execute(sql: "COMMIT") }
    #expect(await Self.write(server, fields).status == 201)
    #expect(await Self.token(server).status == 200)
  }

  /// Reads wait for nobody who writes, neither for another program that holds the lock nor for those here who wait for it: pages,
  /// filters, and contents of files, over connections of their own.
  @Test(.timeLimit(.minutes(5))) func readsWaitForNoWriter() async throws {
    let made = try CrawledMirror.full()
    let folder = BinaryFolder(path: made.folder.appending(path: "files").path)
    let file = try Self.file(made.mirror, folder)
    let path = made.folder.appending(path: "mirror.sqlite").path
    try await RunningLocalAPI.serving(made, filesPath: folder.path) { api in
      let fields = try await api.signedIn()
      let body = String(decoding: Self.topic, as: UTF8.self)
      let media = fields.merging(["Content-Type": "application/vnd.api+json"]) { $1 }
      var unsafe = Configuration()
      unsafe.allowsUnsafeTransactions = true
      let other = try DatabaseQueue(path: path, configuration: unsafe)
      try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<12 {
          group.addTask {
            while !Task.isCancelled {
              let answer =
                try await number % 2 == 0
                ? api.token("grant_type=client_credentials")
                : api.send("POST", "/jsonapi/node/topic", media, body: body)
              #expect(answer.status == 503, "\(answer.text)")
            }
          }
        }
        try await Task.sleep(for: .milliseconds(300))
        for target in ["/jsonapi/node/topic", "/jsonapi/node/topic?filter%5Buid.name%5D=x", file] {
          var quickest = Duration.seconds(60)
          for _ in 0..<20 where quickest >= .seconds(1) {
            let begun = ContinuousClock.now
            #expect(try await api.send("GET", target, fields).status == 200, "\(target)")
            quickest = min(quickest, ContinuousClock.now - begun)
          }
          // Who writes waits for a second and a half each time.
          #expect(quickest < .seconds(1), "\(target)")
        }
        group.cancelAll()
        for try await _ in group {}
      }
      try other.inDatabase { try $0.execute(sql: "COMMIT") }
    }
  }

  /// Gives a public file of a mirror a content.
  /// - Returns: its path, as in a request.
  private static func file(_ mirror: Mirror, _ folder: BinaryFolder) throws -> String {
    try mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    let files = try mirror.files.filesToFetch(.public, after: 0, limit: 4, now: 1)
    let file = try #require(files.first { $0.path != nil })
    let incoming = try folder.incoming(file.uuid)
    _ = Array("content".utf8).withUnsafeBytes { incoming.append($0) }
    let hash = try incoming.finish()
    try folder.adopt(incoming, as: hash)
    try mirror.files.note(
      FileContent(
        source: file.identity, hash: hash, bytes: 7, mediaType: "text/plain", validator: nil,
        lastModified: 1_700_000_000, isPublic: true), of: file, at: 1)
    return (file.path ?? "").split(separator: "/").map { "/" + PercentCoding.encoded(String($0)) }.joined()
  }

  @Test func aFileThatIsAwayIs503AndComesBack() async throws {
    let made = try CrawledMirror.full()
    let server = try await RunningLocalAPI.prepared(made)
    let fields = try await Self.signedIn(server)
    let path = made.folder.appending(path: "mirror.sqlite").path
    try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
    let write = await Self.write(server, fields)
    #expect(write.status == 503 && write.fields["retry-after"] != nil)
    #expect(try JSON(parsing: write.body)["errors"]?[0]?["status"] == "503")
    #expect(!String(decoding: write.body, as: UTF8.self).contains(made.folder.path))
    #expect(await server.answer("GET", "/jsonapi/node/topic", fields).status == 503)
    #expect(await Self.token(server).status == 503)
    try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
    #expect(await Self.write(server, fields).status == 201)
    #expect(await server.answer("GET", "/jsonapi/node/topic", fields).status == 200)
  }

  /// A copy that may not be written is served: with tokens of this process, a refresh token is good for once, writes
  /// are 403.
  @Test func aCopyIsServedForReading() async throws {
    let made = try CrawledMirror.full()
    _ = try await RunningLocalAPI.prepared(made)
    let path = made.folder.appending(path: "mirror.sqlite").path
    try made.mirror.close()
    let copy = try Mirror(path: path, for: .serving, mayWrite: false)
    var settings = LocalAPISettings(host: "127.0.0.1", port: 0, signingKeyPath: "/proc/no/key.pem")
    settings.accessTokenSeconds = 300
    let server = try await LocalAPIServer(mirror: copy, settings: settings, logger: silentLog)
    func token(_ fields: String) async throws -> JSON {
      let body = Array((fields + "&client_id=reports&client_secret=client%20secret").utf8)
      let answer = await server.answer("POST", "/oauth/token", Self.form, body: body)
      var document = try JSON(parsing: answer.body).object ?? JSONObject()
      document["status"] = .integer(Int64(answer.status))
      return .object(document)
    }
    let pair = try await token("grant_type=password&username=ann&password=her%20password&scope=read%20write")
    let bearer = ["Authorization": "Bearer \(pair["access_token"]?.string ?? "")", "Host": "127.0.0.1"]
    #expect(await server.answer("GET", "/jsonapi/node/topic", bearer).status == 200)
    let fields = bearer.merging(["Content-Type": "application/vnd.api+json"]) { $1 }
    let write = await server.answer("POST", "/jsonapi/node/topic", fields, body: Self.topic)
    #expect(write.status == 403 && String(decoding: write.body, as: UTF8.self).contains("a copy for reading alone"))
    let refresh = "grant_type=refresh_token&refresh_token=\(pair["refresh_token"]?.string ?? "")"
    let next = try await token(refresh)
    #expect(next["status"]?.integer == 200)
    #expect(try await token(refresh)["status"]?.integer == 400)
    #expect(await server.answer("GET", "/jsonapi/node/topic", bearer).status == 401)
    try? copy.close()
  }
}
