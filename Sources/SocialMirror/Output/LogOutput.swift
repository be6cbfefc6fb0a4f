import Foundation
import JSONAPI
import Logging

/// Log lines on standard error: `2026-11-23T20:00:00Z warning message key=value`, or one JSON object a line.
struct LogOutput: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let label: String
  private let isJSON: Bool

  /// Sets the log up for the whole process; to be called once.
  static func bootstrap(level: Logger.Level, format: LogFormat) {
    LoggingSystem.bootstrap { label in LogOutput(label: label, level: level, isJSON: format == .json) }
  }

  private init(label: String, level: Logger.Level, isJSON: Bool) {
    self.label = label
    self.isJSON = isJSON
    logLevel = level
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
    let line = isJSON ? json(event.level, event.message, fields) : text(event.level, event.message, fields)
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  private func text(_ level: Logger.Level, _ message: Logger.Message, _ fields: Logger.Metadata) -> String {
    let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    return TerminalText.line("\(time) \(level) \(message)\(pairs)")
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
