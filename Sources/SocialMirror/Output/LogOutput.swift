import Foundation
import JSONAPI
import Logging

/// Log lines on standard error: `2026-11-23T20:00:00Z warning message key=value`, or one JSON object a line. Where standard error is the
/// journal of systemd, they are entries there, with priorities and fields.
struct LogOutput: LogHandler {
  var metadata: Logger.Metadata = [:]
  /// Its own where somebody gave it one, else that of the whole process.
  var logLevel: Logger.Level {
    get { ownLevel ?? LogLevel.current }
    set { ownLevel = newValue }
  }
  private var ownLevel: Logger.Level?
  private let label: String
  private let isJSON: Bool
  private let isJournal: Bool

  /// Sets the log up for the whole process; to be called once.
  static func bootstrap(level: Logger.Level, format: LogFormat) {
    LogLevel.current = level
    let isJournal = Journal.isStandardError(ProcessInfo.processInfo.environment)
    LoggingSystem.bootstrap { label in LogOutput(label: label, isJSON: format == .json, isJournal: isJournal) }
  }

  private init(label: String, isJSON: Bool, isJournal: Bool) {
    self.label = label
    self.isJSON = isJSON
    self.isJournal = isJournal
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    // Stopping cancels what the HTTP server waits for; it reports that as an error.
    if event.source == "HummingbirdCore", "\(event.message)".hasSuffix("CancellationError()") { return }
    var fields = self.metadata
    if let own = event.metadata { fields.merge(own) { _, new in new } }
    var line = isJSON ? json(event.level, event.message, fields) : text(event.level, event.message, fields)
    if isJournal {
      if isTaken(line, event, fields) { return }
      line = Journal.line(line, event.level)
    }
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  /// Gives an entry to the journal. What is too long for it, or comes while it is not there, goes the way of other lines.
  private func isTaken(_ line: String, _ event: LogEvent, _ fields: Logger.Metadata) -> Bool {
    var entry: [(name: String, value: String)] = [
      (name: "MESSAGE", value: line), (name: "PRIORITY", value: "\(Journal.priority(event.level))"),
      (name: "SYSLOG_IDENTIFIER", value: "social-mirror"), (name: "MIRROR_LABEL", value: label),
    ]
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      entry.append((name: Journal.fieldName(key), value: "\(value)"))
    }
    return UnixDatagram.send(Journal.entry(entry), to: Journal.path, waits: false)
  }

  private func text(_ level: Logger.Level, _ message: Logger.Message, _ fields: Logger.Metadata) -> String {
    let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    // The journal knows the time and the level.
    return TerminalText.line("\(isJournal ? "" : "\(time) \(level) ")\(message)\(pairs)")
  }

  private func json(_ level: Logger.Level, _ message: Logger.Message, _ fields: Logger.Metadata) -> String {
    var members: [(String, JSON)] = [
      ("time", .string(time)), ("level", .string("\(level)")), ("label", .string(label)),
      ("message", .string("\(message)")),
    ]
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) { members.append((key, .string("\(value)"))) }
    return TerminalText.json(JSON.object(JSONObject(members)).text())
  }

  private var time: String { RFC3339.text(unixSeconds: Int64(Date().timeIntervalSince1970)) }
}
