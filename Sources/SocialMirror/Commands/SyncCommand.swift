import ArgumentParser
import Store
import SyncAgent

/// `sync`: one round, for timers and scripts.
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Brings the mirror up to date with the site once, then exits.",
    discussion: """
      A password that the site refused is not tried again for an hour, unless it is another one, so that the site does not \
      lock the account. To try at once, remove the file that the message names: mirror.path with .site-token.refused behind it.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(
    name: .long,
    help: "Read everything again, from the beginning; fetch contents of files that are missing on disk or damaged.")
  var full = false

  @Flag(name: .long, help: "Sweep now: find what was deleted, hidden, or edited without a new changed.")
  var sweep = false

  @Flag(name: .long, help: "Leave a sweep that is due, or under way, for another time.")
  var noSweep = false

  @Option(name: .long, help: "Let the held removals of this type go on (repeatable).")
  var acceptRemovals: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption, help: "Only these resource types (node--topic) or entity types (node).")
  var only: [String] = []

  @Flag(name: .long, help: "Leave local changes where they are.")
  var noPush = false

  @Flag(name: .long, help: "The site is the same as before, under another site.baseURL.")
  var moved = false

  func validate() throws {
    if sweep && noSweep { throw ValidationError("--sweep and --no-sweep exclude each other") }
    if noSweep && !acceptRemovals.isEmpty {
      throw ValidationError("--accept-removals needs a sweep, which --no-sweep forbids; leave one of them out")
    }
  }

  func run() async throws {
    let engine = try Engine(common.settings(needsSite: true), label: "sync", hasMoved: moved)
    defer { engine.shutdown() }
    var round = engine.settings.round(engine.siteSettings)
    round.full = full
    let only = try OnlyTypes(only, of: engine.siteSettings, mirror: engine.mirror.path)
    round.only = only.selection
    round.sweep = sweep ? .now : noSweep ? .never : .whenDue
    round.acceptedRemovals = Set(acceptRemovals)
    try checkAccepted(engine.mirror)
    let progress = Progress(isQuiet: common.quiet)
    let (resources, files) = (engine.round(round, report: progress.note), engine.files(like: round))
    let push = noPush ? nil : engine.push
    let (site, mirror, logger) = (engine.site.site, engine.mirror, engine.logger)
    let looking: FileRound.Looking = full ? .bytes : .size

    let started = ContinuousClock.now
    let done = try await untilSignalled { () async throws -> SyncSteps in
      var steps = SyncSteps()
      do {
        let began = unixNow()
        do { try await only.check(site, mirror) } catch let error as ConfigurationError { throw error } catch {
          resources.noteAttempt(error, since: began)
          throw error
        }
        try await OneShot(push: push, round: resources, logger: logger).run(
          pushed: { steps.push = $0 }, pulled: { steps.round = $0 })
        steps.files = try await files.run(looking: looking)
        try await SyncCommand.index(mirror.searching)
      } catch let error as CancellationError {
        throw error
      } catch {
        steps.failure = error
      }
      return steps
    }
    progress.end()
    let elapsed = ContinuousClock.now - started
    // Where something went wrong before, that is what to say, not that closing failed too.
    let waiting = Result { try engine.mirror.reporting.outboxStatus() }
    let unsent = Result { !PushPlan(try engine.mirror.outbox.unsettledChanges(), now: .max).ready.isEmpty }
    let setAside = (try? engine.mirror.reading.setAside()) ?? []
    let closing = Result { try engine.mirror.close() }
    guard let done else {
      try closing.get()
      complain("stopped by a signal; what was read is kept")
      return
    }
    done.show(common.verbosity, waiting: try? waiting.get(), hasUnsent: (try? unsent.get()) ?? false, elapsed: elapsed)
    for thing in setAside.prefix(20) { complain("set aside: \(thing.line)") }
    if setAside.count > 20 {
      complain("\(setAside.count - 20) more are set aside; social-mirror status --json names all")
    }
    if let failure = done.failure { throw failure }
    try closing.get()
    let code = done.code(waiting: try waiting.get(), hasUnsent: try unsent.get())
    if code != .done { throw Finished(code: code) }
  }
}

extension SyncCommand {
  /// Lets what reports find by words be what there is now: nobody else may do so until the next time.
  private static func index(_ searching: Searching) async throws {
    while try searching.step() {
      try Task.checkCancellation()
      await Task.yield()
    }
    while try searching.purgeStep(at: unixNow()) {
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  /// A misspelt type would be agreed to in vain.
  private func checkAccepted(_ mirror: Mirror) throws {
    let known = Set(try mirror.reading.types().map(\.name))
    for type in acceptRemovals where !known.contains(type) {
      throw ValidationError("--accept-removals: the mirror has no type \(type)")
    }
  }
}
