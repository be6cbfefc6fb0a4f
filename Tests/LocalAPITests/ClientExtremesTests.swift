import Foundation
import JSONAPI
import LocalAPI
import Support
import Testing

@testable import Store

/// A client as it should not be: extremes at every door. Nothing ends the program or fails in it, and no answer takes long.
@Suite(.serialized) struct ClientExtremesTests {
  /// What the answers to one door were.
  private struct Tally {
    var count = 0
    var statuses: [Int: Int] = [:]
    var slowest = Duration.zero

    mutating func note(_ status: Int, since start: ContinuousClock.Instant, _ what: String) {
      count += 1
      statuses[status, default: 0] += 1
      slowest = max(slowest, ContinuousClock.now - start)
      #expect((200..<500).contains(status) || status == 501 || status == 503, "\(status): \(what.prefix(300))")
    }

    func say(_ door: String) {
      let all = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
      print("extremes of clients, \(door): \(count) requests, slowest \(slowest); \(all)")
      // What grows by the square takes minutes; a busy machine may hold up one answer for some seconds.
      #expect(slowest < .seconds(30))
    }
  }

  private static let document = "application/vnd.api+json"

  private func small() throws -> CrawledMirror {
    let made = try CrawledMirror()
    let pages = try CrawledMirror.pages(base: CrawledMirror.site).map { type, page in
      var page = page
      page.resources = Array(page.resources.prefix(4))
      return (type: type, page: page)
    }
    _ = try made.apply(pages, cursor: true)
    try made.mirror.discovery.note(.siteAccount, CrawledMirror.account)
    try made.describe()
    return made
  }

