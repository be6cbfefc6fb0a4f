import OpenSocial
import Feed
import Foundation
import JSONAPI
import Store
import Support
import Synchronization
import Testing
import Upstream

/// Receivers are told everything in order, at least once, whatever they answer; one that never answers delays nobody else.
@Suite struct WebhookTests {
  private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  /// A receiver in this process, that fails as it is told.
  private final class Receiver: Transport {
    struct State {
      var messages: [OutboundRequest] = []
      var titles: [String: String] = [:]
      var position = ""
      var random: SplitMix
    }
    private let state: Mutex<State>
    /// Of how many messages one is confirmed; 0 confirms none.
    private let share: Int

    init(oneOf share: Int, seed: UInt64) {
      self.share = share
      state = Mutex(State(random: SplitMix(state: seed)))
    }

    var titles: [String: String] { state.withLock { $0.titles } }
    var position: String { state.withLock { $0.position } }
    var messages: [OutboundRequest] { state.withLock { $0.messages } }

    func send(_ request: OutboundRequest) async throws -> InboundResponse {
      let body = try JSON(parsing: request.body ?? [])
      return try state.withLock { state in
        state.messages.append(request)
        guard share > 0 else { throw TransportError(.timeout, "it is silent", url: "") }
        // It takes the message in and fails before it can say so, or does not even take it in.
        let (isTaken, isConfirmed) = (state.random.next(of: 2) == 0, state.random.next(of: share) == 0)
        if isTaken || isConfirmed { take(body, &state) }
        return InboundResponse(status: isConfirmed ? 204 : 503)
      }
    }

    private func take(_ body: JSON, _ state: inout State) {
      state.position = body["data"]?["position"]?.string ?? ""
      for change in body["data"]?["changes"]?.array ?? [] {
        let id = change["resource"]?["id"]?.string ?? ""
        state.titles[id] = change["document"]?["attributes"]?["title"]?.string
      }
    }
  }

  private static func webhook(_ name: String) throws -> Webhook {
    Webhook(
      name: name, url: "https://\(name).example/hook", secret: try #require(WebhookSecret(secret)),
      sight: { Sight([SightRules(types: .only(["node--topic"]))]) }, hasDocuments: true)
  }

  private static func topic(_ number: Int, _ title: String) -> String {
    let id = String(format: "00000000-0000-4000-8000-%012d", number)
    let link = #"https:\/\/community.example.org\/jsonapi\/node\/topic\/\#(id)"#
    return #"{"type":"node--topic","id":"\#(id)","links":{"self":{"href":"\#(link)"}},"attributes":"#
      + #"{"drupal_internal__nid":\#(number),"title":"\#(title)"},"relationships":{}}"#
  }

