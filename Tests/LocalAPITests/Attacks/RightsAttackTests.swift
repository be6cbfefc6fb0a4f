import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing

/// Somebody whose rights have ended, or who wants more than theirs.
@Suite struct RightsAttackTests {
  /// What another process takes from a client or a person while this one serves.
  private struct Loss: Sendable {
    var name: String
    /// What the token of the client or the person is asked for with.
    var form: [String: String]
    var grant = "client_credentials"
    var take: @Sendable (AttackedAPI, Tokens) throws -> Void
  }

  private static let losses = [
    Loss(name: "a client is removed", form: ["client_id": "loss-0"]) { _, tokens in
      _ = try tokens.removeConsumer("loss-0")
    },
    Loss(name: "a client's secret is rotated", form: ["client_id": "loss-1"]) { api, tokens in
      try api.save(consumer: "loss-1", secret: "another secret", in: tokens)
    },
    Loss(name: "a client gets fewer scopes", form: ["client_id": "loss-2"]) { api, tokens in
      try api.save(consumer: "loss-2", scopes: ["read:user"], in: tokens)
    },
    Loss(name: "a client gets another sight", form: ["client_id": "loss-3"]) { api, tokens in
      try api.save(consumer: "loss-3", sight: "users", in: tokens)
    },
    Loss(name: "a person is removed", form: ["username": "loss-4"], grant: "password") { _, tokens in
      _ = try tokens.removeAccount("loss-4")
    },
    Loss(name: "a person gets a new password", form: ["username": "loss-5"], grant: "password") { api, tokens in
      try api.save(account: "loss-5", password: "another password", in: tokens)
    },
    Loss(name: "a person gets fewer scopes", form: ["username": "loss-6"], grant: "password") { api, tokens in
      try api.save(account: "loss-6", scopes: ["read:user"], in: tokens)
    },
    Loss(name: "a person gets another sight", form: ["username": "loss-7"], grant: "password") { api, tokens in
      try api.save(account: "loss-7", sight: "users", in: tokens)
    },
  ]

