import Coding
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Measures
import NIOCore
import Reports
import Store

/// The admin port: `/healthz`, `/readyz`, `/metrics` and `/status.json` from one mirror, and what `routes` answer beside them.
package struct AdminServer: Sendable {
  let settings: AdminSettings
  private let mirror: Mirror
  private let routes: [any AdminRoutes]
  private let measures: DaemonMeasures
  private let state: KnownState
  private let logger: Logger
  private let now: @Sendable () -> Int64

  /// So many connections at a time; the next one waits until one is closed, which those that say nothing soon are.
  private static let mostConnections = 512

  /// The server's own.
  private static let paths: Set<String> = ["/healthz", "/readyz", "/metrics", "/status.json"]

  /// A server that does not listen yet.
  /// - Parameters:
  ///   - routes: asked in this order for every path that is not the server's own.
  ///   - measures: what `/metrics` tells beside the mirror's state.
  ///   - state: what others on this port tell of the mirror, too; nil for one of its own.
  ///   - now: Unix seconds of this machine.
  package init(
    settings: AdminSettings, mirror: Mirror, routes: [any AdminRoutes], logger: Logger,
    measures: DaemonMeasures = DaemonMeasures(),
    state: KnownState? = nil,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) {
    self.settings = settings
    self.mirror = mirror
    self.routes = routes
    self.measures = measures
    self.now = now
    self.state = state ?? KnownState(mirror, now: now, completing: { _ in })
    // Who starts the server says where it listens: the framework's own lines would say it again.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    self.logger = quiet
  }

  /// The answer to one request, as `run` sends it; tests ask without a socket.
  package func answer(_ request: AdminRequest) async -> AdminAnswer { await found(request).guarded }

  private func found(_ request: AdminRequest) async -> AdminAnswer {
    guard AdminServer.paths.contains(request.path) else { return await elsewhere(request) }
    guard request.method == .get || request.method == .head else { return AdminAnswer(onlyAllowing: "GET, HEAD") }
    switch request.path {
    case "/healthz": return health
    case "/readyz": return await readiness
    case "/metrics": return await metrics(request)
    default: return await status(request)
    }
  }

  private func elsewhere(_ request: AdminRequest) async -> AdminAnswer {
    for route in routes {
      if let answer = await route.answer(request) { return answer }
    }
    return AdminAnswer(status: 404, text: "Nothing is here.")
  }

  /// Whether the process does its work: it answers, and its file is where it belongs.
  private var health: AdminAnswer {
    do {
      try mirror.file.checkNow()
      return AdminAnswer(text: "ok")
    } catch {
      return AdminAnswer(status: 503, text: "not healthy: the mirror's file is not as it was opened")
    }
  }

  /// Whether the mirror is current. Why a round failed is not told here: everybody may ask.
  private var readiness: AdminAnswer {
    get async {
      do {
        let readiness = try await AdminThreads.run { [mirror, settings, now] in
          try mirror.file.checkNow()
          return Readiness(try mirror.reporting.roundTimes(), within: settings.readySeconds, at: now())
        }
        return AdminAnswer(status: readiness.isReady ? 200 : 503, text: readiness.reason)
      } catch {
        return AdminAnswer(status: 503, text: "not ready: the mirror cannot be read")
      }
    }
  }

  private func metrics(_ request: AdminRequest) async -> AdminAnswer {
    let form = Exposition.Form(accept: request.fields[.accept])
    let page = MetricsPage(measures: measures, state: try? await state.gathered(), mirrorPath: mirror.path)
    return AdminAnswer(contentType: form.contentType, body: page.bytes(form))
  }

  /// What `status --json` prints: it names accounts' content by id, so it is not for everybody who can reach the port.
  private func status(_ request: AdminRequest) async -> AdminAnswer {
    guard await admits(request) else {
      return AdminAnswer(status: 403, text: "This is answered on the machine itself, or to who has signed in.")
    }
    do {
      let report = try await state.gathered().report
      return AdminAnswer(contentType: "application/json", body: report.json.encoded(.plain) + [UInt8(ascii: "\n")])
    } catch {
      logger.warning("the mirror's state cannot be told", metadata: ["error": "\(error)"])
      return AdminAnswer(status: 503, text: "The mirror cannot be read; the log says why.")
    }
  }

  private func admits(_ request: AdminRequest) async -> Bool {
    if request.isLocal { return true }
    for route in routes {
      if await route.admits(request) { return true }
    }
    return false
  }

  /// Serves until the task is cancelled.
  /// - Parameter onListening: is told the port once it listens.
  /// - Throws: when the address is taken.
  package func run(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
    let limit = TimeAmount(settings.timeLimit)
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [UntakenAnswers(limit: limit)], idleTimeout: TimeAmount(settings.silence),
      httpDecoderConfiguration: .init(maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))
    let application = Application(
      responder: AdminResponder(server: self), server: .http1(configuration: channel),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: "social-mirror",
        availableConnectionsDelegate: MaximumAvailableConnections(AdminServer.mostConnections, logger: logger)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
    async let _: Void = measures.loops.watch()
    try await application.run()
  }
}
