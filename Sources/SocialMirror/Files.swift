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

/// Rounds over the contents of files beside the rounds of resources, so that a large file holds nothing back. It asks the
/// site only while those find the right site and account there: where they rest, it rests.
struct FilesService: Service {
  let round: FileRound
  /// An element whenever a round of resources gets on.
  let turns: AsyncStream<Void>
  /// The least time from one round's start to the next.
  let intervalSeconds: Int
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        var (tidies, wasStopped) = (true, false)
        for await _ in turns {
          let started = ContinuousClock.now
          wasStopped = try await once(tidies: tidies, wasStopped: wasStopped)
          tidies = false
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  /// - Parameter wasStopped: whether the round before ended early, so that the operator knows it.
  /// - Returns: whether this one did.
  private func once(tidies: Bool, wasStopped: Bool) async throws -> Bool {
    do {
      let report = try await round.run(tidies: tidies)
      let isStopped = report.stopped != nil
      if !report.isIdle {
        logger.log(
          level: isStopped && !wasStopped ? .warning : .info, "files",
          metadata: ["round": "\(FilesSummary(report).sentence)"])
      }
      return isStopped
    } catch let error as CancellationError {
      throw error
    } catch {
      try await follow(error, logger, rests: "Files wait")
      return wasStopped
    }
  }
}

/// What a round over files did, for people.
struct FilesSummary {
  private let report: FileRound.Report

  init(_ report: FileRound.Report) { self.report = report }

  /// Prints what was done, and on standard error what was not.
  func show(_ common: CommonOptions) {
    if !common.quiet, !report.isIdle { say(figures) }
    if report.failed > 0 {
      complain(
        "contents of files that could not be fetched and are tried again later: \(report.failed); why: "
          + "SELECT path, error FROM files WHERE error IS NOT NULL")
    }
    if let reason = report.stopped { complain(reason) }
  }

  /// One line with all there is to say.
  var sentence: String { figures + (report.stopped.map { "; stopped: \($0)" } ?? "") }

  private var figures: String {
    "\(report.fetched) files fetched, \(report.bytes) bytes" + (report.failed > 0 ? ", \(report.failed) failed" : "")
  }
}

extension ExitCodes {
  /// The code for a round over the contents of files. A budget that is used up is as the operator wants it. That some files fail
  /// is everyday: a site's list may name files that it has lost. When nothing at all comes, the site cannot be reached where it
  /// keeps them.
  init(files report: FileRound.Report) {
    if report.isDiskFull {
      self = .fault
    } else if report.failed > 0, report.fetched == 0 {
      self = .site
    } else {
      self = .done
    }
  }
}
