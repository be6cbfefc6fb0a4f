import Control
import SyncAgent

/// What a round over files did, for people.
struct FilesSummary {
  private let report: FileRound.Report

  init(_ report: FileRound.Report) { self.report = report }

  /// What was done, and as findings what was not.
  var lines: [RoundEnding.Line] {
    var lines: [RoundEnding.Line] = report.isIdle ? [] : [.init(.summary, figures)]
    if report.lost > 0 {
      lines.append(
        .init(
          .finding,
          "files that the site has lost (404): \(report.lost); which: SELECT filename, path FROM files WHERE state = 'lost'"
        ))
    }
    if report.failed > report.lost {
      lines.append(
        .init(
          .finding,
          "contents of files that could not be fetched and are tried again later: \(report.failed - report.lost); why: "
            + "SELECT path, error FROM files WHERE state IN ('failed', 'stale')"))
    }
    if let reason = report.unreadable {
      lines.append(.init(.finding, "contents of files that cannot be looked at: \(reason)"))
    }
    if let reason = report.stopped { lines.append(.init(.finding, reason)) }
    return lines
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
