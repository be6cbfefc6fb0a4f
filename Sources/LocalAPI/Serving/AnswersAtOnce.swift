import Logging
import NIOCore

/// Answers reads in the pipeline of their connection, on the event loop that reads it: a read of the mirror is short and waits
/// for nothing, so a task and its changes of thread would cost more than the answer. What has to wait goes on to Hummingbird,
/// and so does what follows it on the same connection, for answers keep the order of their requests (RFC 9112 section 9.3.2).
///
/// `ConnectionGuard` asks it. No handler of its own: each one costs every part of every request and of every answer its way through.
final class AnswersAtOnce {
  /// The client of this connection.
  let presence = ClientPresence()
  /// Who is at its other end.
  let peer: Peer
  private let responder: LocalAPIResponder
  private let logger: Logger
  /// The answer to the request that went on, where it is there and only has to be streamed.
  private var unsentAnswer: (request: RequestHead, answer: Answer)?

  init(responder: LocalAPIResponder, peer: Peer, logger: Logger) {
    self.responder = responder
    self.peer = peer
    self.logger = logger
  }

  /// The answer to a request and when it was made, if there is one without waiting that can be sent whole; nil for what goes on to
  /// Hummingbird.
  func answer(_ request: RequestHead) -> (answer: Answer, made: NIODeadline)? {
    let began = NIODeadline.now()
    guard let answer = responder.finishedAtOnce(request, logger) else { return nil }
    if answer.isStreamed(to: request.method) {
      unsentAnswer = (request, answer)
      return nil
    }
    let made = NIODeadline.now()
    responder.note(answer, since: began, until: made)
    return (answer, made)
  }

  /// The request that went on is answered.
  func forget() { unsentAnswer = nil }

  /// The client of a connection; nil where nobody looks after it.
  static func presence(on channel: (any Channel)?) async -> ClientPresence? {
    guard let channel else { return nil }
    let found = channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: ConnectionGuard.self).atOnce.presence
    }
    return try? await found.get()
  }

  /// The answer to a request that was made here and is not sent; nil where there is none. It is there once.
  static func unsent(to request: RequestHead, on channel: any Channel) async -> Answer? {
    let found = channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: ConnectionGuard.self).atOnce.takeUnsent(to: request)
    }
    return try? await found.get()
  }

  private func takeUnsent(to request: RequestHead) -> Answer? {
    defer { unsentAnswer = nil }
    return unsentAnswer?.request == request ? unsentAnswer?.answer : nil
  }
}
