import Foundation
import HTTPTypes
import JSONAPI
import Store
import Support
import Testing

@testable import LocalAPI

/// `/mirror/changes`: pages, waiting, events, and what is said to who cannot go on.
@Suite struct FeedRouteTests {
  private static let route = "/mirror/changes"
  private static let topics = "/jsonapi/node/topic"

  /// A write of a client, which is a change; returns the topic's id.
  private static func write(_ api: InProcessLocalAPI, _ title: String) async throws {
    let topic = try await topic(api)
    let answer = await api.answer(
      "PATCH", "\(topics)/\(topic)", ["Content-Type": "application/vnd.api+json"],
      body: Array(
        #"{"data":{"type":"node--topic","id":"\#(topic)","attributes":{"title":"\#(title)"}}}"#.utf8))
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
  }

  private static func topic(_ api: InProcessLocalAPI) async throws -> String {
    let page = try JSON(parsing: await api.answer("GET", "\(topics)?page[limit]=1").body)
    return try #require(page["data"]?[0]?["id"]?.string)
  }

  private static func read(
    _ api: InProcessLocalAPI, _ query: String, _ fields: [String: String?] = [:]
  ) async throws -> (answer: Int, document: JSON, applied: String?) {
    let answer = await api.answer("GET", "\(route)?\(query)", fields)
    return (answer.status, try JSON(parsing: answer.body), answer.fields["preference-applied"])
  }

  private static func since(_ document: JSON) throws -> String { "since=\(try #require(document["position"]?.string))" }

  @Test func pagesFollowOneAnother() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    var query = "since=0&limit=40&include=document"
    var seen: [String: Int64] = [:]
    var last: Int64 = 0
    while true {
      let page = try await Self.read(api, query)
      #expect(page.answer == 200)
      for change in page.document["changes"]?.array ?? [] {
        let sequence = try #require(change["sequence"]?.integer)
        #expect(sequence > last)
        last = sequence
        let id = try #require(change["resource"]?["id"]?.string)
        #expect(seen.updateValue(sequence, forKey: "\(change["resource"]?["type"]?.string ?? "") \(id)") == nil)
        #expect(change["document"]?["id"]?.string == id && change["kind"]?.string == "created")
      }
      let next = try #require(page.document["next"]?.string)
      #expect(next.hasPrefix("http://localhost/mirror/changes?since="))
      query = String(next.drop { $0 != "?" }.dropFirst())
      if page.document["more"]?.bool == false { break }
    }
    #expect(seen.count > 100)
    try await Self.write(api, "Changed here")
    let page = try await Self.read(api, query)
    let changes = try #require(page.document["changes"]?.array)
    #expect(changes.count == 1 && changes[0]["origin"] == "local" && changes[0]["kind"] == "changed")
    #expect(changes[0]["document"]?["attributes"]?["title"] == "Changed here")
  }

  @Test func aDocumentIsWhatTheResourcesRouteGives() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    let page = try await Self.read(api, "since=0&include=document&limit=1000")
    let change = try #require(
      page.document["changes"]?.array?.first { $0["resource"]?["type"]?.string == "node--topic" })
    let id = try #require(change["resource"]?["id"]?.string)
    let document = try JSON(parsing: await api.answer("GET", "\(Self.topics)/\(id)").body)
    #expect(change["document"] == document["data"])
  }

  @Test func whoWaitsIsAnsweredWhenThereIsSomething() async throws {
    let api = try await InProcessLocalAPI(CrawledMirror.full())
    let now = try await Self.read(api, "since=now")
    #expect(now.document["changes"]?.array?.isEmpty == true && now.document["more"] == false && now.applied == nil)
    let query = try Self.since(now.document)
    let none = try await Self.read(api, query, ["Prefer": "wait=1"])
    #expect(none.document["changes"]?.array?.isEmpty == true && none.applied == "wait=1")
    async let waited = Self.read(api, query, ["Prefer": "wait=60"])
    try await Task.sleep(for: .milliseconds(100))
    try await Self.write(api, "Woken")
    let answer = try await waited
    #expect(answer.applied == "wait=60" && answer.document["changes"]?.array?.count == 1)
  }

  @Test func whoCannotGoOnIsToldWhereToStart() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let end = try made.mirror.feed.state().end
    for since in ["\(end.sequence + 1)", "\(end.sequence)-0123456789abcdef"] {
      let gone = try await Self.read(api, "since=\(since)")
      #expect(gone.answer == 410 && gone.document["start"]?.string == "http://localhost/mirror/changes?since=0")
      #expect(try await Self.read(api, "since=\(since)", ["Accept": "text/event-stream"]).answer == 410)
    }
    for query in ["since=x", "since=-1", "since[]=1", "limit=0", "limit=x", "include=uid"] {
      #expect(await api.answer("GET", "\(Self.route)?\(query)").status == 400, "\(query)")
    }
    #expect(await api.answer("GET", Self.route, ["Authorization": nil]).status == 401)
    #expect(await api.answer("POST", Self.route).status == 405)
    #expect(await api.answer("OPTIONS", Self.route).status == 200)
    #expect(await api.answer("HEAD", Self.route).status == 200)
  }

  @Test func aSightIsObeyed() async throws {
    let rules = SightRules(types: .only(["node--topic"]), published: true, hide: ["node--topic.body"])
    let api = try await SightedLocalAPI(CrawledMirror.full(), rules: rules)
    let answer = await api.answer(.lesser, "GET", "\(Self.route)?limit=1000&include=document")
    let changes = try #require(JSON(parsing: answer.body)["changes"]?.array)
    #expect(!changes.isEmpty)
    for change in changes {
      #expect(change["resource"]?["type"] == "node--topic")
      #expect(change["document"]?["attributes"]?["body"] == nil && change["document"]?["attributes"]?["title"] != nil)
    }
    let all = await api.answer(.greater, "GET", "\(Self.route)?limit=1000")
    #expect(try JSON(parsing: all.body)["changes"]?.array?.count ?? 0 > changes.count)
  }

  // MARK: Events

  /// The ids of the events of an answer.
  private static func events(_ read: RawConnection.Read) -> [String] {
    read.text.matches(of: #/id: (\S+)\nevent: change\n/#).map { String($0.1) }
  }

  /// Page after page.
  private static func allChanges(_ api: RunningLocalAPI) async throws -> [JSON] {
    let signed = try await api.signedIn()
    var (changes, since, more) = ([JSON](), "0", true)
    while more {
      let page = try await api.send("GET", "/mirror/changes?since=\(since)&limit=1000", signed).document
      changes += try #require(page["changes"]?.array)
      since = try #require(page["position"]?.string)
      more = page["more"] == true
    }
    return changes
  }

  @Test func tenReadersOfEventsHaveTheSame() async throws {
    try await Talk.serving { api in
      let signed = try await api.signedIn().map { "\($0): \($1)\r\n" }.joined()
      let request =
        "GET /mirror/changes?since=0 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\(signed)\r\n"
      let changes = try await Self.allChanges(api)
      let last = try #require(changes.last?["sequence"]?.integer)
      let end = "\"sequence\":\(last),"
      let reads = try await withThrowingTaskGroup(of: RawConnection.Read.self) { group in
        for _ in 0..<10 {
          group.addTask {
            try await onThread {
              let connection = try RawConnection(port: api.port)
              connection.send(request)
              return connection.read(until: end, within: 30)
            }
          }
        }
        return try await group.reduce(into: [RawConnection.Read]()) { $0.append($1) }
      }
      let count = changes.count
      for read in reads {
        #expect(read.text.contains("text/event-stream") && !read.text.lowercased().contains("content-length"))
        #expect(Self.events(read).count == count && Self.events(read) == Self.events(reads[0]))
      }
      // Who connects again goes on behind the last one that it had.
      let events = Self.events(reads[0])
      let rest = try await onThread {
        let connection = try RawConnection(port: api.port)
        connection.send(request.replacing("\r\n\r\n", with: "\r\nLast-Event-ID: \(events[events.count - 3])\r\n\r\n"))
        return connection.read(until: end, within: 30)
      }
      #expect(Self.events(rest) == Array(events.suffix(2)))
    }
  }

  @Test func soManyReadAndNoMore() {
    let crowd = FeedCrowd(streams: 3, waiting: 1, mostOfOne: 2)
    var places = [crowd.enter(.stream, "a"), crowd.enter(.stream, "a"), crowd.enter(.stream, "a")]
    #expect(places.map { $0 != nil } == [true, true, false])
    places.append(crowd.enter(.stream, "b"))
    #expect(places[3] != nil && crowd.enter(.stream, "c") == nil)
    places[0] = nil
    #expect(crowd.enter(.stream, "c") != nil)
    let waiting = crowd.enter(.wait, "a")
    #expect(waiting != nil && crowd.enter(.wait, "b") == nil)
    withExtendedLifetime((places, waiting)) {}
  }

  @Test(arguments: [
    ("text/event-stream", true), ("text/html, text/event-stream;q=0.5", true), ("Text/Event-Stream", true),
    ("application/json", false), ("*/*", false), ("text/event-stream; q=0", false), ("", false),
  ]) func whoAsksForEventsGetsThem(accept: String, isStream: Bool) throws {
    let request = try FeedRequest(QueryTree(), [.accept: accept])
    #expect(request.isStream == isStream)
  }
}
