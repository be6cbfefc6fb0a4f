import JSONAPI
import Testing
import TokenIssuer

@Suite struct ScopeTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var requested: String?
    var account: [String] = []
    var granted: [String]?
    var hint: String?
    var testDescription: String { "\(requested ?? "nothing") for an account limited to \(account)" }
  }

  @Test(arguments: [
    Case(requested: nil, granted: ["read", "write"]),
    Case(requested: " ", granted: ["read", "write"]),
    Case(requested: "read", granted: ["read"]),
    Case(requested: "write  read write", granted: ["write", "read"]),
    Case(requested: "admin", hint: "Check the `admin` scope"),
    Case(requested: nil, account: ["read"], granted: ["read"]),
    Case(requested: "read write", account: ["read"], hint: "Check the `write` scope"),
    Case(requested: nil, account: ["other"], hint: "Specify a scope in the request or set a default scope"),
  ])
  func scopesAreGranted(_ example: Case) async throws {
    let bench = try await Bench(
      consumers: [Bench.consumer(scopes: Scopes.standard, defaults: nil)],
      accounts: [Bench.account(scopes: example.account)])
    let reply = try await bench.ask("password", ["scope": example.requested])
    if let granted = example.granted {
      let token = try await bench.verifier.verify(reply.member("access_token"), at: bench.clock.now)
      #expect(token.scopes == granted)
      #expect(bench.ledger.issues.first?.scopes == granted)
    } else {
      #expect(reply.status == 400)
      #expect(try reply.member("error") == "invalid_scope")
      #expect(try reply.member("hint") == example.hint)
    }
  }

  struct Reach: CustomTestStringConvertible, Sendable {
    var scopes: [String]
    var reads: [String] = []
    var writes: [String] = []
    var writesAnything = false
    var readable: [String]? = []
    var testDescription: String { scopes.joined(separator: " ") }
  }

  @Test(arguments: [
    Reach(scopes: []), Reach(scopes: ["sitemanager", "openid", "readers", "writes:x"]),
    Reach(scopes: ["read"], reads: ["node--topic", "node--page", "user--user", "people"], readable: nil),
    Reach(scopes: ["write"], writes: ["node--topic", "node--page", "user--user", "people"], writesAnything: true),
    Reach(
      scopes: ["*"], reads: ["node--topic", "node--page", "user--user", "people"],
      writes: ["node--topic", "node--page", "user--user", "people"], writesAnything: true, readable: nil),
    Reach(scopes: ["read:node"], reads: ["node--topic", "node--page"], readable: ["node"]),
    Reach(
      scopes: ["read:node--topic", "write:user"], reads: ["node--topic"], writes: ["user--user", "people"],
      writesAnything: true, readable: ["node--topic"]),
    Reach(scopes: ["read:people"], reads: ["people"], readable: ["people"]),
  ])
  func scopesReachTypes(_ example: Reach) {
    let token = AccessToken(id: "", accountID: nil, consumerID: "", scopes: example.scopes, expiresAt: 0)
    // A type of another name than its entity type's.
    let types: [(String, String?)] = [
      ("node--topic", nil), ("node--page", "node"), ("user--user", nil), ("people", "user"),
    ]
    #expect(types.filter { token.mayRead($0.0, of: $0.1) }.map { $0.0 } == example.reads)
    #expect(types.filter { token.mayWrite($0.0, of: $0.1) }.map { $0.0 } == example.writes)
    #expect(token.mayWriteAnything == example.writesAnything)
    #expect(token.readableTypes == example.readable)
  }

  @Test(arguments: [
    (["read", "write"], "read:node", true), (["read"], "write:node", false), (["read:node"], "read:node--topic", true),
    (["read:node--topic"], "read:node", false), (["read:node"], "read", false), (["read:node"], "read:nodes", false),
    (["*"], "write:user", true), (["*"], "openid", false), (["read"], "*", false), (["read"], "reader", false),
    (["sitemanager"], "sitemanager", true), (["site"], "site:manager", false),
  ])
  func lessIsWithin(scopes: [String], name: String, isWithin: Bool) { #expect(Scopes.cover(scopes, name) == isWithin) }

  @Test(arguments: [
    (["read", "write"], ["read:node"], ["read:node"]), (["read:node"], ["read", "write"], ["read:node"]),
    (["write", "read"], ["*"], ["write", "read"]), (["read:user"], ["read:node"], []),
    (["read", "read:node"], ["read:node--topic"], ["read:node--topic"]), (["a", "b"], ["b", "c"], ["b"]),
  ])
  func whatTwoListsAllow(scopes: [String], limit: [String], common: [String]) {
    #expect(Scopes.common(scopes, limit) == common)
  }

  @Test func aClientMayAskForLess() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(scopes: ["read"], defaults: nil)])
    let reply = try await bench.ask("password", ["scope": "read:node"])
    let token = try await bench.verifier.verify(reply.member("access_token"), at: bench.clock.now)
    #expect(token.scopes == ["read:node"] && token.readableTypes == ["node"])
    let more = try await bench.refresh(reply.member("refresh_token"), ["scope": "read"])
    #expect(try more.member("error") == "invalid_scope")
  }

  @Test(arguments: [
    ("read", true), ("write", true), ("openid", true), ("*", true), ("read:node", true), ("write:node--topic", true),
    ("read:people", true), ("reed", false), ("read:", false), ("delete:node", false), ("read:a b", false),
    ("read:node,write", false), ("", false), ("sitemanager", false),
  ])
  func scopesThatMeanSomething(text: String, isKnown: Bool) { #expect(Scopes.isKnown(text) == isKnown) }

  @Test(arguments: [
    ("read", true), ("a:b/c.d", true), ("*", true), ("", false), ("a b", false), ("é", false), ("a\"", false),
  ])
  func scopeNames(text: String, isName: Bool) { #expect(Scopes.isName(text) == isName) }

  @Test func defaultsStayWithinTheConsumersScopes() throws {
    #expect(try Bench.consumer(scopes: ["a", "b"], defaults: ["b", "c"]).defaultScopes == ["b"])
    #expect(try Bench.consumer(scopes: ["a", "b"], defaults: nil).defaultScopes == ["a", "b"])
  }
}
