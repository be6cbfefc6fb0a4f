import Feed
import Foundation
import Logging
import ServiceLifecycle
import Store
import Upstream

/// Tells the receivers of the configuration what changes, as long as the daemon runs.
struct WebhookService: Service {
  let webhooks: Webhooks
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        while true {
          do { try await webhooks.run() } catch let error as CancellationError { throw error } catch {
            logger.error("webhooks cannot begin; it is tried again", metadata: ["reason": "\(error)"])
          }
          try await Task.sleep(for: .seconds(30))
        }
      } catch is CancellationError {}
    }
  }
}

extension WebhookService {
  /// The service for the receivers that are configured; none where there are none, whose places are forgotten then.
  /// - Parameter inForce: has the sights that hold.
  /// - Throws: `ConfigurationError` for a secret that is none; a fault of the mirror.
  static func services(
    _ settings: Settings, mirror: Mirror, _ inForce: SettingsInForce, logger: Logger
  ) throws -> [any Service] {
    let receivers = try settings.feed.webhooks.map { given -> (webhook: Webhook, transport: any Transport) in
      let key = "feed.webhooks.\(given.name)"
      guard let text = FileManager.default.contents(atPath: given.secretFile) else {
        throw ConfigurationError(
          description:
            "\(key).secretFile: \(given.secretFile) cannot be read; check that it is there and its permissions")
      }
      guard let secret = WebhookSecret(String(decoding: text, as: UTF8.self)) else {
        throw ConfigurationError(
          description:
            "\(key).secretFile: \(given.secretFile) holds no secret; it takes whsec_ and the base64 of 24 to 64 "
            + "bytes, such as what this writes: echo whsec_$(openssl rand -base64 32)")
      }
      let webhook = Webhook(
        name: given.name, url: given.url, secret: secret,
        sight: { given.sight(by: inForce.settings.localAPI.sights) }, hasDocuments: given.hasDocuments)
      do throws(TransportError) {
        let transport = try webhook.transport(
          isInner: given.isInner, userAgent: "social-mirror/\(ProgramVersion.version)")
        return (webhook: webhook, transport: try CurlTransport(transport, logger: logger))
      } catch {
        throw ConfigurationError(description: "\(key).url cannot be used: \(error.message)")
      }
    }
    guard !receivers.isEmpty else {
      try mirror.feed.keep(webhooks: [], at: unixNow())
      return []
    }
    let webhooks = Webhooks(
      receivers, mirror: mirror, base: settings.localAPI.baseURL, logger: logger, now: unixNow)
    return [
      EngineService(service: WebhookService(webhooks: webhooks, logger: logger), threads: EngineThreads(count: 1))
    ]
  }
}
