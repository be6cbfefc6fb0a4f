import Store
import SyncAgent

/// What a `sync` did, as far as it came: a step that was not taken, or not to its end, is nil.
struct SyncSteps: Sendable {
  var push: PushReport?
  var round: SyncReport?
  var files: FileRound.Report?
  /// What ended it early.
  var failure: (any Error)?

  /// Prints the steps that were taken.
  /// - Parameter waiting: the outbox afterwards, where it could be read.
  func show(_ common: CommonOptions, waiting: OutboxStatus?, elapsed: Duration) {
    if let waiting, push != nil || round != nil { PushSummary(push, waiting).show(common) }
    if let files { FilesSummary(files).show(common) }
    if let round { RoundSummary(round, elapsed: elapsed).show(common) }
  }

  /// The code for steps that were all taken. What failed goes before what waits for a person: that code says that all else is
  /// done.
  func code(waiting: OutboxStatus) -> ExitCodes {
    if let failed = round?.failureCode { return failed }
    if let files {
      let code = ExitCodes(files: files)
      if code != .done { return code }
    }
    if round?.needsPerson == true || waiting.waitingForPerson > 0 { return .person }
    // What could not be sent is tried again by the next; what was not to be sent (`--no-push`) is no failure.
    return push != nil && waiting.unsettled > 0 ? .site : .done
  }
}
