import HTTPTypes
import NIOCore
import NIOHTTP1

/// Is sent down a connection by whoever is about to read the body of a request.
struct BodyWanted: Sendable {}

/// A body that did not come in time.
struct BodyOverdue: Error {}

/// Stands at the door of one connection: gives its client so much time and no more, asks for bodies that are wanted, answers what
/// cannot be understood and what can be answered at once, and closes the connection after the last answer instead of reading on what
/// nobody needs.
final class ConnectionGuard: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// How long a client may take to read why it is refused, while it may still send. Seconds.
  private static let farewell = 2

  /// What answers reads that need not wait.
  let atOnce: AnswersAtOnce
  private let limits: ServerLimits
  private let connections: ConnectionCount
  /// What every request is told; nil where they are answered.
  private let refusal: Answer?
  private var course = ConnectionCourse()
  private var heads: AnswerHeads
  /// Whether the request that arrives is answered already: a body, which no read needs, is dropped.
  private var isAnswered = false
  /// When it was, until its end is there.
  private var answeredAt: NIODeadline?
  /// What is answered once all before it is.
  private var pending: Answer?
  private var time: ConnectionTime
  private var timer: Scheduled<Void>?
  private var timerDue = NIODeadline.distantFuture
  /// What was not taken by the client at the last look, in bytes, and how much had been written by then.
  private var lastLook = (buffered: 0, writes: 0)
  private var writes = 0
  /// Whether the connection is closed on this side, and is soon closed whole.
  private var isLeaving = false

  /// - Parameters:
  ///   - connections: all of the server, this one among them.
  ///   - refusal: what every request is told; nil answers them.
  init(
    _ atOnce: AnswersAtOnce, limits: ServerLimits, connections: ConnectionCount, refusal: Answer? = nil,
    serverName: String
  ) {
    self.atOnce = atOnce
    self.limits = limits
    self.connections = connections
    time = ConnectionTime(seconds: limits.headSeconds, from: .now())
    self.refusal = refusal
    heads = AnswerHeads(serverName: serverName)
  }

  func handlerAdded(context: ChannelHandlerContext) { arm(.now(), context) }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    atOnce.presence.leave()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let received = ReceivedHead(head, from: atOnce.peer)
      let isKept = head.isKeepAlive && head.version == .http1_1 && !received.isUpgrade
      guard course.head(received.body, isKept: isKept, waits: received.waits) else { return }
      if let refusal { return refuse(refusal, context) }
      guard received.bytes <= limits.headerBytes else {
        return refuseInTurn(ConnectionGuard.tooLarge, HTTPParserError.headerOverflow, context)
      }
      if course.hasBody { allow(limits.bodySeconds, context) }
      if course.isShortBodyAwaited { goOn(context) }
      isAnswered = received.read.map { answerAtOnce($0, context) } ?? false
      if !isAnswered { context.fireChannelRead(data) }
    case .body(let piece):
      if course.piece(piece.readableBytes), !isAnswered { context.fireChannelRead(data) }
    case .end:
      if course.end(), !isAnswered { context.fireChannelRead(data) }
      // The end of a request without body comes with its head: the clock need not be read again.
      if course.phase == .idle { allow(limits.idleSeconds, from: answeredAt ?? .now(), context) }
      answeredAt = nil
    }
  }

  /// What is left unread stays so: the connection is closed.
  func read(context: ChannelHandlerContext) {
    if !course.isEnding { context.read() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // What was answered in its place is the last.
    guard !course.isEnding else {
      promise?.succeed()
      return
    }
    writes &+= 1
    switch unwrapOutboundIn(data) {
    case .head(var head):
      guard begin(&head) else { return context.write(data, promise: promise) }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      atOnce.forget()
      guard !course.answered() else { return sendLast(data, promise, context) }
      context.write(data, promise: promise)
      goOnAfterAnswer(context)
    }
  }

  /// Sends the answer, if there is one without waiting. A client that does not read what it was sent waits for Hummingbird,
  /// which waits for it.
  /// - Returns: whether there was one; nobody else is to answer then.
  private func answerAtOnce(_ request: RequestHead, _ context: ChannelHandlerContext) -> Bool {
    // All that came before has its answer.
    guard course.open == 1, context.channel.isWritable, let (answer, made) = atOnce.answer(request) else {
      return false
    }
    if !course.hasBody { answeredAt = made }
    writes &+= 1
    var head = heads.head(answer)
    _ = begin(&head)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .head { context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil) }
    if course.answered() {
      sendLast(wrapOutboundOut(.end(nil)), nil, context)
    } else {
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      goOnAfterAnswer(context)
    }
    return true
  }

  /// An answer begins; the last one says so.
  /// - Returns: whether its head was changed.
  private func begin(_ head: inout HTTPResponseHead) -> Bool {
    let saysLast = head.status.code >= 400 && head.headers.contains(name: "Connection")
    guard course.answer(saysLast: saysLast) else { return false }
    head.headers.replaceOrAdd(name: "Connection", value: "close")
    return true
  }

  /// An answer is complete that is not the last.
  private func goOnAfterAnswer(_ context: ChannelHandlerContext) {
    if let pending, course.mayRefuse { return refuse(pending, context) }
    switch course.phase {
    case .idle where !course.isReceiving: allow(limits.idleSeconds, context)
    case .rest: allow(min(limits.bodySeconds, limits.idleSeconds), context)
    default: break
    }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard isLeaving else { return context.close(mode: mode, promise: promise) }
    if let promise { context.channel.closeFuture.cascade(to: promise) }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
    goOn(context)
    promise?.succeed()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    let isClosed = if case .inputClosed? = event as? ChannelEvent { true } else { false }
    if isClosed { atOnce.presence.leave() }
    context.fireUserInboundEventTriggered(event)
    // Who was told all and sends no more is gone.
    if isClosed, course.isEnding { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case let fault as HTTPParserError:
      refuseInTurn(fault == .headerOverflow ? ConnectionGuard.tooLarge : ConnectionGuard.bad, fault, context)
    // What comes behind it is no better.
    case is ByteToMessageDecoderError: break
    default: context.fireErrorCaught(error)
    }
  }

  private func goOn(_ context: ChannelHandlerContext) {
    guard course.goOn() else { return }
    context.writeAndFlush(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
  }

  /// Answers what cannot be answered otherwise, after all that came before it.
  private func refuseInTurn(_ answer: Answer, _ error: any Error, _ context: ChannelHandlerContext) {
    guard !course.isEnding, pending == nil else { return }
    pending = answer
    course.breakOff()
    let isAwaited = course.isReceiving
    if course.mayRefuse { refuse(answer, context) }
    // Who reads the body learns that it is not whole.
    if isAwaited { context.fireErrorCaught(error) }
  }

  private func refuse(_ answer: Answer, _ context: ChannelHandlerContext) {
    var answer = answer
    answer.fields[.connection] = "close"
    course.refuse()
    context.write(wrapOutboundOut(.head(heads.head(answer))), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
    sendLast(wrapOutboundOut(.end(nil)), nil, context)
    allow(ConnectionGuard.farewell, context)
  }

  /// Sends the end of the last answer, and closes the connection once it is out.
  private func sendLast(_ data: NIOAny, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
    let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.assumeIsolated().whenComplete { _ in self.close(context) }
    context.writeAndFlush(data, promise: sent)
    // Who does not read it does not keep the connection.
    allow(limits.idleSeconds, context)
  }

  /// Closes the connection. Of one whose client still sends the other side at first: to close it whole would take back the answer
  /// that is on its way (RFC 9112 section 9.6).
  private func close(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    guard course.isReceiving && course.hasBody || pending != nil else { return context.close(promise: nil) }
    isLeaving = true
    context.close(mode: .output, promise: nil)
    allow(ConnectionGuard.farewell, context)
  }

  /// Gives the client so many seconds from now on.
  private func allow(_ seconds: Int, from now: NIODeadline = .now(), _ context: ChannelHandlerContext) {
    time = ConnectionTime(seconds: seconds, from: now)
    arm(now, context)
  }

  /// Sees to it that time is looked at when it has to be. A timer that rings earlier is left: nearly every time is put off before.
  private func arm(_ now: NIODeadline, _ context: ChannelHandlerContext) {
    let look = time.look(after: now, brief: course.secondsWhenCrowded)
    guard timer == nil || timerDue > look else { return }
    timer?.cancel()
    timerDue = look
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: look) { self.ring(context) }
  }

  private func ring(_ context: ChannelHandlerContext) {
    timer = nil
    let now = NIODeadline.now()
    // Who is still sent an answer is in the middle of a request.
    let isCrowded = connections.isCrowded && buffered(context) == 0
    guard time.isOver(at: now, brief: isCrowded ? course.secondsWhenCrowded : nil) else { return arm(now, context) }
    switch course.phase {
    case .beforeFirst where isCrowded:
      refuse(ConnectionGuard.overdue, context)
      // Who waits for the place does not wait for a farewell too.
      if context.channel.isActive { context.close(promise: nil) }
    case .beforeFirst: refuseInTurn(ConnectionGuard.overdue, BodyOverdue(), context)
    case .body where pending == nil:
      refuseInTurn(ConnectionGuard.overdue, BodyOverdue(), context)
      if !course.isEnding { allow(limits.idleSeconds, context) }
    case .answering:
      guard !isStuck(context) else { return context.close(promise: nil) }
      allow(limits.idleSeconds, context)
    case .idle:
      // What was answered may still be on its way to a slow client.
      guard buffered(context) > 0, !isStuck(context) else { return context.close(promise: nil) }
      allow(limits.idleSeconds, context)
    case .body, .rest, .ending: context.close(promise: nil)
    }
  }

  private static let bad = Answer(page: "Bad request", status: 400)
  private static let overdue = Answer(page: "Request Timeout", status: 408)
  private static let tooLarge = Answer(page: "Request Header Fields Too Large", status: 431)

  private func buffered(_ context: ChannelHandlerContext) -> Int {
    (try? context.channel.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0
  }

  /// Whether the client has taken nothing of what waits for it since the last look.
  private func isStuck(_ context: ChannelHandlerContext) -> Bool {
    let look = (buffered: buffered(context), writes: writes)
    defer { lastLook = look }
    return look.buffered > 0 && look == lastLook
  }
}
