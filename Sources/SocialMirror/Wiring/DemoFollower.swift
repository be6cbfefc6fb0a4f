#if Demo
import Foundation
import JSONAPI
import Logging
import OpenSocial
import Store
import SyncAgent

/// Goes on mirroring the sample site and says what arrives.
struct DemoFollower: Sendable {
  let site: Site
  let mirror: Mirror
  let settings: SyncSettings
  let logger: Logger
  let isQuiet: Bool

  /// Rounds every second until it is cancelled.
  func run() async throws {
    let reader = ResourceReader(mirror)
    let round = SyncRound(
      site: site, mirror: mirror, settings: settings, logger: logger, now: unixNow,
      report: { event in
        guard !isQuiet, case .stored(let outcome) = event else { return }
        for change in outcome.changes { say(line(change, reader)) }
      })
    while true {
      try await Task.sleep(for: .seconds(1))
      _ = try await round.run()
    }
  }

  /// The path of one resource, for an example.
  func example() throws -> String? {
    try ResourceReader(mirror).snapshot(seeing: .everything) { snapshot in
      guard let type = try snapshot.type(name: "node--topic") else { return nil }
      let query = try QueryCompiler.compile(QueryParameters(), for: type, in: snapshot)
      var path: String?
      try snapshot.rows(query) { row in
        let id = try JSON(parsing: Array(row.stored.document))["id"]?.string.flatMap { ResourceID($0) }
        path = id.map { "\(type.path)/\($0.pathPart)" }
        return false
      }
      return path
    }
  }

  private func line(_ change: ApplyOutcome.Change, _ reader: ResourceReader) -> String {
    let time = Date().formatted(.iso8601.time(includingFractionalSeconds: false).timeSeparator(.colon))
    let entityType = ResourceTypeName(change.type).entityType
    let title = try? reader.single(seeing: .everything) { snapshot in
      try snapshot.resource(change.uuid, entityType: entityType) { row in
        let json = try JSON(parsing: Array(row.stored.document))
        return FieldDescription.labels.lazy
          .compactMap { json["attributes"]?[$0]?.string }.first ?? ""
      }
    }
    return "\(time)  \(change.isNew ? "new    " : "changed")  \(change.type)  \(change.uuid)  \((title ?? nil) ?? "")"
  }
}
#endif
