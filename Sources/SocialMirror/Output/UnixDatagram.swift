import Foundation

/// Datagrams to a socket of this machine, such as the service manager's or the journal's.
enum UnixDatagram {
  /// Sends one to the socket of this path, or of the abstract name behind an `@`.
  /// - Parameter waits: whether it may wait until the other side takes it.
  /// - Returns: false when it did not arrive.
  static func send(_ bytes: [UInt8], to path: String, waits: Bool) -> Bool {
    guard path.hasPrefix("/") || path.hasPrefix("@") else { return false }
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
    let flags = Int32(MSG_NOSIGNAL) | (waits ? 0 : Int32(MSG_DONTWAIT))
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, flags, $0, length) == bytes.count
      }
    }
  }
}
