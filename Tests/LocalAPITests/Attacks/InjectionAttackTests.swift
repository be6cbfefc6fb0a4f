import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Texts that are another language's words: SQL in every parameter, ways out of the folder of contents, lines in a header.
@Suite struct InjectionAttackTests {
  private static let sql = [
    "'", "\"", "`", "\\", "' OR 1=1 --", "\" OR 1=1 --", "1 OR 1=1", "'; DROP TABLE resource; --",
    "') UNION SELECT 1 --",
    "' UNION SELECT secret_hash FROM consumer --", "$.a') OR 1=1 --", "?1", ":name", "@x", "x' AND (SELECT 1)='1",
    "%' --",
    "1;ATTACH DATABASE 'x' AS y", "json_extract(document,'$')", "title\" DESC; --", "*/ OR 1=1 /*",
  ]

  /// The words of the database.
  private static let words = [
    "SQLITE", "SQLite", "no such column", "syntax error", "no such table", "no such function", "near \"",
    "malformed JSON",
  ]

  @Test func sqlInEveryParameter() async throws {
    let api = try await AttackedAPI()
    let token = try await api.tokens("client_credentials").access
    let topics = "/jsonapi/node/topic"
    let all = try JSON(parsing: await api.get("\(topics)?page%5Blimit%5D=50", token).body)["data"]?.array?.count ?? 0
    try #require(all == 50)
    var asked = 0
    var statuses: [Int: Int] = [:]
    func judge(_ answer: LocalAPIServer.Answered, _ what: String) {
      asked += 1
      statuses[answer.status, default: 0] += 1
      #expect((200..<500).contains(answer.status), "\(what): \(answer.status)")
      guard answer.status != 200 else { return }
      let text = String(decoding: answer.body, as: UTF8.self)
      for word in Self.words { #expect(!text.contains(word), "\(what) speaks of the database: \(text.prefix(300))") }
    }
    let condition = "filter%5Bk%5D%5Bcondition%5D"
    for text in Self.sql {
      let value = AttackedAPI.encoded(text)
      for target in [
        "/jsonapi/\(value)", "/jsonapi/node/\(value)", "\(topics)/\(value)", "\(api.topic)/\(value)",
        "\(api.topic)/relationships/\(value)", "\(topics)?filter%5B\(value)%5D=1",
        "\(topics)?filter%5Buid.\(value)%5D=1",
        "\(topics)?\(condition)%5Bpath%5D=\(value)&\(condition)%5Bvalue%5D=1",
        "\(topics)?\(condition)%5Bpath%5D=title&\(condition)%5Boperator%5D=\(value)&\(condition)%5Bvalue%5D=1",
        "\(topics)?filter%5B\(value)%5D%5Bcondition%5D%5Bpath%5D=title&filter%5B\(value)%5D%5Bcondition%5D%5Bvalue%5D=1",
        "\(topics)?\(condition)%5Bpath%5D=title&\(condition)%5Bvalue%5D=1&\(condition)%5BmemberOf%5D=\(value)",
        "\(topics)?filter%5Bg%5D%5Bgroup%5D%5Bconjunction%5D=\(value)", "\(topics)?sort=\(value)",
        "\(topics)?sort=title,\(value)", "\(topics)?sort%5Bk%5D%5Bpath%5D=title&sort%5Bk%5D%5Bdirection%5D=\(value)",
        "\(topics)?include=\(value)", "\(topics)?include=uid.\(value)", "\(topics)?fields%5B\(value)%5D=title",
        "\(topics)?fields%5Bnode--topic%5D=\(value)", "\(topics)?page%5Blimit%5D=\(value)",
        "\(topics)?page%5Boffset%5D=\(value)", "\(topics)?page%5B\(value)%5D=1", "\(topics)?resourceVersion=\(value)",
        "\(topics)?x-\(value)=1", "/sites/default/files/\(value)", "/openapi/jsonapi?_format=\(value)",
        "/oauth/authorize?response_type=code&client_id=\(value)&redirect_uri=\(value)&state=\(value)&scope=\(value)",
      ] {
        judge(await api.get(target, token), target)
      }
      // A value is a value: it finds what is called so, and that is nothing.
      for name in ["title", "id", "uid.name", "uid.id", "field_topic_type.name"] {
        let target = "\(topics)?filter%5B\(name)%5D=\(value)"
        let answer = await api.get(target, token)
        judge(answer, target)
        if answer.status == 200 { #expect(try JSON(parsing: answer.body)["data"]?.array?.isEmpty == true, "\(target)") }
      }
      for name in ["Accept", "Content-Type", "If-None-Match", "Prefer", "Range", "X-Consumer-ID", "Accept-Language"] {
        judge(
          await api.send("GET", topics, ["Authorization": "Bearer \(token)", name: text]), "\(name): \(text)")
      }
      for grant in ["password", "client_credentials", "refresh_token", "authorization_code"] {
        for name in ["grant_type", "scope", "refresh_token", "code", "code_verifier", "redirect_uri"] {
          let answer = await api.ask(grant, [name: text])
          judge(answer, "\(grant), \(name): \(text)")
          // What the grant does not ask for is not looked at.
          if name == "grant_type" || name == "scope" {
            #expect(answer.status != 200, "\(grant), \(name): \(text)")
          }
        }
      }
      let document: JSON = [
        "data": [
          "type": .string(text), "id": .string(text), "attributes": .object(JSONObject([(text, .string(text))])),
        ]
      ]
      let fields = ["Authorization": "Bearer \(token)", "Content-Type": "application/vnd.api+json"]
      judge(await api.send("PATCH", api.topic, fields, body: document.encoded(.plain)), "PATCH \(text)")
      judge(
        await api.send("POST", "\(api.topic)/relationships/\(value)", fields, body: document.encoded(.plain)),
        "POST \(text)")
    }
    // A few alone: wrong sign-ins are slowed down.
    for text in ["' OR 1=1 --", "') UNION SELECT 1 --", "\u{0}'"] {
      for name in ["client_id", "client_secret", "username", "password"] {
        let answer = await api.ask("password", [name: text])
        judge(answer, "password, \(name): \(text)")
        #expect(answer.status == 400 || answer.status == 401, "\(name): \(text): \(answer.status)")
      }
    }
    let after = try JSON(parsing: await api.get("\(topics)?page%5Blimit%5D=50", token).body)["data"]?.array?.count
    #expect(after == all, "everything is still there")
    let tally = statuses.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }.joined(separator: ", ")
    print("attacks with SQL: \(Self.sql.count) texts, \(asked) requests, \(tally)")
  }

  // MARK: Files

  private static let marker = "nobody shall read this"

  /// A folder of contents with one public file, and a secret beside it.
  private static func files(_ made: CrawledMirror) throws -> (folder: String, targets: [String]) {
    var targets: [String] = []
    let folder = BinaryFolder(path: made.folder.appending(path: "files").path)
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    for file in try made.mirror.files.filesToFetch(.public, after: 0, limit: 1, now: 1) {
      let incoming = try folder.incoming(file.uuid)
      _ = Array("content".utf8).withUnsafeBytes { incoming.append($0) }
      let hash = try incoming.finish()
      try folder.adopt(incoming, as: hash)
      try made.mirror.files.note(
        FileContent(
          source: file.identity, hash: hash, bytes: 7, mediaType: "text/plain\r\nX-Planted: 1", validator: nil,
          lastModified: 1_700_000_000, isPublic: true), of: file, at: 1)
      let parts = file.path?.split(separator: "/") ?? []
      targets.append(parts.map { "/" + PercentCoding.encoded(String($0)) }.joined())
    }
    try Data(marker.utf8).write(to: made.folder.appending(path: "secret.txt"))
    try Data(marker.utf8).write(to: made.folder.appending(path: "files/secret.txt"))
    return (folder.path, targets)
  }

  @Test func waysOutOfTheFolder() async throws {
    let made = try CrawledMirror.full()
    let folder = try Self.files(made).folder
    let outside = made.folder.path
    let ups = [
      "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "%252e%252e%252f", "..%5c", "..\\", "....//", ".%00./", "..;/",
      "%c0%ae%c0%ae/", "%u002e%u002e/", "..%c0%af", "/../", "./.././",
    ]
    let ends = ["secret.txt", "files/secret.txt", "key.pem", "mirror.sqlite", "mirror.sqlite-wal", "etc/passwd"]
    var targets = [
      "/secret.txt", "/key.pem", "\(outside)/secret.txt", "/%2Fetc/passwd", "//etc/passwd", "/file:///etc/passwd",
    ]
    for start in ["/", "/sites/default/files/", "/system/files/", "/jsonapi/", "/jsonapi/file/file/", "/files/ab/"] {
      for up in ups {
        for end in ends {
          for count in [1, 2, 8] { targets.append(start + String(repeating: up, count: count) + end) }
        }
      }
      targets += ["\(start)\(outside)/secret.txt", "\(start)%00", "\(start)secret.txt%00.png"]
    }
    let all = targets
    try await RunningLocalAPI.serving(made, filesPath: folder) { api in
      let signedIn = try await api.signedIn()
      var statuses: [Int: Int] = [:]
      for (number, target) in all.enumerated() {
        let answer = try await api.send("GET", target, number % 2 == 0 ? signedIn : [:])
        statuses[answer.status, default: 0] += 1
        #expect((300..<500).contains(answer.status), "\(target): \(answer.status)")
        for word in [Self.marker, "PRIVATE KEY", "SQLite format", "root:"] {
          #expect(!answer.text.contains(word), "\(target) shows \(word)")
        }
      }
      let tally = statuses.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }.joined(separator: ", ")
      print("attacks on paths of files: \(all.count) requests, \(tally)")
    }
  }

