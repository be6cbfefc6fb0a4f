import Foundation

/// Tells systemd how the daemon is (sd_notify(3)): a datagram to the socket named by NOTIFY_SOCKET; nothing without one.
struct ServiceNotifier: Sendable {
  private let path: String?
  /// Seconds between two signs of life; nil when none are asked for.
  let watchdogSeconds: Double?

  init(environment: [String: String]) {
    path = environment["NOTIFY_SOCKET"]
    watchdogSeconds = environment["WATCHDOG_USEC"].flatMap { Double($0) }.map { $0 / 2_000_000 }
      .flatMap { $0.isFinite && $0 > 0 ? min($0, 86_400) : nil }
  }

  /// Sends one state, such as `READY=1`. False when it did not arrive.
  @discardableResult
  func send(_ state: String) -> Bool {
    guard let path else { return false }
    return UnixDatagram.send(Array(state.utf8), to: path, waits: true)
  }

  /// Says what is going on, in one line that `systemctl status` shows.
  func tell(_ status: String) { send("STATUS=\(ServiceNotifier.line(status))") }

  /// Says that the configuration is being read anew; `reloaded` says that it is done. What comes between is in one order.
  func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())") }

  /// Says that the daemon works by what it has read, or still by what it had.
  func reloaded(_ status: String) { send("READY=1\nSTATUS=\(ServiceNotifier.line(status))") }

  /// A line break would begin another assignment.
  static func line(_ status: String) -> String { String(TerminalText.line(status).prefix(500)) }
}
