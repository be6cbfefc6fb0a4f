import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

/// Whose copy a mirror is, and what the account may see.
@Suite struct IdentityTests {
  /// An answer of the entry point with some text in place of other.
  private static func replacing(_ old: String, _ new: String) -> InProcessTransport.After {
    { target, response in
      guard target == "/jsonapi" else { return response }
      var changed = response
      changed.body = Array(String(decoding: response.body, as: UTF8.self).replacing(old, with: new).utf8)
      return changed
    }
  }

  private func expectUntouched(_ bench: Bench, _ before: MirrorStatus) throws {
    let after = try bench.mirror.reporting.status()
    #expect(after.types.map(\.rows) == before.types.map(\.rows))
    // The ledger has the attempt, and nothing else has changed.
    #expect(after.runs.dropFirst().map(\.id) == before.runs.map(\.id))
    #expect(after.runs.first?.kind == "attempt" && after.runs.first?.outcome == "failed")
    #expect(after.site == before.site)
  }

  @Test func anotherAccountTouchesNothing() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirror.reporting.status()
    let other = "b1111111-1111-4111-8111-111111111111"
    let error = await #expect(throws: SyncFault.self) {
      try await bench.round(after: Self.replacing(bench.site.community.account, other))
    }
    guard case .otherAccount(_, let now)? = error else {
      Issue.record("not otherAccount: \(String(describing: error))")
      return
    }
    #expect(now == other)
    try expectUntouched(bench, before)
    try await bench.round()
    try bench.expectEqual()
  }

  @Test func anAnonymousAnswerTouchesNothing() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirror.reporting.status()
    let error = await #expect(throws: SyncFault.self) {
      try await bench.round(after: Self.replacing("\"me\":", "\"nobody\":"))
    }
    guard case .anonymous? = error else {
      Issue.record("not anonymous: \(String(describing: error))")
      return
    }
    try expectUntouched(bench, before)
  }

  /// As while a site is being deployed: the round that met it is noted, and the next is as if nothing had been.
  @Test(arguments: [404, 410]) func anEntryPointThatIsAwayComesBack(status: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirror.reporting.status()
    let error = await #expect(throws: SyncFault.self) {
      try await bench.round(after: { _, _ in InboundResponse(status: status) })
    }
    guard case .noEntryPoint? = error else {
      Issue.record("not noEntryPoint: \(String(describing: error))")
      return
    }
    try expectUntouched(bench, before)
    try await bench.round()
    try bench.expectEqual()
  }

  @Test func theMirrorOfAnotherSiteIsNotTouched() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let before = try bench.mirror.reporting.status()
    let (here, there) = (#"https:\/\/community.example.org"#, #"https:\/\/other.example.org"#)
    let error = await #expect(throws: SyncFault.self) {
      try await bench.round(base: "https://other.example.org", after: Self.replacing(here, there))
    }
    guard case .otherSite(let mirrored, let configured)? = error else {
      Issue.record("not otherSite: \(String(describing: error))")
      return
    }
    #expect(mirrored == siteBase)
    #expect(configured == "https://other.example.org")
    try expectUntouched(bench, before)
  }

}