  private static func add(_ objects: [String], to made: CrawledMirror) throws {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: [:])
    let page = try scanner.page(Array(#"{"data":[\#(objects.joined(separator: ","))]}"#.utf8))
    _ = try made.apply([("node--topic", page)])
  }

  /// Waits until it is so, half a minute at most.
  private static func eventually(_ isSo: () throws -> Bool) async throws -> Bool {
    for _ in 0..<3_000 {
      if try isSo() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func aReceiverThatFailsAtRandomHasTheSame(seed: UInt64) async throws {
    let made = try CrawledMirror()
    try Self.add([Self.topic(1, "before")], to: made)
    let (flaky, dead, well) = (
      Receiver(oneOf: 3, seed: seed), Receiver(oneOf: 0, seed: 1), Receiver(oneOf: 1, seed: 1)
    )
    let webhooks = Webhooks(
      [
        (webhook: try Self.webhook("flaky"), transport: flaky), (webhook: try Self.webhook("dead"), transport: dead),
        (webhook: try Self.webhook("well"), transport: well),
      ], mirror: made.mirror, base: "https://mirror.example", logger: silentLog, now: { 1_800_000_000 },
      sleep: { _ in try await Task.sleep(for: .milliseconds(2)) })
    let isSame = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await webhooks.run() }
      defer { group.cancelAll() }
      return try await Self.hearTheSame(flaky, well, of: made, seed: seed)
    }
    #expect(isSame)
    let row = try #require(try made.mirror.feed.webhooks().first { $0.name == "dead" })
    #expect(row.failingSince == 1_800_000_000 && row.failures > 0 && row.lastError == "it is silent")
    try Self.check(flaky.messages)
    // What is sent again is the same message so long as nothing in it has changed.
    #expect(Set(dead.messages.map { $0["webhook-id"] }).count == Set(dead.messages.map(\.body)).count)
  }

  /// Changes topics at random; whether both receivers have them all in the end.
  private static func hearTheSame(
    _ flaky: Receiver, _ well: Receiver, of made: CrawledMirror, seed: UInt64
  ) async throws -> Bool {
    let areKnown = try await eventually { try made.mirror.feed.webhooks().count == 3 }
    #expect(areKnown)
    var titles: [String: String] = [:]
    var random = SplitMix(state: seed)
    for step in 0..<60 {
      let number = 2 + random.next(of: 20)
      try add([topic(number, "\(step)")], to: made)
      titles[String(format: "00000000-0000-4000-8000-%012d", number)] = "\(step)"
      if step.isMultiple(of: 7) { try await Task.sleep(for: .milliseconds(5)) }
    }
    let expected = titles
    return try await eventually {
      let end = try made.mirror.feed.state().end
      let told = try made.mirror.feed.webhooks().filter { $0.position == end }.map(\.name)
      return told == ["flaky", "well"] && flaky.titles == expected && well.titles == expected
    }
  }

  /// Each message is signed, and none begins before the one before it was confirmed; one that is sent again may have lost some.
  private static func check(_ messages: [OutboundRequest]) throws {
    let secret = try #require(WebhookSecret(secret))
    var last: Int64 = 0
    var place = ""
    for message in messages {
      let (body, own) = (try #require(message.body), try #require(message["webhook-id"]))
      #expect(message.method == "POST" && message["Content-Type"] == "application/json")
      #expect(
        message["webhook-signature"]
          == secret.signature(
            id: own, time: try #require(message["webhook-timestamp"].flatMap { Int64($0) }), body: body))
      let data = try #require(JSON(parsing: body)["data"])
      let changes = try #require(data["changes"]?.array)
      let numbers = changes.compactMap { $0["sequence"]?.integer }
      #expect(numbers == numbers.sorted() && numbers.count == Set(numbers).count)
      let end = try #require(data["position"]?.string)
      if end != place { #expect(try #require(numbers.first) > last) }
      (last, place) = (max(last, try #require(numbers.last)), end)
    }
  }

  /// Over a socket, as it goes over the wire.
  @Test func aMessageGoesOverTheWire() async throws {
    let server = try ScriptedServer { request in [.answer(request.number == 1 ? 500 : 200, [], "ignored")] }
    defer { server.stop() }
    let made = try CrawledMirror()
    try Self.add([Self.topic(1, "before")], to: made)
    let webhook = Webhook(
      name: "crm", url: "http://127.0.0.1:\(server.port)/hook?key=s3cret",
      secret: try #require(WebhookSecret(Self.secret)),
      sight: { .everything })
    let transport = try CurlTransport(webhook.transport(isInner: false, userAgent: "test"), logger: silentLog)
    defer { transport.shutdown() }
    let webhooks = Webhooks(
      [(webhook: webhook, transport: transport)], mirror: made.mirror, base: nil, logger: silentLog,
      now: { 1_800_000_000 }, sleep: { _ in try await Task.sleep(for: .milliseconds(2)) })
    let isTold = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await webhooks.run() }
      defer { group.cancelAll() }
      #expect(try await Self.eventually { try made.mirror.feed.webhooks().count == 1 })
      try Self.add([Self.topic(2, "after")], to: made)
      let end = try made.mirror.feed.state().end
      return try await Self.eventually { try made.mirror.feed.webhooks().first?.position == end }
    }
    #expect(isTold)
    let row = try #require(try made.mirror.feed.webhooks().first)
    #expect(row.failures == 0 && row.delivered == 1_800_000_000)
  }

  /// Whoever looks for the fault looks at the receiver, not at the site.
  @Test func aReceiverThatIsNotThereIsNamedAsOne() async throws {
    let made = try CrawledMirror()
    try Self.add([Self.topic(1, "before")], to: made)
    let webhook = Webhook(
      name: "crm", url: "http://127.0.0.1:9/hook?key=s3cret", secret: try #require(WebhookSecret(Self.secret)),
      sight: { .everything })
    let transport = try CurlTransport(webhook.transport(isInner: false, userAgent: "test"), logger: silentLog)
    defer { transport.shutdown() }
    let webhooks = Webhooks(
      [(webhook: webhook, transport: transport)], mirror: made.mirror, base: nil, logger: silentLog,
      now: { 1_800_000_000 }, sleep: { _ in try await Task.sleep(for: .milliseconds(2)) })
    let isNamed = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await webhooks.run() }
      defer { group.cancelAll() }
      #expect(try await Self.eventually { try made.mirror.feed.webhooks().count == 1 })
      try Self.add([Self.topic(2, "after")], to: made)
      return try await Self.eventually { try made.mirror.feed.webhooks().first?.lastError != nil }
    }
    #expect(isNamed)
    let reason = try #require(try made.mirror.feed.webhooks().first?.lastError)
    #expect(reason.hasPrefix("127.0.0.1:9 does not accept connections"))
    #expect(reason.hasSuffix("; check feed.webhooks.crm.url and the network"))
    #expect(!reason.contains("site.") && !reason.contains("s3cret"))
  }

  /// A receiver that is away at first.
  private final class Absence: Sendable {
    let isAway = Mutex(true)
    let bodies = Mutex<[String]>([])
    var count: Int { bodies.withLock { $0.count } }

    /// Takes a message; the status of the answer.
    func take(_ body: [UInt8]) -> Int {
      bodies.withLock { $0.append(String(decoding: body, as: UTF8.self)) }
      return isAway.withLock { $0 } ? 503 : 204
    }

    func comeBack() {
      bodies.withLock { $0.removeAll() }
      isAway.withLock { $0 = false }
    }
  }

  /// What was removed or changed while a receiver was away is not told when it is there again, but what became of it.
  @Test func whatIsNoMoreIsNotSentAgain() async throws {
    let absence = Absence()
    let server = try ScriptedServer { request in [.answer(absence.take(request.body), [], "")] }
    defer { server.stop() }
    let made = try CrawledMirror()
    try Self.add([Self.topic(1, "before")], to: made)
    let webhook = Webhook(
      name: "crm", url: "http://127.0.0.1:\(server.port)/hook", secret: try #require(WebhookSecret(Self.secret)),
      sight: { .everything }, hasDocuments: true)
    let transport = try CurlTransport(webhook.transport(isInner: false, userAgent: "test"), logger: silentLog)
    defer { transport.shutdown() }
    let webhooks = Webhooks(
      [(webhook: webhook, transport: transport)], mirror: made.mirror, base: nil, logger: silentLog,
      now: { 1_800_000_000 }, sleep: { _ in try await Task.sleep(for: .milliseconds(2)) })
    let isTold = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await webhooks.run() }
      defer { group.cancelAll() }
      return try await Self.putRight(made, during: absence)
    }
    #expect(isTold)
    let told = absence.bodies.withLock { $0.joined() }
    #expect(told.contains("stays") && told.contains("put right") && !told.contains("taken back"))
  }

  /// Changes a topic while the receiver is away; whether it has been told of everything once it is back.
  private static func putRight(_ made: CrawledMirror, during absence: Absence) async throws -> Bool {
    let isKnown = try await eventually { try made.mirror.feed.webhooks().count == 1 }
    #expect(isKnown)
    try add([topic(2, "taken back"), topic(3, "stays")], to: made)
    let isTried = try await eventually { try (made.mirror.feed.webhooks().first?.failures ?? 0) > 2 }
    #expect(isTried)
    try add([topic(2, "put right")], to: made)
    let end = try made.mirror.feed.state().end
    // An attempt that had begun may have the old one.
    let sent = absence.count
    let isSentAgain = try await eventually { absence.count > sent + 2 }
    #expect(isSentAgain)
    absence.comeBack()
    return try await eventually { try made.mirror.feed.webhooks().first?.position == end }
  }
}
