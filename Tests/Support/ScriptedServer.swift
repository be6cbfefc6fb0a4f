import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 that reads HTTP/1.1 requests and does exactly what a script says: bytes as they stand, a cut, a
/// reset, silence. Real sockets, one thread for each connection.
package final class ScriptedServer: Sendable {
  /// A request as it came.
  package struct Request: Sendable {
    /// Which connection it came on; the first is 1.
    package var connection: Int
    /// Which request it is for this server; the first is 1.
    package var number: Int
    /// The method as sent.
    package var method: String
    /// The request target as sent (RFC 9112, 3.2): path and query, or a whole URL for a proxy.
    package var target: String
    /// The fields in their order.
    package var fields: [(name: String, value: String)]
    /// The content, as long as `Content-Length` says.
    package var body: [UInt8]

    /// The value of the first field of this name.
    package subscript(name: String) -> String? {
      fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// What the server does after a request, one step after the other; then it waits for the next request.
  package enum Step: Sendable {
    /// Writes these bytes.
    case bytes([UInt8])
    /// Ends the connection in an orderly way.
    case close
    /// Ends it with a reset.
    case reset
    /// Stays silent until the client leaves.
    case hang
    /// Does something else meanwhile, such as waiting for other requests.
    case run(@Sendable () -> Void)

    /// Writes this text; line breaks are to be given as `\r\n`.
    package static func text(_ text: String) -> Step { .bytes(Array(text.utf8)) }

    /// Writes a whole answer with its length.
    package static func answer(_ status: Int, _ fields: [String] = [], _ body: String = "") -> Step {
      answer(status, fields, bytes: Array(body.utf8))
    }

    /// Writes a whole answer with its length.
    package static func answer(_ status: Int, _ fields: [String] = [], bytes: [UInt8]) -> Step {
      let length = status == 204 || status == 304 ? [] : ["Content-Length: \(bytes.count)"]
      let head = ["HTTP/1.1 \(status) Scripted"] + fields + length
      return .bytes(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + bytes)
    }
  }

  /// What a test may wait for.
  package enum Event: Sendable {
    /// A request was read.
    case arrived(Request)
    /// The client left while the server was silent.
    case left(connection: Int)
  }

  /// What to do after each request.
  package typealias Script = @Sendable (Request) -> [Step]

  private struct State {
    var sockets: Set<Int32> = []
    var requests: [Request] = []
    var connections = 0
    var isStopped = false
  }

  /// The port that the system chose.
  package let port: Int
  /// What happens, in order; for one reader.
  package let events: AsyncStream<Event>
  private let listener: Int32
  private let script: Script
  private let state = Mutex(State())
  private let emit: AsyncStream<Event>.Continuation

  /// Starts listening.
  /// - Throws: `POSIXError` when there is no socket to be had.
  package init(script: @escaping Script) throws {
    self.script = script
    (events, emit) = AsyncStream.makeStream()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
        guard bind(listener, address, length) == 0, listen(listener, 128) == 0 else { return -1 }
        return getsockname(listener, address, &length)
      }
    }
    guard code == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in acceptAll() }
  }

  /// `http://127.0.0.1:port`.
  package var origin: String { "http://127.0.0.1:\(port)" }
  /// All requests so far.
  package var requests: [Request] { state.withLock { $0.requests } }
  /// How many connections were accepted.
  package var connections: Int { state.withLock { $0.connections } }

  /// Ends all connections and stops listening; without it the server lives on.
  package func stop() {
    let sockets = state.withLock { state in
      state.isStopped = true
      return state.sockets
    }
    shutdown(listener, Int32(SHUT_RDWR))
    for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    emit.finish()
  }

  private func acceptAll() {
    while true {
      let socket = accept(listener, nil, nil)
      if socket < 0 && errno == EINTR { continue }
      guard socket >= 0 else { break }
      let connection = state.withLock { state in
        state.connections += 1
        state.sockets.insert(socket)
        if state.isStopped { shutdown(socket, Int32(SHUT_RDWR)) }
        return state.connections
      }
      Thread.detachNewThread { [self] in serve(socket, connection) }
    }
    close(listener)
  }

  private func serve(_ socket: Int32, _ connection: Int) {
    var buffer: [UInt8] = []
    conversation: while let request = read(from: socket, connection, &buffer) {
      for step in script(request) {
        switch step {
        case .bytes(let bytes): if !write(bytes, to: socket) { break conversation }
        case .close: break conversation
        case .reset:
          var linger = linger(l_onoff: 1, l_linger: 0)
          setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
          break conversation
        case .hang:
          var byte: UInt8 = 0
          while recv(socket, &byte, 1, 0) > 0 {}
          emit.yield(.left(connection: connection))
          break conversation
        case .run(let work): work()
        }
      }
    }
    state.withLock { state in
      state.sockets.remove(socket)
      _ = close(socket)
    }
  }

  private func read(from socket: Int32, _ connection: Int, _ buffer: inout [UInt8]) -> Request? {
    let end = Array("\r\n\r\n".utf8)
    var headEnd = buffer.firstRange(of: end)
    while headEnd == nil {
      guard receive(socket, &buffer) else { return nil }
      headEnd = buffer.firstRange(of: end)
    }
    guard let headEnd else { return nil }
    let lines = String(decoding: buffer[..<headEnd.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      return (String(line[..<colon]), value)
    }
    var request = Request(
      connection: connection, number: 0, method: words[0], target: words[1], fields: fields, body: [])
    let length = request["Content-Length"].flatMap { Int($0) } ?? 0
    while buffer.count < headEnd.upperBound + length {
      guard receive(socket, &buffer) else { return nil }
    }
    request.body = Array(buffer[headEnd.upperBound..<headEnd.upperBound + length])
    buffer.removeFirst(headEnd.upperBound + length)
    request.number = state.withLock { [request] state in
      var numbered = request
      numbered.number = state.requests.count + 1
      state.requests.append(numbered)
      return numbered.number
    }
    emit.yield(.arrived(request))
    return request
  }

  private func receive(_ socket: Int32, _ buffer: inout [UInt8]) -> Bool {
    var piece = [UInt8](repeating: 0, count: 16384)
    let count = recv(socket, &piece, piece.count, 0)
    guard count > 0 else { return false }
    buffer += piece.prefix(count)
    return true
  }

  private func write(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}

/// Holds threads until so many have come.
package final class Gathering: @unchecked Sendable {
  private let condition = NSCondition()
  private var missing: Int

  /// Opens when `count` have come.
  package init(_ count: Int) { missing = count }

  /// Blocks this thread until all are there.
  package func wait() {
    condition.lock()
    missing -= 1
    if missing <= 0 { condition.broadcast() }
    while missing > 0 { condition.wait() }
    condition.unlock()
  }
}
