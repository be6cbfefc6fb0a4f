import Foundation
import Logging
import Store

/// Keeps a copy of the mirror's views in a PostgreSQL database. One task at a time works with it; it waits for disk and server as it must,
/// so that task belongs on a thread of its own.
package final class Publisher {
  /// So often it looks whether the mirror has changed.
  private static let lookSeconds = 2
  /// So long it waits for the end of a round: longer ones are published as far as they are.
  private static let roundSeconds = 600
  /// A fault that is there for so many tries in a row is named in the mirror's `status`.
  private static let triesUntilNamed = 4
  /// What it is named as.
  package static let subject = "publish.postgresFile"

  private let mirror: Mirror
  private let schema: String?
  private let target: () throws -> PostgresTarget
  private let logger: Logger
  private var connection: PostgresConnection?
  private var isNamed = true
  private var failures = 0
  private var told = ""

  /// Nothing is connected yet.
  /// - Parameters:
  ///   - schema: the schema of the copy, as `SchemaName.checked` gives it; nil for one that is named after the site.
  ///   - target: where to; asked at each connection, so that what stands in a file may be renewed.
  package init(_ mirror: Mirror, schema: String?, logger: Logger, to target: @escaping () throws -> PostgresTarget) {
    self.mirror = mirror
    self.schema = schema
    self.logger = logger
    self.target = target
  }

  /// Makes the copy what the mirror is.
  /// - Parameter takesHalves: whether it does so while a round is under way, too.
  /// - Throws: `PublishRefusal`, a `PostgresFault`, `CancellationError`, a fault of the mirror: then the copy is as it was, and it may be
  ///   tried again.
  package func once(takesHalves: Bool = true) throws -> PublishReport {
    do {
      guard let schema = try self.schema ?? derivedSchema() else {
        // The first round will say whose copy the mirror is.
        if !takesHalves { return PublishReport(waitsForRound: true) }
        throw PublishRefusal("the mirror has nothing to publish yet; social-mirror sync fills it")
      }
      let connection = try self.connection ?? connected(schema)
      self.connection = connection
      let pass = try PublishPass(
        connection, mirror, schema: schema, takesHalves: takesHalves, logger: logger, at: Publisher.now)
      let report = try pass.run()
      if report.odd > 0 {
        logger.warning(
          "\(report.odd) rows or values could not be published as they are; social-mirror status names them")
      }
      return report
    } catch {
      // Whatever was begun ends with the connection.
      connection = nil
      throw error
    }
  }

  /// Follows the mirror until the task is cancelled. What fails is tried again, after longer pauses each time.
  /// - Parameters:
  ///   - isEnd: whether an error is one after which there is nothing more to try.
  ///   - report: is told what was done, each time that something was.
  package func follow(
    isEnd: (any Error) -> Bool, report: (PublishReport) -> Void
  ) async throws {
    var pauses = PublishPauses()
    var stamp: String?
    var waitsUntil = ContinuousClock.now + .seconds(Publisher.roundSeconds)
    while true {
      var pause = Publisher.lookSeconds
      do {
        let found = try mirror.views.stamp()
        if found != stamp {
          let done = try once(takesHalves: ContinuousClock.now >= waitsUntil)
          pauses.passed()
          try passed()
          if !done.waitsForRound {
            stamp = found
            waitsUntil = ContinuousClock.now + .seconds(Publisher.roundSeconds)
            if !done.isIdle { report(done) }
          }
        } else {
          waitsUntil = ContinuousClock.now + .seconds(Publisher.roundSeconds)
        }
      } catch let error as CancellationError {
        throw error
      } catch {
        if isEnd(error) { throw error }
        pause = pauses.failed()
        failed(error, pause)
      }
      try await Task.sleep(for: .seconds(pause))
    }
  }

  private func passed() throws {
    if !told.isEmpty { logger.notice("what is published follows again") }
    told = ""
    failures = 0
    if isNamed { try mirror.pulling.takeBack(.setting, subject: Publisher.subject) }
    isNamed = false
  }

  /// Says it once, and names it where it stays so.
  private func failed(_ error: any Error, _ pause: Int) {
    failures += 1
    let words = "\(error)"
    if words != told { logger.error("\(words). Publishing is tried again; all else goes on") }
    told = words
    guard failures == Publisher.triesUntilNamed else { return }
    let thing = SetAside(
      .setting, subject: Publisher.subject, reason: "what is published does not follow: \(words)",
      advice: "it is tried again by itself", at: Publisher.now)
    do {
      try mirror.pulling.setAside([thing])
      isNamed = true
    } catch {
      logger.warning("what is published does not follow, which could not be noted: \(error)")
    }
  }

  private func connected(_ schema: String) throws -> PostgresConnection {
    let target = try self.target()
    if let warning = target.warning { logger.warning("\(warning)") }
    let connection = try PostgresConnection(target)
    do {
      // A process that has just ended may have it for a moment.
      try connection.run(
        """
        SET lock_timeout = '3s';
        SELECT pg_advisory_lock(hashtext('social-mirror publish'), hashtext(\(TableSQL.literal(schema))));
        SET lock_timeout = '60s'
        """)
    } catch let fault as PostgresFault where fault.state == "55P03" {
      throw PublishRefusal("another social-mirror publishes into the schema \(schema) at \(target)")
    }
    return connection
  }

  private func derivedSchema() throws -> String? {
    try mirror.reading.fact(.siteBaseURL).flatMap { $0.isEmpty ? nil : SchemaName.derived(from: $0) }
  }

  private static var now: Int64 { Int64(Date().timeIntervalSince1970) }
}
