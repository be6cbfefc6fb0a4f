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
  /// - Parameters:
  ///   - waiting: the outbox afterwards, where it could be read.
  ///   - hasUnsent: as for `code`.
  func show(_ verbosity: Verbosity, waiting: OutboxStatus?, hasUnsent: Bool, elapsed: Duration) {
    if let waiting, push != nil || round != nil { PushSummary(push, waiting, hasUnsent: hasUnsent).show(verbosity) }
    if let files { FilesSummary(files).show(verbosity) }
    if let round { RoundSummary(round, elapsed: elapsed).show(verbosity) }
  }

  /// The code for steps that were all taken. What failed goes before what waits for a person: that code says that all else is
  /// done.
  /// - Parameter hasUnsent: whether changes could not be sent that wait neither for a person nor behind what does.
  func code(waiting: OutboxStatus, hasUnsent: Bool) -> ExitCodes {
    if let failed = round?.failureCode { return failed }
    if let files {
      let code = ExitCodes(files: files)
      if code != .done { return code }
    }
    // What could not be sent is tried again by the next; what was not to be sent (`--no-push`) is no failure.
    if push != nil, hasUnsent { return .site }
    return round?.needsPerson == true || waiting.waitingForPerson > 0 ? .person : .done
  }
}
