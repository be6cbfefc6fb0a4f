import Foundation
import Logging
import Publish
import ServiceLifecycle
import Store

/// Keeps the copy in PostgreSQL in step with the mirror. What stands in its way stands in nobody else's.
struct PublishService: Service {
  let mirror: Mirror
  let settings: Settings.Publishing
  let logger: Logger

  func run() async throws {
    guard let path = settings.postgresFile else { return try await gracefulShutdown() }
    let environment = ProcessInfo.processInfo.environment
    try await cancelWhenGracefulShutdown {
      let publisher = Publisher(mirror, schema: settings.schema, logger: logger) {
        try Settings.Publishing.target(inFile: path, environment: environment)
      }
      do {
        try await publisher.follow(isEnd: { ServiceCourse($0) == .end }) { report in
          logger.info("published", metadata: ["copy": "\(PublishSummary(report).sentence)"])
        }
      } catch is CancellationError {}
    }
  }
}
