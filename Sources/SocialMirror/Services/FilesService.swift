import Foundation
import Logging
import ServiceLifecycle
import Store
import SyncAgent
import Synchronization
import Upstream

/// The transport to other origins than the site's, for files that the site keeps elsewhere: made when it is first
/// needed. It knows no token, and goes where `AddressReach` lets a site send us.
final class ForeignTransports: Sendable {
  private let settings: TransportSettings
  private let logger: Logger
  private let made = Mutex<CurlTransport?>(nil)

  /// - Parameter settings: those of the site's transport; only the origin differs.
  init(like settings: TransportSettings, logger: Logger) {
    self.settings = settings
    self.logger = logger
  }

  /// The transport to an origin.
  /// - Throws: `TransportError`.
  func transport(to origin: WebOrigin) throws -> any Transport {
    try made.withLock { made in
      if let made { return made }
      var settings = self.settings
      settings.reach = AddressReach(ofSiteAt: settings.origin.host)
      let transport = try CurlTransport(settings, logger: logger)
      made = transport
      return transport
    }
  }

  /// Ends it.
  func shutdown() { made.withLock { $0 }?.shutdown() }
}

/// Rounds over the contents of files beside the rounds of resources, so that a large file holds nothing back. It asks
/// the site only while those find the right site and account there: where they rest, it rests.
struct FilesService: Service {
  let round: FileRound
  /// An element whenever a round of resources gets on.
  let turns: AsyncStream<Void>
  /// The least time from one round's start to the next.
  let intervalSeconds: Int
  let logger: Logger
  /// How often it looks at each content on disk: that is one look at the file system for each.
  private static let lookInterval = Duration.seconds(3_600)

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        var (tidies, wasStopped) = (true, false)
        var looked: ContinuousClock.Instant?
        for await _ in turns {
          let started = ContinuousClock.now
          let isDue = looked.map { started - $0 >= FilesService.lookInterval } ?? true
          wasStopped = try await once(tidies: tidies, looking: isDue ? .size : .folder, wasStopped: wasStopped)
          if isDue { looked = started }
          tidies = false
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  /// - Parameter wasStopped: whether the round before ended early, so that the operator knows it.
  /// - Returns: whether this one did.
  private func once(tidies: Bool, looking: FileRound.Looking, wasStopped: Bool) async throws -> Bool {
    do {
      let report = try await round.run(tidies: tidies, looking: looking)
      let isStopped = report.stopped != nil
      if !report.isIdle {
        let isStrange = report.vanished > 0 || report.unreadable != nil
        logger.log(
          level: isStrange || isStopped && !wasStopped ? .warning : .info, "files",
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
    if report.lost > 0 {
      complain(
        "files that the site has lost (404): \(report.lost); which: SELECT filename, path FROM files WHERE state = 'lost'"
      )
    }
    if report.failed > report.lost {
      complain(
        "contents of files that could not be fetched and are tried again later: \(report.failed - report.lost); why: "
          + "SELECT path, error FROM files WHERE state IN ('failed', 'stale')")
    }
    if let reason = report.unreadable { complain("contents of files that cannot be looked at: \(reason)") }
    if let reason = report.stopped { complain(reason) }
  }

  /// One line with all there is to say.
  var sentence: String {
    let unreadable = report.unreadable.map { "; cannot be looked at: \($0)" } ?? ""
    let stopped = report.stopped.map { "; stopped: \($0)" } ?? ""
    return figures + unreadable + stopped
  }

  private var figures: String {
    var parts = ["\(report.fetched) files fetched", "\(report.bytes) bytes"]
    if report.replaced > 0 { parts.append("\(report.replaced) of them replaced on the site without a save") }
    if report.vanished > 0 { parts.append("\(report.vanished) contents were missing on disk or damaged") }
    if report.lost > 0 { parts.append("\(report.lost) lost on the site") }
    if report.failed > report.lost { parts.append("\(report.failed - report.lost) failed") }
    return parts.joined(separator: ", ")
  }
}

extension ExitCodes {
  /// The code for a round over the contents of files. A budget that is used up is as the operator wants it. That some
  /// files fail is everyday: a site's list may name files that it has lost, closed or broken, and it would be the
  /// same at every round. When nothing at all comes, for the site is away where it keeps them, it could not be
  /// reached.
  init(files report: FileRound.Report) {
    if report.isDiskFull {
      self = .fault
    } else if report.away > 1, report.fetched == 0, report.kept == 0 {
      self = .site
    } else {
      self = .done
    }
  }
}
