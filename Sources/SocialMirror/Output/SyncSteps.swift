import Control
import Store
import SyncAgent

/// What a `sync` did, as far as it came: a step that was not taken, or not to its end, is nil.
struct SyncSteps: Sendable {
  var push: PushReport?
  var round: SyncReport?
  var files: FileRound.Report?
  /// What ended it early.
  var failure: (any Error)?

  /// What is said of the steps that were taken.
  /// - Parameters:
  ///   - waiting: the outbox afterwards, where it could be read.
  ///   - hasUnsent: as for `code`.
  func lines(waiting: OutboxStatus?, hasUnsent: Bool, elapsed: Duration) -> [RoundEnding.Line] {
    var lines: [RoundEnding.Line] = []
    if let waiting, push != nil || round != nil { lines += PushSummary(push, waiting, hasUnsent: hasUnsent).lines }
    if let files { lines += FilesSummary(files).lines }
    if let round { lines += RoundSummary(round, elapsed: elapsed).lines }
    return lines
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
