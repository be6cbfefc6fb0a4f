import Foundation

/// Tells systemd how the daemon is (sd_notify(3)): a datagram to the socket named by NOTIFY_SOCKET; nothing without one.
struct ServiceNotifier: Sendable {
  private let path: String?
  /// Seconds between two signs of life; nil when none are asked for.
  let watchdogSeconds: Double?

  init(environment: [String: String]) {
    path = environment["NOTIFY_SOCKET"]
    watchdogSeconds = environment["WATCHDOG_USEC"].flatMap { Double($0) }.map { $0 / 2_000_000 }
  }

  /// Sends one state, such as `READY=1`. False when it did not arrive.
  @discardableResult
  func send(_ state: String) -> Bool {
    guard let path, path.hasPrefix("/") || path.hasPrefix("@") else { return false }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    // A name in the abstract namespace begins with a zero byte.
    if path.hasPrefix("@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(state.utf8)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length) == bytes.count
      }
    }
  }
}
