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

  @Test(arguments: [
    ([], false), (["read"], false), (["write"], true), (["read", "write"], true), (["*"], true),
    (["sitemanager"], false),
  ])
  func onlyWriteAndStarAllowWriting(scopes: [String], mayWrite: Bool) {
    let token = AccessToken(id: "", accountID: nil, consumerID: "", scopes: scopes, expiresAt: 0)
    #expect(token.mayWrite == mayWrite)
  }

  @Test(arguments: [
    ("read", true), ("a:b/c.d", true), ("*", true), ("", false), ("a b", false), ("é", false), ("a\"", false),
  ])
  func scopeNames(text: String, isName: Bool) { #expect(Scopes.isName(text) == isName) }

  @Test func defaultsStayWithinTheConsumersScopes() throws {
    #expect(try Bench.consumer(scopes: ["a", "b"], defaults: ["b", "c"]).defaultScopes == ["b"])
    #expect(try Bench.consumer(scopes: ["a", "b"], defaults: nil).defaultScopes == ["a", "b"])
  }
}
