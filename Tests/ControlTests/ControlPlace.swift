import Foundation
import Support
import Testing

@testable import Control

/// A folder with a control socket, and a schedule behind it that only says what it was asked for.
final class ControlPlace: Sendable {
  let folder: String
  let socket: ControlSocket
  let desk = RoundDesk { 1_000 }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "control-\(UInt32.random(in: 0 ... .max))").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    socket = ControlSocket(ofMirrorAt: folder + "/mirror.sqlite")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var server: ControlServer { ControlServer(socket: socket, desk: desk, logger: silentLog) }

  /// Listens while the closure runs.
  /// - Parameter isScheduled: whether wishes are carried out.
  func whileListening(isScheduled: Bool = true, _ body: (ControlServer) async throws -> Void) async throws {
    let server = self.server
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { isReady.finish() }
        try await server.run { isReady.finish() }
      }
      if isScheduled { group.addTask { try await self.carryOut() } }
      for await _ in ready {}
      do { try await body(server) } catch {
        group.cancelAll()
        throw error
      }
      group.cancelAll()
      while let result = await group.nextResult() {
        if case .failure(let error) = result, !(error is CancellationError) { throw error }
      }
    }
  }

  private func carryOut() async throws {
    while true {
      guard let turn = desk.begin() else {
        try await desk.untilWished(atMost: nil)
        continue
      }
      desk.tell(.progress("under way"), of: turn)
      desk.leave()
      desk.end(turn, RoundEnding(code: 0, lines: [.init(.summary, turn.wish.words)]))
    }
  }

  /// Connects, does what a client may do, and reads until it is hung up on, or for 20 seconds. On a thread of its own: it blocks.
  func raw(_ body: @escaping @Sendable (Int32) -> Void) async -> String {
    let path = socket.path
    return await withCheckedContinuation { (continuation: CheckedContinuation<String, Never>) in
      let thread = Thread {
        let descriptor = ControlPlace.connected(to: path)
        guard descriptor >= 0 else { return continuation.resume(returning: "not connected") }
        body(descriptor)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var (said, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
          let count = recv(descriptor, &buffer, buffer.count, 0)
          if count <= 0 { break }
          said.append(contentsOf: buffer[..<count])
        }
        close(descriptor)
        continuation.resume(returning: String(decoding: said, as: UTF8.self))
      }
      thread.start()
    }
  }

  /// A connected socket; negative where nobody listens.
  static func connected(to path: String) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    if isConnected { return descriptor }
    close(descriptor)
    return -1
  }

  /// Sends all of it, as far as it is taken.
  /// - Returns: how many bytes were.
  @discardableResult
  static func send(_ bytes: [UInt8], to descriptor: Int32) -> Int {
    max(0, Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)))
  }
}
