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
}
