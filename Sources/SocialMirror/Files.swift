import Foundation
import Logging
import ServiceLifecycle
import Store
import SyncAgent
import Synchronization
import Upstream

/// Transports to other origins than the site's, for files that the site keeps elsewhere: made when one is first needed. They
/// know no token.
final class ForeignTransports: Sendable {
  private let settings: TransportSettings
  private let logger: Logger
  private let open = Mutex<[String: CurlTransport]>([:])

  /// - Parameter settings: those of the site's transport; only the origin differs.
  init(like settings: TransportSettings, logger: Logger) {
    self.settings = settings
    self.logger = logger
  }

  /// The transport to an origin.
  /// - Throws: `TransportError`.
  func transport(to origin: WebOrigin) throws -> any Transport {
    try open.withLock { open in
      if let known = open[origin.description] { return known }
      var settings = self.settings
      settings.origin = origin
      let made = try CurlTransport(settings, logger: logger)
      open[origin.description] = made
      return made
    }
  }

  /// Ends all of them.
  func shutdown() {
    for transport in open.withLock({ open in Array(open.values) }) { transport.shutdown() }
  }
}

/// Rounds over the contents of files beside the rounds of resources, so that a large file holds nothing back.
struct FilesService: Service {
  let round: FileRound
  let intervalSeconds: Int
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        var tidies = true
        while true {
          let started = ContinuousClock.now
          try await once(tidies: tidies)
          tidies = false
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  private func once(tidies: Bool) async throws {
    do {
      let report = try await round.run(tidies: tidies)
      if !report.isIdle { logger.info("files", metadata: ["round": "\(FilesSummary(report).sentence)"]) }
    } catch let error as SignInError {
      // The schedule of the resources says so and stops; here it is enough not to ask.
      logger.debug("files wait", metadata: ["reason": "\(error)"])
    }
  }
}

/// What a round over files did, for people.
struct FilesSummary {
  private let report: FileRound.Report

  init(_ report: FileRound.Report) { self.report = report }

  var sentence: String {
    "\(report.fetched) files fetched, \(report.bytes) bytes" + (report.failed > 0 ? ", \(report.failed) failed" : "")
      + (report.stopped.map { "; stopped: \($0)" } ?? "")
  }
}