  /// The ledger is written under a server that has each token in its cache: it may not be good for longer than the bound.
  @Test func whatIsLostEndsWithinFiveSeconds() async throws {
    let api = try await AttackedAPI()
    for number in 0..<4 { try api.save(consumer: "loss-\(number)") }
    for number in 4..<8 { try api.save(account: "loss-\(number)") }
    var pairs: [(access: String, refresh: String)] = []
    for loss in Self.losses {
      let pair = try await api.tokens(loss.grant, loss.form)
      #expect(await api.get(api.topic, pair.access).status == 200, "\(loss.name)")
      pairs.append(pair)
    }
    // As another process has it: with a file of its own, and without a word to the server.
    let beside = try Mirror(path: api.made.mirror.path)
    defer { try? beside.close() }
    // When the last request that was let in began: a busy machine makes that no later.
    var seconds: [Double?] = Self.losses.map { _ in nil }
    var lastGood = Self.losses.map { _ in 0.0 }
    let start = ContinuousClock.now
    for loss in Self.losses { try loss.take(api, beside.tokens) }
    while seconds.contains(where: { $0 == nil }), ContinuousClock.now - start < .seconds(40) {
      for index in seconds.indices where seconds[index] == nil {
        let begun = ContinuousClock.now - start
        if await api.get(api.topic, pairs[index].access).status == 200 {
          lastGood[index] = Double(begun.components.seconds) + Double(begun.components.attoseconds) / 1e18
        } else {
          seconds[index] = lastGood[index]
        }
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    for (loss, time) in zip(Self.losses, seconds) {
      print("attacks on rights: \(loss.name): refused after \(time.map { String(format: "%.2f s", $0) } ?? "–")")
      #expect((time ?? .infinity) < 7, "\(loss.name)")
    }
    // Nor does a refresh token bring it back.
    for (loss, pair) in zip(Self.losses, pairs) where !pair.refresh.isEmpty {
      let answer = await api.ask("refresh_token", ["refresh_token": pair.refresh])
      let back = (try? JSON(parsing: answer.body))?["access_token"]?.string
      if let back { #expect(await api.get(api.topic, back).status != 200, "\(loss.name)") }
    }
  }

  @Test func refreshTokensAreGoodOnceAndForTheirClient() async throws {
    let api = try await AttackedAPI()
    let first = try await api.tokens("password")
    // Another client gets nothing for it, and takes nothing away.
    for form in [["client_id": "other"], ["client_id": "nobody"], ["client_secret": "wrong"]] {
      let answer = await api.ask("refresh_token", form.merging(["refresh_token": first.refresh]) { $1 })
      #expect(answer.status == 400 || answer.status == 401, "\(form)")
    }
    // More than the pair had is refused, and takes nothing away either.
    for scope in ["read write admin", "*", "openid", "read:node write:user admin"] {
      let answer = await api.ask("refresh_token", ["refresh_token": first.refresh, "scope": scope])
      #expect(answer.status == 400, "\(scope)")
    }
    #expect(await api.get(api.topic, first.access).status == 200)
    let second = try await api.tokens("refresh_token", ["refresh_token": first.refresh])
    #expect(await api.get(api.topic, first.access).status == 401, "the old access token ends")
    for _ in 0..<3 {
      #expect(await api.ask("refresh_token", ["refresh_token": first.refresh]).status == 400, "replayed")
    }
    // Damaged ones.
    for text in [
      "", "x", first.refresh.uppercased(), String(first.refresh.dropLast()), first.refresh + "0", "' OR '1'='1",
    ] {
      let status = await api.ask("refresh_token", ["refresh_token": text]).status
      #expect(status == 400 || status == 401, "\(text.prefix(20))")
    }
    // Of many at once, one is the first.
    let won = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<20 {
        group.addTask { await api.ask("refresh_token", ["refresh_token": second.refresh]).status }
      }
      return await group.reduce(into: 0) { $0 += $1 == 200 ? 1 : 0 }
    }
    #expect(won == 1, "\(won) of 20 got a pair")
  }

  @Test func nobodyGetsMoreScopesThanTheirs() async throws {
    let api = try await AttackedAPI()
    try api.save(account: "reader", scopes: ["read"])
    for scope in [
      "write", "read write", "*", "admin", "read:node write:node", "write:node--topic", "openid admin", "READ",
    ] {
      let answer = await api.ask("client_credentials", ["client_id": "reports", "scope": scope])
      let text = String(decoding: answer.body, as: UTF8.self)
      #expect(answer.status == 400 && text.contains("invalid_scope"), "\(scope): \(answer.status) \(text)")
    }
    for scope in ["read", "write", "read:node", "read:user", "read:node--event", "*"] {
      let answer = await api.ask("client_credentials", ["client_id": "topics", "scope": scope])
      #expect(answer.status == 400, "\(scope)")
    }
    for scope in ["write", "read write", "*"] {
      #expect(await api.ask("password", ["username": "reader", "scope": scope]).status == 400, "\(scope)")
    }
    let reader = try await api.tokens("password", ["username": "reader"])
    let reports = try await api.tokens("client_credentials", ["client_id": "reports"])
    for token in [reader.access, reports.access] {
      #expect(await api.get(api.topic, token).status == 200)
      #expect(await api.patch(token).status == 403)
      #expect(await api.send("DELETE", api.topic, ["Authorization": "Bearer \(token)"]).status == 403)
    }
    // A token of fewer scopes than its client's stays one.
    let narrow = try await api.tokens("client_credentials", ["scope": "read"])
    #expect(await api.patch(narrow.access).status == 403)
    let pem = try String(contentsOfFile: api.keyPath, encoding: .utf8)
    for wish: JSON in [["read", "write"], ["*"], ["write"]] {
      let forged = try ForgedToken(like: narrow.access).with(claims: [("scope", wish)], sign: ForgedToken.rsa(pem))
      let status = await api.patch(forged).status
      #expect(status == 403 || status == 401, "what the ledger has counts, not the claim \(wish.text())")
    }
  }

  /// A scope of one type shows that type alone, wherever another is asked for.
  @Test func scopesOfTypesShowNoOther() async throws {
    let api = try await AttackedAPI()
    let token = try await api.tokens("client_credentials", ["client_id": "topics"]).access
    #expect(await api.get(api.topic, token).status == 200)
    #expect(await api.patch(token).status == 403)
    for target in [
      "/jsonapi/user/user", "/jsonapi/user/user/\(CrawledMirror.account)", "/jsonapi/node/event", "/jsonapi/file/file",
      "\(api.topic)/uid", "\(api.topic)?include=uid", "/jsonapi/node/topic?include=uid,field_topic_image",
      "/jsonapi/node/topic?filter%5Buid.name%5D=admin", "/jsonapi/node/topic?sort=uid.name",
    ] {
      let answer = await api.get(target, token)
      let document = (try? JSON(parsing: answer.body)) ?? .null
      let rows = (document["data"]?.array ?? document["data"].map { [$0] } ?? []) + (document["included"]?.array ?? [])
      for row in rows where !row.isNull {
        #expect(row["type"] == "node--topic", "\(target) shows \(row["type"]?.text() ?? "")")
      }
    }
  }

  /// A token sees what its client and its person may both see, whatever it asks for.
  @Test func nobodySeesMoreThanBothMay() async throws {
    let api = try await AttackedAPI()
    try api.save(consumer: "users-only", sight: "users")
    try api.save(consumer: "lost", sight: "gone")
    try api.save(account: "uma", sight: "users")
    try api.save(account: "tom", sight: "topics")
    let rows: [(form: [String: String], topics: Bool, users: Bool)] = [
      ([:], true, true), (["username": "uma"], false, true), (["username": "tom"], true, false),
      (["client_id": "users-only"], false, true), (["client_id": "users-only", "username": "uma"], false, true),
      (["client_id": "users-only", "username": "tom"], false, false), (["client_id": "lost"], false, false),
      (["username": "uma", "sight": "topics"], false, true), (["username": "uma", "scope": "read"], false, true),
      (["client_id": "users-only", "sight": ""], false, true),
    ]
    for row in rows {
      let token = try await api.tokens("password", row.form).access
      let topics = await api.get(api.topic, token).status
      let users = await api.get("/jsonapi/user/user/\(CrawledMirror.account)", token).status
      #expect((topics == 200) == row.topics, "\(row.form): topic \(topics)")
      #expect((users == 200) == row.users, "\(row.form): user \(users)")
      // Nor by a header or a parameter.
      for fields in [["X-Sight": "topics"], ["X-Consumer-ID": "crm"], ["X-Forwarded-User": "ann"]] where !row.topics {
        let all = fields.merging(["Authorization": "Bearer \(token)"]) { $1 }
        #expect(await api.send("GET", "\(api.topic)?sight-x=topics", all).status != 200, "\(row.form) \(fields)")
      }
      if !row.topics { #expect(await api.patch(token).status >= 400) }
    }
  }
}
