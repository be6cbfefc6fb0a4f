import JSONAPI
import Logging
import Store
import Upstream

/// Brings the contents of files up to date, several side by side: streamed to disk, resumed where they broke off,
/// stored once a content. What fails is noted with its file and tried again later; what has no room is passed by; a
/// full disk ends the round and nothing else. Its copies take turns.
package struct FileRound: Sendable {
  /// What a round needs besides the site.
  package struct Settings: Sendable {
    /// Which files have their contents fetched: all, only public ones, or none.
    package var policy: FilePolicy
    /// The most bytes of contents; nil for no limit but the disk's.
    package var budgetBytes: Int64?
    /// How many files at once.
    package var concurrency: Int
    /// When contents are compared with the site's although nothing says that they changed.
    package var comparing = Comparing.never

    /// When contents are compared, which finds those that were replaced without a save.
    package enum Comparing: Sendable, Hashable {
      case never
      /// Those that were not for so many seconds, and at most so many in a round; nil for all.
      case after(seconds: Int, limit: Int?)
    }

    /// Settings of a round.
    package init(policy: FilePolicy, budgetBytes: Int64? = nil, concurrency: Int) {
      self.policy = policy
      self.budgetBytes = budgetBytes
      self.concurrency = concurrency
    }
  }

  /// What a round did.
  package struct Report: Sendable, Hashable {
    /// How many contents were fetched and stored.
    package var fetched = 0
    /// Bytes that came over the network.
    package var bytes: Int64 = 0
    /// How many could not be fetched, for whatever reason but a full disk: it is noted with the file, and tried again later.
    package var failed = 0
    /// How many of those the site does not have any more.
    package var lost = 0
    /// How many failed for the site is away.
    package var away = 0
    /// How many of the fetched were replaced on the site without a save.
    package var replaced = 0
    /// How many of all that were due are as they were.
    package var kept = 0
    /// How many contents were not on disk any more, or not as they were fetched: they are due again.
    package var vanished = 0
    /// Why nothing can be said of some contents on disk, for the operator; nil when all could be looked at.
    package var unreadable: String?
    /// Why it ended early or passed files by, for the operator; nil when all that was due was taken.
    package var stopped: String?
    /// Whether that was for want of room on the disk, not of a budget that is used up as the operator wants it.
    package var isDiskFull = false

    /// Nothing done yet.
    package init() {}

    /// Whether there is nothing to tell.
    package var isIdle: Bool {
      fetched == 0 && failed == 0 && vanished == 0 && unreadable == nil && stopped == nil
    }
  }

  /// How a round looks whether contents are still on disk. What is not is fetched again.
  package enum Looking: Sendable, Hashable {
    /// Only whether their folder is there.
    case folder
    /// Each by its existence and size.
    case size
    /// Each by its bytes: all are read.
    case bytes
  }

  /// Bytes that are left free on the disk, so that resources can still be stored.
  static let reserveBytes: Int64 = 256 << 20

  private let fetcher: FileFetch
  private let files: FileKeeping
  private let sweeping: Sweeping
  private let folder: BinaryFolder
  private var settings: Settings
  private let now: @Sendable () -> Int64
  private let alone = OneAtATime()

  /// - Parameters:
  ///   - foreign: a transport to another origin, for files that the site keeps elsewhere; it never gets the token.
  ///   - now: Unix seconds.
  package init(
    site: Site, mirror: Mirror, folder: BinaryFolder, settings: Settings, logger: Logger,
    foreign: @escaping @Sendable (WebOrigin) throws -> any Transport, now: @escaping @Sendable () -> Int64
  ) {
    fetcher = FileFetch(
      site: site, files: mirror.files, reading: mirror.reading, folder: folder, foreign: foreign, now: now,
      logger: logger)
    files = mirror.files
    sweeping = mirror.sweeping
    self.folder = folder
    self.settings = settings
    self.now = now
  }

  /// Runs the round.
  /// - Parameters:
  ///   - tidies: whether it looks for contents that nothing refers to, which a crash may have left. That reads the whole
  ///     folder: once a process is enough.
  ///   - looking: how it looks for contents that are there no longer.
  /// - Throws: refused credentials, a fault of the mirror, `CancellationError`. Files that are complete stay.
  package func run(tidies: Bool = true, looking: Looking = .size) async throws -> Report {
    try await alone.run { try await fetched(tidies: tidies, looking: looking) }
  }

  /// The same round that compares contents at other times.
  package func comparing(_ comparing: Settings.Comparing) -> FileRound {
    var round = self
    round.settings.comparing = comparing
    return round
  }

  private func fetched(tidies: Bool, looking: Looking) async throws -> Report {
    try forget(tidies: tidies)
    var report = Report()
    try forgetVanished(looking, &report)
    var space = DiskBudget(bytes: settings.budgetBytes, parts: folder.incomingBytes())
    var used = try files.fileTotals().bytes
    // Files that were passed by and may never fit, and why the first was.
    var passedBy: (count: Int, lack: Lack)?
    var position: Int64 = 0
    var waiting: ArraySlice<FileSource> = []
    var comparesNext = true
    try await withThrowingTaskGroup(of: (FileSource, FileFetch.Outcome).self) { group in
      var running = 0
      func refill() throws {
        while running < settings.concurrency, report.stopped == nil {
          if waiting.isEmpty {
            try Task.checkCancellation()
            waiting = try files.filesToFetch(settings.policy, after: position, limit: 64, now: now())[...]
            if let last = waiting.last {
              position = last.resource
            } else if comparesNext {
              comparesNext = false
              waiting = try toCompare()[...]
            }
          }
          guard let file = waiting.first else { return }
          if let lack = lackOfSpace(for: file, space, used: used) {
            // What is arriving may turn out to be there already, or not to come: then there is room after all.
            guard running == 0 else { return }
            guard lack.isOfThisFile else { return report.stop(lack.reason, isDiskFull: lack.isOfDisk) }
            passedBy = (count: (passedBy?.count ?? 0) + 1, lack: passedBy?.lack ?? lack)
            waiting.removeFirst()
            continue
          }
          waiting.removeFirst()
          running += 1
          let limit = space.begin(file, used: used)
          group.addTask { (file, try await fetcher.bring(file, atMost: limit)) }
        }
      }
      try refill()
      while let (file, outcome) = try await group.next() {
        running -= 1
        space.end(file)
        used = try files.fileTotals().bytes
        report.add(outcome)
        try refill()
      }
    }
    if report.stopped == nil, let passedBy {
      report.stop(
        "\(passedBy.lack.reason); files that wait for room: \(passedBy.count)", isDiskFull: passedBy.lack.isOfDisk)
    }
    return report
  }

  private func toCompare() throws -> [FileSource] {
    guard case .after(let seconds, let limit) = settings.comparing else { return [] }
    return try files.filesToCheck(
      settings.policy, comparedBefore: now() - Int64(seconds), limit: limit ?? Int(Int32.max))
  }

  /// Removes what belongs to no file any more: contents, and what had arrived of them.
  private func forget(tidies: Bool) throws {
    let lost = try files.forgetLostFiles(settings.policy)
    try files.takeBackLostFiles(settings.policy)
    for hash in lost { folder.remove(hash) }
    // Names of files go with the rows.
    if !lost.isEmpty { try sweeping.truncateLog() }
    let arriving = folder.incomingBytes().keys
    if !arriving.isEmpty {
      let known = try files.fileIdentifiers(settings.policy)
      for name in arriving where !known.contains(name) { folder.discardIncoming(name) }
    }
    guard tidies else { return }
    for hash in folder.hashes() where try !files.isContentUsed(hash) { folder.remove(hash) }
  }

  /// Forgets contents that somebody or something took from the disk, or damaged there, so that they are fetched again. What cannot be
  /// looked at is left alone.
  private func forgetVanished(_ looking: Looking, _ report: inout Report) throws {
    guard looking != .folder || !folder.isThere else { return }
    var gone: [String] = []
    for content in try files.storedContents() {
      try Task.checkCancellation()
      guard let fault = folder.fault(of: content, isDeep: looking == .bytes) else { continue }
      guard fault.isGone else {
        report.unreadable = report.unreadable ?? "\(content.uri ?? content.hash): \(fault)"
        continue
      }
      gone.append(content.hash)
    }
    try files.forget(contents: gone)
    report.vanished = gone.count
  }

  /// Why a file has no room now.
  private struct Lack {
    /// For the operator.
    var reason: String
    /// Whether a smaller file may have room.
    var isOfThisFile: Bool
    /// Whether it is the disk's, not the budget's.
    var isOfDisk: Bool
  }

  /// - Parameter used: bytes of complete contents.
  /// - Returns: nil when the file has room.
  private func lackOfSpace(for file: FileSource, _ space: DiskBudget, used: Int64) -> Lack? {
    if file.known?.hash != nil, file.known?.source == file.identity { return nil }
    let size = max(0, file.size ?? 0)
    // That is no want of room: nothing that is done here would make any.
    if let whole = folder.diskBytes, size > whole {
      return Lack(
        reason: "the site names \(size) bytes for \(file.uri), and the disk of mirror.filesPath has \(whole) in all",
        isOfThisFile: true, isOfDisk: false)
    }
    if let free = folder.freeBytes, free.subtractingClamped(size) < FileRound.reserveBytes {
      return Lack(
        reason: "the disk of mirror.filesPath has \(free) bytes left; files wait, resources go on",
        isOfThisFile: free >= FileRound.reserveBytes, isOfDisk: true)
    }
    guard let budget = settings.budgetBytes, !space.holds(file, used: used) else { return nil }
    return Lack(
      reason: "mirror.filesBudgetBytes (\(budget)) is used up: \(used) bytes are there, \(size) more are due",
      isOfThisFile: used < budget, isOfDisk: false)
  }
}

extension FileRound.Report {
  fileprivate mutating func add(_ outcome: FileFetch.Outcome) {
    switch outcome {
    case .kept: kept += 1
    case .fetched(let bytes, let isReplaced):
      fetched += 1
      self.bytes += bytes
      replaced += isReplaced ? 1 : 0
    case .failed(let why):
      failed += 1
      lost += why == .lost ? 1 : 0
      away += why == .ofSite ? 1 : 0
    case .diskFull(let reason): stop(reason, isDiskFull: true)
    }
  }

  fileprivate mutating func stop(_ reason: String, isDiskFull: Bool) {
    stopped = reason
    self.isDiskFull = isDiskFull
  }
}
