import GRDB
import Store
import SyncAgent
import Testing
import Upstream

@testable import SocialMirror

/// What an error means for the daemon: neither the site nor the disk takes the local API down.
@Suite struct ServiceCourseTests {
  static let table: [(any Error, ServiceCourse)] = [
    (TransportError(.timeout, "slow", url: "https://x.test/"), .retry),
    (SiteError(.serverFault, status: 500), .retry),
    (SiteError(.unauthorized, status: 401), .rest),
    (SyncFault.otherAccount(before: "a", now: "b"), .rest),
    (SyncFault.otherSite(mirrored: "a", configured: "b"), .rest),
    (DatabaseError(resultCode: .SQLITE_FULL), .retry),
    (DatabaseError(resultCode: .SQLITE_IOERR), .retry),
    (DatabaseError(resultCode: .SQLITE_BUSY), .retry),
    (DatabaseError(resultCode: .SQLITE_CORRUPT), .end),
    (DatabaseError(resultCode: .SQLITE_NOTADB), .end),
    (MirrorUnusable(description: "gone"), .end),
  ]

  @Test(arguments: table.indices) func eachErrorHasItsCourse(_ number: Int) {
    let (error, course) = Self.table[number]
    #expect(ServiceCourse(error) == course, "\(error)")
  }

  static let odd: [SyncFault] = [
    .otherAccount(before: "a", now: "b"), .anonymous, .otherSite(mirrored: "a", configured: "b"),
    .noEntryPoint(tried: ["/jsonapi"], isConfigured: false), .nothingToMirror(asked: ["node"]),
  ]

  /// A round every five minutes: what stays so for an hour ends it, whatever else fails meanwhile.
  @Test(arguments: odd.indices) func anOddEntryPointIsTriedAgainForAnHour(_ number: Int) {
    var patience = ServicePatience(intervalSeconds: 300)
    for minute in stride(from: Int64(0), to: 60, by: 5) {
      #expect(patience.course(after: Self.odd[number], at: 7 + minute * 60) == .retry)
      #expect(patience.course(after: SiteError(.serverFault, status: 500), at: 7 + minute * 60) == .retry)
    }
    #expect(patience.course(after: Self.odd[number], at: 7 + 3_600) == .rest)
  }

  /// One a day: three of them in a row.
  @Test func thereAreThreeAtLeast() {
    var patience = ServicePatience(intervalSeconds: 86_400)
    #expect(patience.course(after: SyncFault.anonymous, at: 0) == .retry)
    #expect(patience.course(after: SyncFault.anonymous, at: 86_400) == .retry)
    #expect(patience.course(after: SyncFault.anonymous, at: 2 * 86_400) == .rest)
  }

  /// What has passed counts no more, whether that was seen or nothing was said of it for an hour.
  @Test func whatHasPassedIsForgotten() {
    var patience = ServicePatience(intervalSeconds: 60)
    for second in stride(from: Int64(0), to: 3_600, by: 60) {
      #expect(patience.course(after: SyncFault.anonymous, at: second) == .retry)
    }
    patience.passed()
    #expect(patience.course(after: SyncFault.anonymous, at: 3_600) == .retry)
    #expect(patience.course(after: SyncFault.anonymous, at: 3_660) == .retry)
    #expect(patience.course(after: SyncFault.anonymous, at: 10_000) == .retry)
    #expect(patience.course(after: SyncFault.anonymous, at: 13_599) == .retry)
    #expect(patience.course(after: SyncFault.anonymous, at: 13_600) == .rest)
  }

  /// Refused credentials are not shown again, and damage ends the daemon, at once.
  @Test func nothingElseIsBorneWith() {
    var patience = ServicePatience(intervalSeconds: 60)
    #expect(patience.course(after: SiteError(.unauthorized, status: 401), at: 0) == .rest)
    #expect(patience.course(after: SignInError.wrongUser(hint: nil), at: 0) == .rest)
    #expect(patience.course(after: MirrorUnusable(description: "gone"), at: 0) == .end)
  }
}
