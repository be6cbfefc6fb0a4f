import CCurl
import Logging

/// HTTP by libcurl's multi interface: one thread, connections kept alive, HTTP/2 where TLS offers it, no cookies, no
/// signals. Requests go to one origin only; redirects are followed within it (GET and HEAD, five at most).
package final class CurlTransport: Transport {
  private let settings: TransportSettings
  private let logger: Logger
  private let loop: CurlLoop

  /// Starts the thread.
  /// - Throws: `TransportError` for clear text to another machine without `allowInsecure`, or when libcurl does not
  ///   start.
  package init(_ settings: TransportSettings, logger: Logger) throws(TransportError) {
    let origin = settings.origin
    guard CurlTransport.mayBeClear(origin, settings) || settings.reach != nil else {
      throw TransportError(
        .insecure,
        "\(origin.authority) would get tokens and passwords in clear text; use https in site.baseURL, or set "
          + "site.allowInsecure", url: origin.description)
    }
    self.settings = settings
    self.logger = logger
    loop = try CurlLoop(settings)
  }

  deinit { loop.close(waiting: false) }

  /// Sends a request and follows redirects within the origin.
  /// - Throws: `TransportError`; `CancellationError` when the task is cancelled, after which the transfer is aborted.
  package func send(_ request: OutboundRequest) async throws -> InboundResponse { try await send(request, into: nil) }

  /// Sends a request whose content goes into a sink, and follows redirects within the origin; one that leads
  /// elsewhere is the answer.
  /// - Throws: as `send`, and `TransportError` of the kind `refused`.
  package func download(_ request: OutboundRequest, into sink: any ContentSink) async throws -> InboundResponse {
    try await send(request, into: sink)
  }

  private func send(_ request: OutboundRequest, into sink: (any ContentSink)?) async throws -> InboundResponse {
    var request = request
    let asked = request.url
    for _ in 0...RedirectRule.limit {
      try check(request)
      var response = try await exchange(request, into: sink)
      logger.trace("\(request) → \(response)")
      guard let target = try RedirectRule.target(of: response, to: request, mayLeave: sink != nil) else {
        response.url = request.url == asked ? nil : request.url
        return response
      }
      request.url = target
    }
    throw RedirectRule.tooMany(request)
  }

  /// Fails what is under way (`closed`) and returns when the thread has ended. Later requests fail at once.
  package func shutdown() { loop.close(waiting: true) }

  private func exchange(
    _ request: OutboundRequest, into sink: (any ContentSink)?
  ) async throws -> InboundResponse {
    let exchange = CurlExchange(request, into: sink)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        exchange.attach(continuation)
        loop.submit(exchange)
      }
    } onCancel: {
      exchange.finish(.failure(CancellationError()))
      loop.abandon(exchange)
    }
  }

  private static func mayBeClear(_ origin: WebOrigin, _ settings: TransportSettings) -> Bool {
    origin.scheme == "https" || origin.isLoopback || settings.allowInsecure
  }

  private func check(_ request: OutboundRequest) throws(TransportError) {
    let url = WebAddress.withoutSecrets(request.url)
    let origin = try WebOrigin(of: request.url)
    if let reach = settings.reach {
      guard CurlTransport.mayBeClear(origin, settings) else {
        throw TransportError(.insecure, "\(origin) has no TLS, and site.allowInsecure is not set", url: url)
      }
      guard !reach.excludes(literal: origin.host) else { throw TransportError.outOfReach(origin.authority, url: url) }
    }
    guard origin == settings.origin || settings.reach != nil else {
      throw TransportError(
        .otherOrigin, "a request for \(origin) is not sent: this connection is for \(settings.origin) alone", url: url)
    }
    // A line break would let a value write fields of its own.
    let words = [request.method] + request.fields.map(\.name)
    let clean = words.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A } }
    guard clean, request.fields.allSatisfy({ $0.value.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x09 } }) else {
      throw TransportError(.invalidRequest, "a method or field with characters that HTTP does not allow", url: url)
    }
  }
}
