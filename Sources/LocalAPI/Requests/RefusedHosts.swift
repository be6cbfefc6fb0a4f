import Logging
import Synchronization

/// Tells the operator of requests that were refused because they name another host than the mirror's: else only clients would know
/// that a name is missing in the configuration.
final class RefusedHosts: Sendable {
  /// What is said and when: once a minute at most, as anybody may send such requests. A value: it is told what time it is.
  struct Pace {
    private static let pause = Duration.seconds(60)
    private var saidAt: ContinuousClock.Instant?
    private var refused = 0

    /// A request was refused.
    /// - Returns: how many were since the last word, this one among them; nil where nothing is said yet.
    mutating func note(at now: ContinuousClock.Instant) -> Int? {
      refused += 1
      if let saidAt, now - saidAt < Pace.pause { return nil }
      defer { refused = 0 }
      saidAt = now
      return refused
    }
  }

  /// So much of a host is told. Bytes.
  private static let longest = 100

  private let logger: Logger
  private let pace = Mutex(Pace())

  init(logger: Logger) { self.logger = logger }

  /// A request was refused.
  /// - Parameter host: as the request has it; one without any names none that could be allowed, and nothing is told of it.
  func note(_ host: String?) {
    guard let host, !host.isEmpty, let count = pace.withLock({ $0.note(at: .now) }) else { return }
    logger.notice(
      "requests to a host that is not known are refused: localAPI.allowedHosts takes the names that clients use",
      metadata: ["host": "\(RefusedHosts.shown(host))", "requests": "\(count)"])
  }

  /// A host on one line of limited length, whatever a client wrote: control characters, and what breaks or turns lines, as in source
  /// text.
  static func shown(_ host: String) -> String {
    var shown = ""
    var bytes = 0
    for scalar in host.unicodeScalars {
      bytes += String(scalar).utf8.count
      guard bytes <= longest else { return shown + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}