  /// Neither what a client calls a file, nor what the site says of one, nor a path that is redirected makes a line of a header.
  @Test func linesInHeaders() async throws {
    let made = try CrawledMirror.full()
    let (folder, contents) = try Self.files(made)
    try #require(!contents.isEmpty)
    let names = [
      "a%0d%0aX-Planted: 1.txt", "a\\r\\nX-Planted: 1.txt", "a\u{85}X-Planted: 1.txt", "a\u{2028}X-Planted: 1.txt",
      "../../../key.pem", "..", ".", "/etc/passwd", "C:\\key.pem", ".htaccess", "a.php.txt", "a\\\".txt", "a;b=c.txt",
      String(repeating: "n", count: 3_000) + ".txt", "\u{202E}txt.exe", "<script>.txt", "%00.txt",
    ]
    try await RunningLocalAPI.serving(made, filesPath: folder) { api in
      let signedIn = try await api.signedIn()
      func judge(_ answer: RunningLocalAPI.Answer, _ what: String) {
        #expect(answer.fields["x-planted"] == nil && answer.fields["set-cookie"] == nil, "\(what): \(answer.fields)")
        #expect(answer.status < 500, "\(what): \(answer.status)")
      }
      var count = 0
      for name in names {
        let fields = [
          "Content-Type": "application/octet-stream", "Content-Disposition": "file; filename=\"\(name)\"",
        ].merging(signedIn) { $1 }
        let answer = try await api.send("POST", "/jsonapi/node/topic/field_files", fields, body: "content")
        judge(answer, name)
        count += 1
        guard answer.status == 201, let file = try answer.document["data"] else { continue }
        let kept = file["attributes"]?["filename"]?.string ?? ""
        #expect(!kept.contains("/") && kept != ".." && !kept.isEmpty, "\(name) is kept as \(kept)")
        let id = file["id"]?.string ?? ""
        var targets = ["/jsonapi/file/file/\(id)", "/jsonapi/file/file?filter%5Bid%5D=\(id)"]
        if let url = file["attributes"]?["uri"]?["url"]?.string { targets.append(url) }
        for target in targets {
          judge(try await api.send("GET", target, signedIn), "\(name): \(target)")
          count += 1
        }
      }
      // The site's own words about a content.
      for target in contents {
        judge(try await api.send("GET", target), target)
        count += 1
      }
      let planted = "%0d%0aX-Planted:%201%0d%0a"
      for target in [
        "//\(planted)", "/jsonapi//node/topic\(planted)", "/jsonapi/node/topic/\(planted)", "/JSONAPI/\(planted)",
        "/index.php/\(planted)", "/jsonapi/node/topic?fooBar=\(planted)", "/oauth/authorize?redirect_uri=\(planted)",
        "/jsonapi/node/topic?page%5Blimit%5D=\(planted)", "/sites/default/files/\(planted)",
      ] {
        judge(try await api.send("GET", target, signedIn), target)
        count += 1
      }
      print("attacks on header lines: \(count) answers, none with a line of somebody else's")
    }
  }
}
