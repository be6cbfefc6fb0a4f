import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypesHTTP1
import NIOSSL

/// A connection of Hummingbird's whose client has so much time and no more, and on which reads are answered as soon as they are
/// decoded.
struct AnsweringChannel: ServerChildChannel {
  let base: HTTP1Channel
  let responder: LocalAPIResponder
  let limits: ServerLimits
  let connections: ConnectionCount
  /// Nil speaks without TLS.
  let certificates: ServerCertificates?
  let serverName: String
  let logger: Logger

  /// There are too many connections of one address.
  struct TooMany: Error {}

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    let peer = Peer(ClientAddress(channel.remoteAddress), responder.proxies)
    let place = connections.enter(peer)
    guard place != .none else {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(TooMany())
    }
    channel.closeFuture.whenComplete { _ in connections.leave(peer) }
    do {
      if let certificates {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
      }
    } catch {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(error)
    }
    return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
      try pipeline.addHandler(
        ConnectionGuard(
          AnswersAtOnce(responder: responder, peer: peer, logger: self.logger),
          limits: limits, connections: connections,
          refusal: place == .refused ? AnsweringChannel.refusal : nil, serverName: serverName),
        position: .before(codec))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }

  /// 503 for the connections of an address that has too many (RFC 9110 section 15.6.4).
  private static var refusal: Answer {
    var answer = Answer(page: "Service unavailable", status: 503)
    answer.fields[.retryAfter] = "5"
    return answer
  }
}
