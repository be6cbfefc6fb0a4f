import Foundation
import Glibc

/// One connection to a port of loopback that sends and reads what a test wants, byte by byte. Calls block: `onThread` gives them one.
package final class RawConnection: Sendable {
  /// What was read.
  package struct Read: Sendable {
    /// All that came.
    package var text: String
    /// Whether the other side closed the connection.
    package var isClosed: Bool

    /// What was read.
    package init(text: String, isClosed: Bool) {
      self.text = text
      self.isClosed = isClosed
    }
  }

  private let socket: Int32

  /// Connects.
  package init(port: Int) throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    self.socket = socket
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard code == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  deinit { Glibc.close(socket) }

  /// Sends all of a text.
  /// - Returns: how many bytes were taken before the other side took no more.
  @discardableResult
  package func send(_ text: String) -> Int { send(Array(text.utf8)) }

  /// Sends all of these bytes.
  /// - Returns: how many were taken before the other side took no more, or for five seconds none.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Int {
    var sent = 0
    while sent < bytes.count {
      var waiting = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, 5_000) > 0 else { break }
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      guard count > 0 else { break }
      sent += count
    }
    return sent
  }

  /// Reads until a text came, the connection is closed, or time is over.
  /// - Parameter seconds: for all of it.
  package func read(until end: String? = nil, within seconds: Double = 20) -> Read {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    let last = Date().addingTimeInterval(seconds)
    while true {
      if let end, bytes.firstRange(of: Array(end.utf8)) != nil { break }
      let rest = last.timeIntervalSinceNow
      var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard rest > 0, poll(&waiting, 1, Int32(rest * 1_000) + 1) > 0 else { break }
      let count = recv(socket, &piece, piece.count, 0)
      guard count > 0 else { return Read(text: String(decoding: bytes, as: UTF8.self), isClosed: true) }
      bytes += piece.prefix(count)
    }
    return Read(text: String(decoding: bytes, as: UTF8.self), isClosed: false)
  }
}

/// Runs what blocks on a thread of its own: the server's tasks share the others.
package func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}
