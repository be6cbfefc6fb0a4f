import Foundation
import NIOCore
import NIOPosix

/// The other end of the control socket: asks the daemon of a mirror, where one runs.
package struct ControlClient: Sendable {
  private let socket: ControlSocket
  /// So long the daemon may take until it says its first word: a round may take hours, that it is taken in may not.
  private let patience: Duration

  /// What came of asking.
  package enum Outcome: Sendable, Hashable {
    /// Nobody listens: there is no daemon, or one without a socket.
    case nobody
    /// The daemon does not do it, and why.
    case refused(String)
    /// The round is over.
    case ended(RoundEnding)
  }

  /// A client of a mirror's daemon.
  package init(_ socket: ControlSocket, patience: Duration = .seconds(30)) {
    self.socket = socket
    self.patience = patience
  }

  /// Asks for a round and waits for its end.
  /// - Parameter hear: is told what happens before that.
  /// - Throws: `ControlFault` where the daemon does not answer to the end, `CancellationError`.
  package func ask(_ wish: RoundWish, hear: @Sendable (RoundEvent) -> Void) async throws -> Outcome {
    guard socket.isShortEnough, let connection = try await connected() else { return .nobody }
    let channel = connection.channel
    let began = ContinuousClock.now
    let end = channel.eventLoop.scheduleTask(in: TimeAmount(patience)) { channel.close(promise: nil) }
    defer { end.cancel() }
    let outcome: Outcome? = try await connection.executeThenClose { lines, request in
      var isHeard = false
      do { try await request.write(ByteBuffer(bytes: ControlRequest(wish).line)) } catch let error as CancellationError
      {
        throw error
      } catch {
        // It hung up; what it said before that is read all the same.
      }
      do {
        for try await line in lines {
          end.cancel()
          isHeard = true
          switch EventLine.event(line) {
          case .replied(.refused(let reason))?: return .refused(reason)
          case .ended(let ending)?: return .ended(ending)
          case let event?: hear(event)
          case nil: break
          }
        }
      } catch let error as CancellationError {
        throw error
      } catch is ByteToMessageDecoderError.PayloadTooLargeError {
        throw ControlFault.unintelligible
      } catch {
        // It broke off.
      }
      if !isHeard, ContinuousClock.now - began >= patience {
        throw ControlFault.silent(seconds: patience.components.seconds)
      }
      return nil
    }
    try Task.checkCancellation()
    guard let outcome else { throw ControlFault.lost }
    return outcome
  }

  private func connected() async throws -> NIOAsyncChannel<[UInt8], ByteBuffer>? {
    do {
      let connection: NIOAsyncChannel<[UInt8], ByteBuffer> = try await ClientBootstrap(
        group: MultiThreadedEventLoopGroup.singleton
      )
      .connectTimeout(.seconds(5))
      .connect(unixDomainSocketPath: socket.path) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ByteToMessageHandler(AnswerLines(), maximumBufferSize: EventLine.limit))
          return try NIOAsyncChannel<[UInt8], ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
      return connection
    } catch let error as IOError {
      // Whoever may not ask is told by the lock who has the mirror.
      guard [ENOENT, ECONNREFUSED, ENOTSOCK, EACCES, ENOTDIR].contains(error.errnoCode) else { throw ControlFault.lost }
      return nil
    }
  }
}

/// Cuts what the daemon says into its lines.
private struct AnswerLines: ByteToMessageDecoder {
  typealias InboundOut = [UInt8]

  /// How much of what is there has no line break.
  private var looked = 0

  mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
    let view = buffer.readableBytesView.dropFirst(looked)
    guard let end = view.firstIndex(of: 0x0A) else {
      looked = buffer.readableBytes
      return .needMoreData
    }
    let count = looked + view.distance(from: view.startIndex, to: end)
    looked = 0
    guard let line = buffer.readBytes(length: count) else { return .needMoreData }
    buffer.moveReaderIndex(forwardBy: 1)
    context.fireChannelRead(wrapInboundOut(line))
    return .continue
  }

  /// What has no end when the daemon hangs up is no line.
  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    .needMoreData
  }
}
