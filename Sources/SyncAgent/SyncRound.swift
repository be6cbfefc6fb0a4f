import JSONAPI
import Logging
import Store
import Upstream

/// One round: discovery at the entry point, then every selected type from its cursor to its end, side by side.
package struct SyncRound: Sendable {
  private let site: Site
  private let mirror: Mirror
  private let settings: SyncSettings
  private let logger: Logger
  private let now: @Sendable () -> Int64
  private let report: @Sendable (SyncEvent) -> Void

  /// - Parameters:
  ///   - now: this machine's clock in Unix seconds, for the ledger only: what is read is bounded by the site's clock.
  ///   - report: is told what happens, from several tasks at once.
  package init(
    site: Site, mirror: Mirror, settings: SyncSettings, logger: Logger, now: @escaping @Sendable () -> Int64,
    report: @escaping @Sendable (SyncEvent) -> Void = { _ in }
  ) {
    self.site = site
    self.mirror = mirror
    self.settings = settings
    self.logger = logger
    self.now = now
    self.report = report
  }

  /// Runs the round.
  /// - Returns: what was done; types that could not be read are in it with their failures.
  /// - Throws: what stopped the round as a whole: `SignInError`, `TransportError`, `SyncFault`, a fault of the mirror,
  ///   `CancellationError`. Pages committed before stay, with their cursors.
  package func run() async throws -> SyncReport {
    let entry = try await site.ask(SiteRequest(path: EntryPoint.path)) { try EntryPoint.parse($0, base: site.base) }
    let types = try select(entry)
    try mirror.discovered(Dictionary(entry.resourceTypes.map { ($0.name, $0.path) }) { first, _ in first })
    if settings.full { try mirror.forgetCursors(of: types.map(\.name)) }
    let run = try mirror.beginRun(settings.full ? "full" : "pull", at: now())
    report(.started(types: types.map(\.name)))
    let tally = Tally()
    do {
      try await pull(types, entry, run: run, tally)
    } catch {
      let outcome: RunOutcome = error is CancellationError ? .interrupted : .failed
      try? mirror.endRun(run, outcome, parts: tally.parts, message: "\(error)", at: now())
      throw error
    }
    var result = tally.report
    result.otherRequests = 1
    let failure = result.failures.first.flatMap(\.failure).map { "\($0)" }
    try mirror.endRun(run, failure == nil ? .complete : .failed, parts: tally.parts, message: failure, at: now())
    return result
  }

  /// Checks whose mirror this is before anything is touched, and gives the types to read.
  private func select(_ entry: EntryPoint) throws -> [EntryPoint.Collection] {
    let base = site.base.description
    if let mirrored = try mirror.fact(.siteBaseURL), mirrored != base {
      throw SyncFault.otherSite(mirrored: mirrored, configured: base)
    }
    guard let me = entry.me else { throw SyncFault.anonymous }
    if let before = try mirror.fact(.siteAccount), before != me {
      throw SyncFault.otherAccount(before: before, now: me)
    }
    let types = entry.resourceTypes.filter { settings.selects($0.name) }
    guard !types.isEmpty else { throw SyncFault.nothingToMirror(asked: settings.only ?? settings.entityTypes) }
    try mirror.note(.siteBaseURL, base)
    try mirror.note(.siteAccount, me)
    return types.sorted { $0.name < $1.name }
  }

  private func pull(
    _ types: [EntryPoint.Collection], _ entry: EntryPoint, run: Int64, _ tally: Tally
  ) async throws {
    let known = Dictionary(uniqueKeysWithValues: try mirror.types().map { ($0.name, $0) })
    let siteTime = entry.date ?? now()
    let scanner = PageScanner(
      base: DocumentBase(site.base.description),
      paths: Dictionary(entry.resourceTypes.map { ($0.name, $0.path) }) { first, _ in first })
    let queue = PageQueue(limit: max(2, settings.concurrency / 2))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await write(queue, tally) }
      try await withThrowingTaskGroup(of: TypeReport.self) { readers in
        var waiting = types[...]
        func startNext() {
          guard let type = waiting.popFirst() else { return }
          var puller = TypePuller(
            site: site, queue: queue, run: run, type: type.name, path: type.path, siteTime: siteTime,
            horizon: siteTime - Int64(settings.settleWindowSeconds), report: report, scanner: scanner)
          let before = known[type.name]
          readers.addTask { try await puller.pull(before) }
        }
        for _ in 0..<settings.concurrency { startNext() }
        do {
          while let part = try await readers.next() {
            tally.add(part)
            report(.finished(part))
            startNext()
          }
        } catch {
          await queue.close()
          throw error
        }
      }
      await queue.close()
      try await group.waitForAll()
    }
  }

  /// The one writer: commits waiting pages together until the queue is closed and drained, also when the round is cancelled:
  /// what was read is kept.
  private func write(_ queue: PageQueue, _ tally: Tally) async throws {
    while true {
      let pages = await queue.take()
      if pages.isEmpty { return }
      do {
        let outcome = try mirror.apply(pages)
        tally.add(outcome)
        report(.stored(outcome))
      } catch {
        await queue.fail(error)
        throw error
      }
    }
  }
}
