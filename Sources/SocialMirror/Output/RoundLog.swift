import Logging
import SyncAgent

/// What of a daemon's rounds is said in the log: one line for a round that did something, one for each thing that went wrong. What is as it
/// was before is not said again with every round, so that an idle daemon is silent. A value: it knows neither log nor clock.
struct RoundLog {
  struct Line: Sendable, Equatable {
    var level: Logger.Level
    var message: String
    var fields: [String: String]
  }

  /// After so many seconds what still goes wrong is said again.
  static let reminder = 3_600.0

  private var isFirst = true
  private var hasFailed = false
  /// What went wrong in the last round, and when it was said.
  private var troubles: [String: Double] = [:]

  /// What is to be said of a round.
  /// - Parameters:
  ///   - seconds: how long it took.
  ///   - now: seconds of any clock that never goes back.
  mutating func lines(of report: SyncReport, took seconds: Double, at now: Double) -> [Line] {
    let failures = report.failures.map { part in
      Line(level: .warning, message: part.failure.map { "\($0)" } ?? "", fields: ["type": part.type])
    }
    let troubled = failures + report.notices.map { Line(level: .warning, message: $0, fields: [:]) }
    let isBetter = hasFailed || !troubles.isEmpty && troubled.isEmpty
    let isNews = isFirst || isBetter || report.inserted > 0 || report.updated > 0 || report.removed > 0
    var lines = [
      Line(
        level: isNews ? .info : .debug, message: "round",
        fields: [
          "new": "\(report.inserted)", "changed": "\(report.updated)", "requests": "\(report.requests)",
          "types": "\(report.types.count)", "removed": "\(report.removed)",
          "seconds": "\((seconds * 10).rounded() / 10)",
        ])
    ]
    var known: [String: Double] = [:]
    for var line in troubled {
      let key = "\(line.fields["type"] ?? "") \(line.message)"
      let before = troubles[key]
      let isDue = before.map { now - $0 >= RoundLog.reminder } ?? true
      known[key] = isDue ? now : before
      if !isDue { line.level = .debug }
      lines.append(line)
    }
    (isFirst, hasFailed, troubles) = (false, false, known)
    return lines
  }

  /// A round ended before its time; why is said by whoever follows it.
  mutating func failed() { hasFailed = true }
}

extension Logger {
  /// Writes a line.
  func write(_ line: RoundLog.Line) {
    log(level: line.level, "\(line.message)", metadata: line.fields.mapValues { "\($0)" })
  }
}
