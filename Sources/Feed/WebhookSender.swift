import JSONAPI
import Logging
import Store
import Upstream

/// Tells one receiver what changes, one message after the other: so what it is told of a resource comes in order, at least once. Its place
/// moves when it has confirmed a message (2xx) and is kept in the mirror.
struct WebhookSender: Sendable {
  let webhook: Webhook
  let feed: ChangeFeed
  let reading: Reading
  let reader: ResourceReader
  let watch: FeedWatch
  let transport: any Transport
  /// The base URL of documents; nil takes the site's.
  let base: String?
  let logger: Logger
  /// Unix seconds.
  let now: @Sendable () -> Int64
  /// How a pause is waited for.
  let sleep: @Sendable (Double) async throws -> Void

  /// So many changes that it is not told of are passed before that is kept, or so many seconds: each time is a write.
  private static let (passing, passingSeconds) = (Int64(1_000), Int64(86_400))

  /// Goes on until the task is cancelled. Where the mirror is at fault, that is said and tried again.
  /// - Throws: `CancellationError`.
  func run() async throws {
    while true {
      do { try await tellAll() } catch let error as CancellationError {
        throw error
      } catch {
        logger.warning(
          "a webhook cannot go on and is tried again", metadata: ["webhook": "\(webhook.name)", "reason": "\(error)"])
        try await sleep(30)
      }
    }
  }

  private func tellAll() async throws {
    guard let row = try feed.webhooks().first(where: { $0.name == webhook.name }) else {
      try feed.keep(webhooks: feed.webhooks().map(\.name) + [webhook.name], at: now())
      return
    }
    if let next = row.nextAttempt, next > now() {
      try await sleep(min(Double(next.subtractingClamped(now())), WebhookPatience.longest))
    }
    var (position, kept, keptAt) = (row.position, row.position, now())
    while true {
      try Task.checkCancellation()
      let seen = try watch.seen()
      guard let page = try page(after: position) else {
        try await sleep(1)
        continue
      }
      if let message = page.message {
        let end = try await deliver(message, after: position)
        (position, kept, keptAt) = (end, end, now())
        continue
      }
      position = page.position
      let isFar = position.sequence - kept.sequence >= WebhookSender.passing
      if isFar || position != kept && now().subtractingClamped(keptAt) >= WebhookSender.passingSeconds {
        try feed.passed(webhook.name, upTo: position)
        (kept, keptAt) = (position, now())
      }
      if page.isEnd { _ = try await watch.wait(past: seen, for: .seconds(3_600)) }
    }
  }

  private struct Next {
    var message: WebhookMessage?
    var position: FeedPosition
    var isEnd: Bool
  }

  /// What is to be told next; nil where the mirror is too busy.
  /// - Parameter end: where it ends at the latest.
  private func page(after position: FeedPosition, upTo end: FeedPosition? = nil) throws -> Next? {
    do {
      let documents =
        webhook.hasDocuments ? DocumentBase(try base ?? reading.fact(.siteBaseURL) ?? "") : nil
      var page = try reader.snapshot(seeing: webhook.sight()) { snapshot in
        try snapshot.changes(
          FeedQuestion(after: position, limit: WebhookMessage.most, documents: documents, bytes: 1 << 20))
      }
      if let end, page.position.sequence > end.sequence {
        page.changes.removeAll { $0.sequence > end.sequence }
        page.position = end
      }
      let message = page.changes.isEmpty ? nil : WebhookMessage(page, at: now())
      return Next(message: message, position: page.position, isEnd: page.isEnd)
    } catch let refusal as FeedRefusal {
      let end = try feed.state().end
      return Next(message: WebhookMessage(refusal, goingOnAt: end, at: now()), position: end, isEnd: false)
    } catch is QueryOverdue {
      return nil
    }
  }

  /// Sends a message until it is confirmed. What is sent again is what is still so: a receiver may be away for days, and is not told then
  /// what has been removed or hidden meanwhile. What became of that comes behind.
  /// - Returns: the place behind it.
  private func deliver(_ first: WebhookMessage, after position: FeedPosition) async throws -> FeedPosition {
    var message = first
    var failures: Int64 = 0
    while true {
      let request = message.request(to: webhook.url, signedWith: webhook.secret, at: now())
      let reason: String
      var asked: Int?
      do {
        let answer = try await transport.send(request)
        if (200..<300).contains(answer.status) {
          if failures > 0 {
            logger.notice("a webhook's receiver is told again", metadata: ["webhook": "\(webhook.name)"])
          }
          try feed.delivered(webhook.name, upTo: message.position, at: now())
          return message.position
        }
        reason = "it answers \(answer.status)"
        asked = answer.retryAfter
      } catch let error as TransportError {
        // Without the URL, which may hold a secret.
        reason = WebhookSender.reason(error.message, webhook.name)
      }
      failures += 1
      let pause = WebhookPatience.pause(after: failures, asked: asked, spread: Double.random(in: 0...1))
      let next = now().addingClamped(Int64(pause.rounded(.up)))
      try feed.failed(webhook.name, reason, next: next, at: now())
      if failures == 1 {
        logger.warning(
          "a webhook's receiver cannot be told; it is tried again with growing pauses",
          metadata: ["webhook": "\(webhook.name)", "reason": "\(reason)"])
      }
      try await sleep(pause)
      guard let found = try page(after: position, upTo: message.position) else { continue }
      guard let again = found.message else {
        try feed.passed(webhook.name, upTo: found.position)
        return found.position
      }
      message = again
    }
  }

  /// What the transport says, with a way out that is one here: its own speaks of the keys of the site.
  static func reason(_ message: String, _ name: String) -> String {
    guard let way = message.ranges(of: "; ").last, message[way.upperBound...].contains("site.") else { return message }
    return message[..<way.lowerBound] + "; check feed.webhooks.\(name).url and the network"
  }
}
