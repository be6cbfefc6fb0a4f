import Logging
import Synchronization

/// A log whose lines are kept: `warning message`.
package final class KeptLog: Sendable {
  private let kept = Mutex<[String]>([])

  /// An empty one.
  package init() {}

  /// What was logged so far.
  package var lines: [String] { kept.withLock { $0 } }

  /// A logger whose lines come here.
  package var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

  private struct Handler: LogHandler {
    let log: KeptLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { log.kept.withLock { $0.append("\(event.level) \(event.message)") } }
  }
}
