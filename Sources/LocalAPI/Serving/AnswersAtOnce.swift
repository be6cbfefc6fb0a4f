import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// Answers reads in the pipeline of their connection, on the event loop that reads it: a read of the mirror is short and waits
/// for nothing, so a task and its changes of thread would cost more than the answer. What has to wait goes on to Hummingbird,
/// and so does what follows it on the same connection, for answers keep the order of their requests (RFC 9112 section 9.3.2).
final class AnswersAtOnce: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// The client of this connection.
  let presence = ClientPresence()
  private let responder: LocalAPIResponder
  private let peer: Peer
  private let logger: Logger
  /// How many requests went on and are not answered yet.
  private var waiting = 0
  /// The answer to the request that went on, where it is there and only has to be streamed.
  private var unsentAnswer: (request: RequestHead, answer: Answer)?
  /// Whether the request that arrives is answered already: a body, which no read needs, is dropped.
  private var isAnswered = false
  private var heads: AnswerHeads

  init(responder: LocalAPIResponder, peer: Peer, serverName: String, logger: Logger) {
    self.responder = responder
    self.peer = peer
    self.logger = logger
    heads = AnswerHeads(serverName: serverName)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      isAnswered = answer(head, context)
      if isAnswered { return }
      waiting += 1
    case .body, .end:
      if isAnswered { return }
    }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent { presence.leave() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    presence.leave()
    context.fireChannelInactive()
  }

  /// The client of a connection; nil where nobody looks after it.
  static func presence(on channel: (any Channel)?) async -> ClientPresence? {
    guard let channel else { return nil }
    let found = channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: AnswersAtOnce.self).presence
    }
    return try? await found.get()
  }

  /// The answer to a request that was made here and is not sent; nil where there is none. It is there once.
  static func unsent(to request: RequestHead, on channel: any Channel) async -> Answer? {
    let found = channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: AnswersAtOnce.self).takeUnsent(to: request)
    }
    return try? await found.get()
  }

  private func takeUnsent(to request: RequestHead) -> Answer? {
    defer { unsentAnswer = nil }
    return unsentAnswer?.request == request ? unsentAnswer?.answer : nil
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) {
      // What cannot be parsed is answered 400 without having come through here.
      waiting = max(0, waiting - 1)
      unsentAnswer = nil
    }
    context.write(data, promise: promise)
  }

  /// Sends the answer, if there is one without waiting. A client that does not read what it was sent waits for Hummingbird,
  /// which waits for it.
  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Bool {
    let began = NIODeadline.now()
    guard waiting == 0, context.channel.isWritable, let request = RequestHead(read: head, from: peer),
      let answer = responder.finishedAtOnce(request, logger)
    else { return false }
    if answer.isStreamed(to: request.method) {
      unsentAnswer = (request, answer)
      return false
    }
    responder.note(answer, since: began)
    context.write(wrapOutboundOut(.head(heads.head(answer))), promise: nil)
    if request.method != .head { context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    return true
  }
}
