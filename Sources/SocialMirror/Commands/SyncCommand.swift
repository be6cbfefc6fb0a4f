import ArgumentParser
import Control
import Store
import SyncAgent

/// `sync`: one round, for timers and scripts.
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Brings the mirror up to date with the site once, then exits.",
    discussion: """
      Where the daemon (run) has the mirror, it is asked to do the round, by its own configuration, and what it says is shown here. \
      Ctrl-C then leaves the round to it.

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
    let wish = RoundWish(
      isFull: full, sweep: sweep ? .now : noSweep ? .never : .whenDue, acceptedRemovals: Set(acceptRemovals),
      only: Set(only), leavesChanges: noPush)
    if let code = try await askDaemon(wish) {
      if code != .done { throw Finished(code: code) }
      return
    }
    try await sync(wish, try common.settings(needsSite: true))
  }

  /// - Returns: the exit code; nil where there is no daemon to ask.
  private func askDaemon(_ wish: RoundWish) async throws -> ExitCodes? {
    // A daemon learns at its start where the site is.
    if moved { return nil }
    // The secrets are the daemon's: whoever asks it need not have them. What is wrong with the configuration is said where it is used.
    guard let path = try? common.origin.read(needsSite: false).settings.mirror.path else { return nil }
    return try await DaemonCall(ofMirrorAt: path, common.verbosity).sync(wish)
  }

  /// Does it in this process.
  private func sync(_ wish: RoundWish, _ settings: Settings) async throws {
    let engine = try Engine(settings, label: "sync", hasMoved: moved)
    defer { engine.shutdown() }
    let progress = Progress(isQuiet: common.quiet)
    let round = try ByHand(engine).sync(wish, settings, report: progress.note)
    try round.check()

    let started = ContinuousClock.now
    let done = try await untilSignalled { () async throws -> SyncSteps in
      var steps = try await round.pushAndPull()
      try await round.fetchFiles(&steps)
      try await round.index(&steps)
      return steps
    }
    progress.end()
    let elapsed = ContinuousClock.now - started
    let outcome = done.map { SyncOutcome($0, mirror: engine.mirror, elapsed: elapsed) }
    // Where something went wrong before, that is what to say, not that closing failed too.
    let closing = Result { try engine.mirror.close() }
    guard let outcome else {
      try closing.get()
      complain("stopped by a signal; what was read is kept")
      return
    }
    say(outcome.lines, common.verbosity)
    if let failure = outcome.failure { throw failure }
    try closing.get()
    if outcome.code != .done { throw Finished(code: outcome.code) }
  }
}
