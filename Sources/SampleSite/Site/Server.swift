import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

extension SampleSite {
  /// Serves until the task is cancelled. `onListening` gets the port once connections are accepted.
  /// - Throws: when the address cannot be bound.
  package func run(onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) async throws {
    var logger = Logger(label: "sample-site")
    logger.logLevel = .error
    // Not `Application`: it would write the machine's time into `Date`, and this site has a clock of its own.
    let http = HTTP1Channel { request, writer, _ in try await self.serve(request, writer) }
    let server = Server(
      childChannelSetup: http,
      configuration: ServerConfiguration(address: .hostname(settings.host, port: settings.port)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      if settings.changesPerSecond > 0 { group.addTask { try await self.keepChanging() } }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// One request over a connection.
  private func serve(_ request: Request, _ writer: consuming ResponseWriter) async throws {
    var headers: [String: String] = [:]
    for field in request.headers { headers[field.name.canonicalName] = field.value }
    let body = try await request.body.collect(upTo: 64 << 20)
    let host = request.head.authority ?? "\(settings.host):\(settings.port)"
    let response = respond(
      to: SiteRequest(
        request.method.rawValue, request.head.path ?? "/", headers: headers, body: Array(buffer: body),
        base: "http://\(host)"))
    // Leaving by an error closes the connection.
    if response.isLost { throw CancellationError() }
    if let delay = response.delay { try await Task.sleep(for: delay) }
    var fields = HTTPFields()
    for header in response.headers {
      if let name = HTTPField.Name(header.name) { fields.append(HTTPField(name: name, value: header.value)) }
    }
    if response.status != 204 { fields[.contentLength] = String(response.body.count) }
    let head = HTTPResponse(status: .init(code: response.status), headerFields: fields)
    var bodyWriter = try await writer.writeHead(head)
    if request.method != .head {
      try await bodyWriter.write(ByteBuffer(bytes: response.body.prefix(response.cutAfter ?? .max)))
      // Leaving by an error closes the connection: the client waits for bytes that never come.
      if response.cutAfter != nil { throw CancellationError() }
    }
    try await bodyWriter.finish(nil)
  }
}
