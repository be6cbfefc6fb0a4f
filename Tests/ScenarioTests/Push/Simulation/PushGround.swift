import Foundation
import GRDB
import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Upstream

@testable import Store

/// What the histories of the push begin with: a small community, and the file of a mirror that has pulled it. Each history
/// gets copies.
struct PushGround: Sendable {
  let community: Community
  /// The mirror's file.
  let path: String
  let topics: [String]
  let tags: [String]
  let users: [String]

  static let folder: String = {
    let memory = "/dev/shm"
    let isThere = FileManager.default.isWritableFile(atPath: memory)
    return (isThere ? memory : FileManager.default.temporaryDirectory.path) + "/mirror-pushes-\(getpid())"
  }()

  /// The site's account, which synchronises.
  static let account = "a0000000-0000-4000-8000-000000000001"
  static let start: Double = 1_750_000_000

  static func settings() -> SampleSiteSettings {
    var settings = SampleSiteSettings()
    settings.clock = { start }
    settings.logCapacity = 1
    settings.accessTokenSeconds = 1 << 40
    return settings
  }

  /// - Parameter mistake: SQL that makes an engine with a known mistake of the good one.
  static func made(mistake: String? = nil) async throws -> PushGround {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var community = try Community.small()
    let now = Int64(start) - 100_000
    var topics: [String] = []
    var tags: [String] = []
    for number in 0..<4 {
      tags.append(
        try community.create("taxonomy_term--social_tagging", at: now, attributes: [("name", .string("Tag \(number)"))])
      )
    }
    let both: JSON = [
      ["type": "taxonomy_term--social_tagging", "id": .string(tags[0])],
      ["type": "taxonomy_term--social_tagging", "id": .string(tags[1])],
    ]
    for number in 0..<3 {
      topics.append(
        try community.create(
          "node--topic", at: now + Int64(number),
          attributes: [
            ("title", .string("base title \(number)")),
            (
              "body",
              ["value": .string("base body \(number)"), "format": "basic_html", "processed": "", "summary": nil]
            ),
          ], relationships: [("social_tagging", both)]))
    }
    let users = community.ids(of: "user--user").filter { $0 != account }.prefix(3)
    let path = folder + "/\(UUID().uuidString).sqlite"
    let site = SampleSite(settings(), community: community)
    let mirror = try Mirror(path: path)
    let round = SyncRound(
      site: try site.connection(InProcessTransport(site, before: { _, _ in }, after: { $1 }), MemoryTokenVault()),
      mirror: mirror, settings: SyncSettings(entityTypes: Bench.allEntityTypes, concurrency: 1, settleWindowSeconds: 1),
      logger: silentLog, now: { site.now })
    _ = try await round.run()
    if let mistake { try mirror.database.write { try $0.execute(sql: mistake) } }
    try mirror.close()
    return PushGround(community: community, path: path, topics: topics, tags: tags, users: Array(users))
  }
}

/// Ends the mirror's life before one of its commits: that one and all later ones are rolled back.
final class CommitFuse: TransactionObserver, Sendable {
  struct PowerCut: Error {}
  private let state = Mutex((left: Int?.none, isBlown: false))

  /// Cuts the power before the `commits`-th commit from now.
  func light(_ commits: Int) { state.withLock { $0.left = commits } }
  func blow() { state.withLock { $0.isBlown = true } }
  var isBlown: Bool { state.withLock { $0.isBlown } }

  func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseWillCommit() throws {
    try state.withLock { state in
      if let left = state.left {
        state.left = left - 1
        if left <= 1 { state.isBlown = true }
      }
      if state.isBlown { throw PowerCut() }
    }
  }
  func databaseDidCommit(_ db: Database) {}
  func databaseDidRollback(_ db: Database) {}
}
