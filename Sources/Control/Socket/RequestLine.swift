import NIOCore

/// Takes the one line that a client sends. It keeps no more than a request may have, waits no longer than one takes, and closes on a client
/// that sends more, or does not take its answer.
final class RequestLine: ChannelInboundHandler {
  /// What came.
  enum Received: Sendable, Hashable {
    case line([UInt8])
    case tooLong
    case tooSlow
    /// It hung up before.
    case nothing
  }

  typealias InboundIn = ByteBuffer

  private struct Overdue: Sendable {}

  /// So long a request may take.
  static let requestTime = TimeAmount.seconds(5)
  /// So long an answer may wait that the client does not read.
  static let answerTime = TimeAmount.seconds(30)

  private var line: [UInt8] = []
  /// Where to say what came; nil once it was said.
  private var received: EventLoopPromise<Received>?
  private var isRefused = false
  private var deadline: Scheduled<Void>?

  init(_ received: EventLoopPromise<Received>) { self.received = received }

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: RequestLine.requestTime) {
      channel.pipeline.fireUserInboundEventTriggered(Overdue())
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard received != nil else {
      // Nothing belongs behind a request; who is refused is hung up on as soon as that is said.
      if !isRefused { context.close(promise: nil) }
      return
    }
    let bytes = unwrapInboundIn(data).readableBytesView
    let part = bytes.prefix { $0 != 0x0A }
    guard line.count + part.count <= ControlRequest.mostBytes else {
      // What else it sends stays with the system until it is hung up on.
      context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
      return say(.tooLong)
    }
    line.append(contentsOf: part)
    if part.count < bytes.count { say(.line(line)) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is Overdue else { return context.fireUserInboundEventTriggered(event) }
    say(.tooSlow)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if received == nil {
      deadline?.cancel()
      if !context.channel.isWritable {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: RequestLine.answerTime) { channel.close(promise: nil) }
      }
    }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    say(.nothing)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { say(.nothing) }

  private func say(_ what: Received) {
    deadline?.cancel()
    line = []
    if what == .tooLong || what == .tooSlow { isRefused = true }
    received?.succeed(what)
    received = nil
  }
}
