import Logging
import Store
import Upstream

/// Brings the contents of files up to date, several side by side: streamed to disk, resumed where they broke off, stored once a
/// content. What fails is noted with its file and tried again later; a full disk or budget ends the round and nothing else.
package struct FileRound: Sendable {
  /// What a round needs besides the site.
  package struct Settings: Sendable {
    package var policy: FilePolicy
    /// The most bytes of contents; nil for no limit but the disk's.
    package var budgetBytes: Int64?
    /// How many files at once.
    package var concurrency: Int

    /// Settings of a round.
    package init(policy: FilePolicy, budgetBytes: Int64? = nil, concurrency: Int) {
      self.policy = policy
      self.budgetBytes = budgetBytes
      self.concurrency = concurrency
    }
  }

  /// What a round did.
  package struct Report: Sendable, Hashable {
    package var fetched = 0
    /// Bytes that came over the network.
    package var bytes: Int64 = 0
    package var failed = 0
    /// Why it ended early, for the operator; nil when all that was due was looked at.
    package var stopped: String?

    /// Whether there is nothing to tell.
    package var isIdle: Bool { fetched == 0 && failed == 0 && stopped == nil }
  }

  /// Bytes that are left free on the disk, so that resources can still be stored.
  static let reserveBytes: Int64 = 256 << 20

  private let fetcher: FileFetch
  private let mirror: Mirror
  private let folder: BinaryFolder
  private let settings: Settings
  private let now: @Sendable () -> Int64

  /// - Parameters:
  ///   - foreign: a transport to another origin, for files that the site keeps elsewhere; it never gets the token.
  ///   - now: Unix seconds.
  package init(
    site: Site, mirror: Mirror, folder: BinaryFolder, settings: Settings, logger: Logger,
    foreign: @escaping @Sendable (WebOrigin) throws -> any Transport, now: @escaping @Sendable () -> Int64
  ) {
    fetcher = FileFetch(site: site, mirror: mirror, folder: folder, foreign: foreign, now: now, logger: logger)
    self.mirror = mirror
    self.folder = folder
    self.settings = settings
    self.now = now
  }

  /// Runs the round.
  /// - Throws: refused credentials, a fault of the mirror, `CancellationError`. Files that are complete stay.
  package func run() async throws -> Report {
    for hash in try mirror.forgetLostFiles(settings.policy) { folder.remove(hash) }
    var report = Report()
    var position: Int64 = 0
    var waiting: ArraySlice<FileSource> = []
    try await withThrowingTaskGroup(of: FileFetch.Outcome.self) { group in
      var running = 0
      func refill() throws {
        while running < settings.concurrency, report.stopped == nil {
          if waiting.isEmpty {
            waiting = try mirror.filesToFetch(settings.policy, after: position, limit: 64, now: now())[...]
            guard let last = waiting.last else { return }
            position = last.resource
          }
          guard let file = waiting.popFirst() else { return }
          if let reason = try lackOfSpace(for: file) {
            report.stopped = reason
            return
          }
          running += 1
          group.addTask { try await fetcher.bring(file) }
        }
      }
      try refill()
      while let outcome = try await group.next() {
        running -= 1
        report.add(outcome)
        try refill()
      }
    }
    return report
  }

  private func lackOfSpace(for file: FileSource) throws -> String? {
    let size = file.size ?? 0
    if let free = folder.freeBytes, free - size < FileRound.reserveBytes {
      return "the disk of mirror.filesPath has \(free) bytes left; files wait, resources go on"
    }
    guard let budget = settings.budgetBytes, file.known?.hash == nil else { return nil }
    let used = try mirror.fileTotals().bytes
    guard used + size > budget else { return nil }
    return "mirror.filesBudgetBytes (\(budget)) is used up: \(used) bytes are there, \(size) more are due"
  }
}

extension FileRound.Report {
  fileprivate mutating func add(_ outcome: FileFetch.Outcome) {
    switch outcome {
    case .kept: break
    case .fetched(let bytes):
      fetched += 1
      self.bytes += bytes
    case .failed: failed += 1
    case .diskFull(let reason): stopped = reason
    }
  }
}
