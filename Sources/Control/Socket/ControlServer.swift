import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The daemon's end of the control socket: one request a connection, from processes of its own user or root's.
package final class ControlServer: Sendable {
  private struct Connection: Sendable {
    let channel: any Channel
    let received: EventLoopFuture<RequestLine.Received>
  }

  private let socket: ControlSocket
  private let desk: RoundDesk
  private let logger: Logger
  private let open = Mutex(0)
  /// How often it is looked whether the socket still is where clients look for it.
  private let look: Duration

  /// So many connections at a time; the next one is told so.
  static let mostConnections = 64

  /// A server that does not listen yet.
  package init(socket: ControlSocket, desk: RoundDesk, logger: Logger, look: Duration = .seconds(10)) {
    self.socket = socket
    self.desk = desk
    self.logger = logger
    self.look = look
  }

  /// Listens until the task is cancelled, and takes the socket away then. Where somebody else has taken it away it returns, once nobody is
  /// connected: whoever asks would find nobody.
  /// - Throws: `ControlFault` where it cannot listen, what the system refuses later.
  package func run(onListening: @Sendable () -> Void = {}) async throws {
    let place = try socket.make()
    defer { socket.remove(place) }
    let server: NIOAsyncChannel<Connection, Never> = try await ServerBootstrap(
      group: MultiThreadedEventLoopGroup.singleton
    )
    .bind(place.descriptor) { channel in
      let received = channel.eventLoop.makePromise(of: RequestLine.Received.self)
      return channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(RequestLine(received))
        return Connection(channel: channel, received: received.futureResult)
      }
    }
    onListening()
    try await server.executeThenClose { connections in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await self.untilGone(place) }
        group.addTask {
          try await withThrowingDiscardingTaskGroup { group in
            for try await connection in connections {
              group.addTask { await self.serve(connection) }
            }
          }
        }
        try await group.next()
        group.cancelAll()
      }
    }
  }

  /// Waits until the socket is not there any more, and nobody is connected.
  private func untilGone(_ place: ControlSocket.Place) async {
    var isSaid = false
    while (try? await Task.sleep(for: look)) != nil {
      if socket.isThere(place) { continue }
      if !isSaid {
        logger.warning("the control socket was removed; it is made anew", metadata: ["path": "\(socket.path)"])
      }
      isSaid = true
      if open.withLock({ $0 }) == 0 { return }
    }
  }

  /// Waits until nobody is connected, or so long.
  package func drain(atMost limit: Duration) async {
    let end = ContinuousClock.now + limit
    while open.withLock({ $0 }) > 0, ContinuousClock.now < end {
      guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
    }
  }

  private func serve(_ connection: Connection) async {
    let count = open.withLock { count in
      count += 1
      return count
    }
    defer { open.withLock { $0 -= 1 } }
    let channel = connection.channel
    await withTaskCancellationHandler {
      do {
        if count > ControlServer.mostConnections {
          try await say(.replied(.refused(reason: "too many ask at once; try again")), channel)
        } else {
          try await converse(connection)
        }
      } catch {
        // The client has gone, or the daemon ends: the round is none of the connection's.
        logger.debug("a connection to the control socket ended", metadata: ["reason": "\(error)"])
      }
      try? await channel.close()
    } onCancel: {
      channel.close(promise: nil)
    }
  }

  private func converse(_ connection: Connection) async throws {
    let channel = connection.channel
    guard let peer = await Peer.of(channel) else {
      return try await say(.replied(.refused(reason: "the system does not tell who asks")), channel)
    }
    guard peer.mayAsk(processOf: geteuid()) else {
      logger.warning(
        "another user asked at the control socket and was refused",
        metadata: ["process": "\(peer.process)", "user": "\(peer.user)"])
      return try await say(.replied(.refused(reason: "only the daemon's own user and root may ask")), channel)
    }
    let request: ControlRequest
    do {
      switch try await connection.received.get() {
      case .line(let bytes): request = try ControlRequest(parsing: bytes)
      case .tooLong: throw ControlRequest.Refusal(description: "the request is too long")
      case .tooSlow: throw ControlRequest.Refusal(description: "the request did not come in time")
      case .nothing: return
      }
    } catch let refusal as ControlRequest.Refusal {
      logger.notice(
        "a request at the control socket was refused",
        metadata: ["process": "\(peer.process)", "reason": "\(refusal)"])
      return try await say(.replied(.refused(reason: "\(refusal)")), channel)
    }
    logger.info("a round is asked for", metadata: ["process": "\(peer.process)", "round": "\(request.wish.words)"])
    let hearing = desk.follow(request.wish)
    channel.closeFuture.whenComplete { _ in hearing.hangUp() }
    for await event in hearing.events { try await say(event, channel) }
  }

  /// Returns when the system has taken all of it.
  private func say(_ event: RoundEvent, _ channel: any Channel) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: EventLine.bytes(event)))
  }
}