  @Test func headersAndQueries() async throws {
    let api = try await InProcessLocalAPI(small())
    let topic = try #require(
      try JSON(parsing: await api.answer("GET", "/jsonapi/node/topic").body)["data"]?[0]?["id"]?.string)
    var tally = Tally()
    let names = [
      "Range", "If-Range", "If-None-Match", "If-Modified-Since", "Authorization", "Accept-Encoding", "Accept",
      "Content-Type",
      "Content-Disposition", "Content-Length", "Prefer", "Host", "Expect", "Cookie", "X-Forwarded-Host",
    ]
    let safe = Extremes.texts.filter { text in text.utf8.allSatisfy { $0 >= 0x20 } }
    for name in names {
      for text in safe {
        for value in [
          text, "bytes=\(text)-\(text)", "Bearer \(text)", "Basic \(text)", "gzip;q=\(text)", "wait=\(text)",
          "W/\"\(text)\"",
        ] {
          for (method, target) in [
            ("GET", "/jsonapi/node/topic/\(topic)"), ("PATCH", "/jsonapi/node/topic/\(topic)"),
            ("POST", "/oauth/token"),
          ] {
            let start = ContinuousClock.now
            tally.note(
              await api.answer(method, target, [name: value]).status, since: start,
              "\(method) \(target) \(name): \(value)")
          }
        }
      }
    }
    tally.say("headers")
    tally = Tally()
    let forms = [
      "page[limit]", "page[offset]", "page", "page[limit][]", "filter[nid]", "filter[drupal_internal__nid]",
      "filter[title]", "filter",
      "filter[created][value]", "filter[a][condition][path]",
      "filter[a][condition][operator]=%3E&filter[a][condition][path]=created&filter[a][condition][value]",
      "filter[a][condition][operator]=BETWEEN&filter[a][condition][path]=changed&filter[a][condition][value][]",
      "filter[a][group][conjunction]",
      "filter[a][condition][memberOf]", "filter[status]", "filter[id]", "filter[uid.id]",
      "filter[uid.meta.drupal_internal__target_id]", "sort", "sort[a][path]",
      "include", "fields", "fields[node--topic]", "resourceVersion", "resourceVersion=id:1&x", "_format",
      "page[offset]=9223372036854775807&page[limit]",
      "page[limit]=9223372036854775807&page[offset]", "filter[field_topic_files.0.target_id]",
      "filter[field_topic_files.99999999999999999999.target_id]",
    ]
    for form in forms {
      for text in Extremes.texts {
        for target in [
          "/jsonapi/node/topic", "/jsonapi/node/topic/\(topic)", "/jsonapi/user/user", "/jsonapi/file/file",
        ] {
          let start = ContinuousClock.now
          let request = "\(target)?\(form)=\(PercentCoding.encoded(text))"
          tally.note(await api.answer("GET", request).status, since: start, request)
        }
        let start = ContinuousClock.now
        let odd =
          "/jsonapi/\(PercentCoding.encoded(text))/\(text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : "x")"
        tally.note(await api.answer("GET", odd).status, since: start, odd)
      }
    }
    for count in [900, 5_000] {
      for part in [
        "filter[a%d]=1", "page[a%d]=1", "x%dY=1", "filter[a][b%d]=1", "fields[a%d]=b", "sort[%d]=1", "filter[%d][%d]=1",
        "%d=1",
      ] {
        let query = (0..<count).map { part.replacing("%d", with: "\($0)") }.joined(separator: "&")
        let start = ContinuousClock.now
        tally.note(await api.answer("GET", "/jsonapi/node/topic?\(query)").status, since: start, part)
      }
    }
    tally.say("queries")
  }

  /// Every value of a body that is right, replaced in turn.
  @Test func bodies() async throws {
    let made = try small()
    let api = try await InProcessLocalAPI(made)
    var tally = Tally()
    let tag = try #require(
      try JSON(parsing: await api.answer("GET", "/jsonapi/taxonomy_term/topic_types").body)["data"]?[0]?["id"])
    var bodies: [(method: String, target: String, body: JSON)] = []
    for path in ["node/topic", "user/user", "file/file", "node/event"] {
      let type = JSON.string(path.replacing("/", with: "--"))
      let old = try #require(try JSON(parsing: await api.answer("GET", "/jsonapi/\(path)").body)["data"]?[0])
      let id = try #require(old["id"]?.string)
      bodies.append(
        (
          "PATCH", "/jsonapi/\(path)/\(id)",
          ["data": ["type": type, "id": .string(id), "attributes": old["attributes"] ?? [:]]]
        ))
    }
    bodies.append(
      (
        "POST", "/jsonapi/node/topic",
        [
          "data": [
            "type": "node--topic",
            "attributes": [
              "title": "A", "body": ["value": "b", "format": "basic_html"], "created": "2026-01-01T00:00:00+00:00",
            ],
            "relationships": [
              "field_topic_type": ["data": ["type": "taxonomy_term--topic_types", "id": tag]],
              "field_topic_files": ["data": []],
            ],
          ]
        ]
      ))
    let topic = try #require(
      try JSON(parsing: await api.answer("GET", "/jsonapi/node/topic").body)["data"]?[0]?["id"]?.string)
    for (method, name, data) in [
      ("PATCH", "field_topic_type", ["type": "taxonomy_term--topic_types", "id": tag, "meta": ["arity": 0]] as JSON),
      (
        "POST", "field_topic_files",
        [["type": "file--file", "id": "a0000000-0000-4000-8000-00000000000f", "meta": ["arity": 1]]]
      ),
      ("DELETE", "field_topic_files", [["type": "file--file", "id": "a0000000-0000-4000-8000-00000000000f"]]),
    ] {
      bodies.append((method, "/jsonapi/node/topic/\(topic)/relationships/\(name)", ["data": data]))
    }
    for (method, target, body) in bodies {
      for variant in Extremes.variants(of: body) {
        let start = ContinuousClock.now
        let answer = await api.answer(
          method, target, ["Content-Type": Self.document], body: variant.document.encoded(.plain))
        tally.note(
          answer.status, since: start, "\(method) \(target) \(variant.pointer): \(variant.document.text().prefix(200))")
      }
    }
    for text in [
      "", "{", "[", "{\"data\":", "\u{FEFF}{}", "nul", String(repeating: "[", count: 100_000),
      String(repeating: "{\"a\":", count: 100_000), "\"\\ud800\"", "1e", "-",
    ] {
      for (method, target, _) in bodies {
        let start = ContinuousClock.now
        tally.note(
          await api.answer(method, target, ["Content-Type": Self.document], body: Array(text.utf8)).status,
          since: start, text)
      }
    }
    tally.say("bodies")
    #expect(tally.count > 3_000)
  }

  /// Bodies that take long where work grows by the square: members, names of relationships, items, marks on a letter.
  @Test func longBodies() async throws {
    let api = try await InProcessLocalAPI(small())
    var tally = Tally()
    func list(_ count: Int, _ item: (Int) -> String) -> String { (0..<count).map(item).joined(separator: ",") }
    let bodies = [
      #"{"data":{"type":"node--topic","attributes":{\#(list(100_000) { #""m\#($0 / 2)":1"# })}}}"#,
      #"{"data":{"type":"node--topic","attributes":{"title":"x",\#(list(150_000) { #""m\#($0)":1"# })}}}"#,
      #"{"data":{"type":"node--topic","attributes":{"title":"x"},"relationships":{\#(list(40_000) { #""m\#($0)":{"data":null}"# })}}}"#,
      #"{\#(list(200_000) { #""m\#($0)":{}"# })}"#,
      #"{"data":{"type":"node--topic","attributes":{"title":"\#("e" + String(repeating: "\u{301}\u{316}", count: 400_000))"}}}"#,
      #"{"data":{"type":"node--topic","attributes":{"field_content_visibility":"\#(String(repeating: "x", count: 3_000_000))"}}}"#,
    ]
    for body in bodies {
      let start = ContinuousClock.now
      let answer = await api.answer(
        "POST", "/jsonapi/node/topic", ["Content-Type": Self.document], body: Array(body.utf8))
      tally.note(answer.status, since: start, String(body.prefix(100)))
    }
    let topic = try #require(
      try JSON(parsing: await api.answer("GET", "/jsonapi/node/topic").body)["data"]?[0]?["id"]?.string)
    let items = [
      list(40_000) {
        #"{"type":"file--file","id":"a0000000-0000-4000-8000-00000000\#(1000 + $0 % 9000)","meta":{"arity":\#($0)}}"#
      },
      list(40_000) { #"{"type":"file--file","id":"a0000000-0000-4000-8000-000000000001","meta":{"arity":\#($0)}}"# },
    ]
    for item in items {
      for method in ["POST", "PATCH", "DELETE"] {
        let start = ContinuousClock.now
        let answer = await api.answer(
          method, "/jsonapi/node/topic/\(topic)/relationships/field_topic_files", ["Content-Type": Self.document],
          body: Array(#"{"data":[\#(item)]}"#.utf8))
        tally.note(answer.status, since: start, method)
      }
    }
    tally.say("long bodies")
  }

  @Test func tokenForms() async throws {
    let api = try await InProcessLocalAPI(small())
    var tally = Tally()
    let right = [
      "grant_type": "password", "client_id": "reports", "client_secret": "client secret", "username": "ann",
      "password": "her password", "scope": "read",
    ]
    for media in [
      "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json",
      "multipart/form-data; boundary=\(String(repeating: "-", count: 30_000))",
    ] {
      for name in right.keys.sorted() + ["refresh_token", "extra"] {
        for text in Extremes.texts {
          var form = right
          form[name] = text
          if name == "refresh_token" { form["grant_type"] = "refresh_token" }
          let pairs = form.sorted { $0.key < $1.key }
          let body =
            media.contains("boundary=b")
            ? pairs.map { "--b\r\nContent-Disposition: form-data; name=\"\($0.key)\"\r\n\r\n\($0.value)\r\n" }.joined()
              + "--b--\r\n"
            : pairs.map { "\($0.key)=\(PercentCoding.encoded($0.value))" }.joined(separator: "&")
          let start = ContinuousClock.now
          tally.note(
            await api.answer(
              "POST", "/oauth/token", ["Content-Type": media, "Authorization": nil], body: Array(body.utf8)
            ).status, since: start, body)
        }
      }
      for body in [
        String(repeating: "-", count: 60_000), String(repeating: "e\u{301}\u{316}", count: 12_000),
        String(repeating: "a&", count: 30_000), "client_id=e" + String(repeating: "\u{301}\u{316}", count: 15_000),
      ] {
        let start = ContinuousClock.now
        tally.note(
          await api.answer(
            "POST", "/oauth/token", ["Content-Type": media, "Authorization": nil], body: Array(body.utf8)
          ).status, since: start, String(body.prefix(50)))
      }
    }
    tally.say("token forms")
  }
}
