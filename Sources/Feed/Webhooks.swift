import JSONAPI
import Logging
import Store
import Upstream

/// Tells all receivers what changes, each by itself: one that does not answer delays nobody else.
package struct Webhooks: Sendable {
  private let receivers: [(webhook: Webhook, transport: any Transport)]
  private let mirror: Mirror
  private let base: String?
  private let logger: Logger
  private let now: @Sendable () -> Int64
  private let sleep: @Sendable (Double) async throws -> Void

  /// - Parameters:
  ///   - receivers: with what sends their messages.
  ///   - base: the base URL of documents; nil takes the site's.
  ///   - now: this machine's clock in Unix seconds.
  ///   - sleep: waits for so many seconds.
  package init(
    _ receivers: [(webhook: Webhook, transport: any Transport)], mirror: Mirror, base: String?, logger: Logger,
    now: @escaping @Sendable () -> Int64,
    sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
  ) {
    (self.receivers, self.mirror, self.base) = (receivers, mirror, base)
    (self.logger, self.now, self.sleep) = (logger, now, sleep)
  }

  /// Goes on until the task is cancelled. A receiver that is new is told what changes from now on; the place of one that is none any
  /// more is forgotten.
  /// - Throws: a fault of the mirror at the start; `CancellationError`.
  package func run() async throws {
    try mirror.feed.keep(webhooks: receivers.map { $0.webhook.name }, at: now())
    let reader = ResourceReader(mirror, timeLimit: .seconds(10))
    let watch = try FeedWatch(mirror.feed)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for receiver in receivers {
        let sender = WebhookSender(
          webhook: receiver.webhook, feed: mirror.feed, reading: mirror.reading, reader: reader, watch: watch,
          transport: receiver.transport, base: base, logger: logger, now: now, sleep: sleep)
        group.addTask { try await sender.run() }
      }
      try await group.waitForAll()
    }
  }
}
