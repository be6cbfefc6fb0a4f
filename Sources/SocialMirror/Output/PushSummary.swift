import Control
import Store
import SyncAgent

/// What a push did, for people.
struct PushSummary {
  private let report: PushReport?
  private let status: OutboxStatus
  private let hasUnsent: Bool

  /// - Parameters:
  ///   - report: nil where nothing was to be sent (`--no-push`).
  ///   - hasUnsent: whether changes could not be sent that wait neither for a person nor behind what does.
  init(_ report: PushReport?, _ status: OutboxStatus, hasUnsent: Bool) {
    self.report = report
    self.status = status
    self.hasUnsent = hasUnsent
  }

  /// What was sent and what waits; what waits for a person is a finding.
  var lines: [RoundEnding.Line] {
    var lines: [RoundEnding.Line] = []
    if (report?.settled ?? 0) > 0 || status.unsettled > 0 {
      let sent = report.map { "\($0.settled) local changes sent, " } ?? "local changes: "
      lines.append(.init(.summary, "\(sent)\(status.unsettled) not over"))
    }
    if status.waitingForPerson > 0 {
      let conflicts = status.changes[.conflict] ?? 0
      let rejected = status.changes[.rejected] ?? 0
      lines.append(
        .init(
          .finding,
          "\(conflicts) changes in conflict (conflicts list), \(rejected) refused by the site (queue list)"))
    }
    guard let report, hasUnsent else { return lines }
    let waiting = status.unsettled - status.waitingForPerson
    if let word = report.refusesWrites {
      // What is set aside says where that is changed.
      lines.append(.init(.finding, "\(waiting) local changes wait: the site takes no writes: \(word)"))
    } else {
      let reason = (report.lastError ?? status.lastError).map { ": \($0)" } ?? ""
      lines.append(.init(.finding, "\(waiting) local changes wait for the site; the next sync tries again\(reason)"))
    }
    return lines
  }
}
