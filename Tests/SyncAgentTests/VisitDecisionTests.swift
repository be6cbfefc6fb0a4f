import Foundation
import Testing
import Upstream

@testable import SyncAgent

/// Whether a visit goes on: by the entry point's answer and by what the mirror remembers, and by nothing else.
@Suite struct VisitDecisionTests {
  private static let here = "https://community.example"
  private static let there = "https://other.example"

  /// What one entry point says, to a mirror that remembers something.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The account that the site took the request for.
    var me: String? = "a"
    /// What its links name.
    var named: [String] = []
    var configured = VisitDecisionTests.here
    var hasMoved = false
    var remembered = SiteIdentity(base: VisitDecisionTests.here, bases: [VisitDecisionTests.here], account: "a")
    var decision = VisitDecision.goOn(account: "a")

    init(_ name: String, _ change: (inout Case) -> Void) {
      testDescription = name
      change(&self)
    }
  }

  private static let otherSite = VisitDecision.otherSite(mirrored: here, configured: there)

  static let cases: [Case] = [
    Case("the same site and account") { _ in },
    Case("a mirror that remembers nothing takes any") { $0.remembered = SiteIdentity() },
    Case("an account is remembered without a site") {
      $0.remembered = SiteIdentity(account: "b")
      $0.decision = .otherAccount(before: "b", now: "a")
    },
    Case("nobody is signed in") {
      $0.me = nil
      $0.decision = .anonymous
    },
    Case("nobody is signed in at a mirror that remembers nothing") {
      $0.me = nil
      $0.remembered = SiteIdentity()
      $0.decision = .anonymous
    },
    Case("another account") {
      $0.me = "b"
      $0.decision = .otherAccount(before: "a", now: "b")
    },
    Case("another site") {
      $0.configured = VisitDecisionTests.there
      $0.named = [VisitDecisionTests.there]
      $0.decision = VisitDecisionTests.otherSite
    },
    Case("another site is said before another account") {
      $0.configured = VisitDecisionTests.there
      $0.me = "b"
      $0.decision = VisitDecisionTests.otherSite
    },
    Case("an anonymous visitor is said before another site") {
      $0.configured = VisitDecisionTests.there
      $0.me = nil
      $0.decision = .anonymous
    },
    Case("a person says that it has moved") {
      $0.configured = VisitDecisionTests.there
      $0.hasMoved = true
    },
    Case("a site that has moved still has its account") {
      $0.configured = VisitDecisionTests.there
      $0.hasMoved = true
      $0.me = "b"
      $0.decision = .otherAccount(before: "a", now: "b")
    },
    Case("its links named the new address before") {
      $0.configured = VisitDecisionTests.there
      $0.remembered.bases = [VisitDecisionTests.here, VisitDecisionTests.there]
    },
    Case("its links name the old address now") {
      $0.configured = VisitDecisionTests.there
      $0.named = [VisitDecisionTests.there, VisitDecisionTests.here]
    },
    Case("another scheme") { $0.configured = "http://community.example" },
    Case("a leading www") { $0.configured = "https://www.community.example" },
    Case("another port") {
      $0.configured = "https://community.example:8443"
      $0.decision = .otherSite(mirrored: VisitDecisionTests.here, configured: "https://community.example:8443")
    },
    Case("another path") {
      $0.configured = "https://community.example/sub"
      $0.decision = .otherSite(mirrored: VisitDecisionTests.here, configured: "https://community.example/sub")
    },
    Case("names without a base that was mirrored say nothing") {
      $0.remembered = SiteIdentity(bases: [VisitDecisionTests.there], account: "a")
    },
  ]

  @Test(arguments: cases) func decides(_ one: Case) {
    var entry = EntryPoint(resourceTypes: [])
    entry.me = one.me
    entry.bases = one.named
    let decision = VisitDecision(entry, at: one.configured, hasMoved: one.hasMoved, one.remembered)
    #expect(decision == one.decision)
  }

  @Test func onlyWhoMayGoOnHasAnAccount() throws {
    #expect(try VisitDecision.goOn(account: "a").account() == "a")
    let refused: [VisitDecision] = [.anonymous, VisitDecisionTests.otherSite, .otherAccount(before: "a", now: "b")]
    for decision in refused {
      #expect(throws: SyncFault.self) { _ = try decision.account() }
    }
    let fault = #expect(throws: SyncFault.self) { _ = try VisitDecisionTests.otherSite.account() }
    guard case .otherSite(let mirrored, let configured)? = fault else {
      Issue.record("not otherSite: \(String(describing: fault))")
      return
    }
    #expect(mirrored == VisitDecisionTests.here && configured == VisitDecisionTests.there)
  }

  // MARK: The sources

  private static let engine = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/SyncAgent")

  /// Signing in anew, looking for the entry point and comparing it with what is remembered are steps of a visit alone; an
  /// examination goes some of them, and keeps nothing.
  @Test(arguments: ["EntryPointSearch(", "EntryPoint.parse(", "VisitDecision(", "SiteIdentity(", ".signInAnew("])
  func nothingElseGoesIn(step: String) throws {
    let files = try #require(
      FileManager.default.enumerator(at: VisitDecisionTests.engine, includingPropertiesForKeys: nil))
    var folders: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      if text.contains(step) { folders.insert(file.deletingLastPathComponent().lastPathComponent) }
    }
    #expect(folders.subtracting(["Examination"]) == ["Visit"])
  }
}
