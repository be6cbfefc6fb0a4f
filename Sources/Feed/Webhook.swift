import Store
import Upstream

/// A receiver that is told what changes.
package struct Webhook: Sendable {
  /// Its name, by which its place in the feed is kept.
  package var name: String
  /// Where it is told. May hold secrets: it stands in no log and no error.
  package var url: String
  /// What messages are signed with.
  package var secret: WebhookSecret
  /// What it may see, asked anew for every message.
  package var sight: @Sendable () -> Sight
  /// Whether resource objects come along.
  package var hasDocuments: Bool

  /// A receiver.
  package init(
    name: String, url: String, secret: WebhookSecret, sight: @escaping @Sendable () -> Sight, hasDocuments: Bool = false
  ) {
    (self.name, self.url, self.secret) = (name, url, secret)
    (self.sight, self.hasDocuments) = (sight, hasDocuments)
  }

  /// How its messages are sent: to its origin alone, over TLS unless it is on this machine, and to no address of this machine or of an
  /// inner network that its name turns out to lead to.
  /// - Parameter isInner: whether addresses of inner networks may be reached.
  /// - Throws: `TransportError` for a URL that is none.
  package func transport(isInner: Bool, userAgent: String) throws(TransportError) -> TransportSettings {
    let origin = try WebOrigin(of: url)
    var settings = TransportSettings(origin: origin)
    settings.timeoutSeconds = WebhookMessage.timeoutSeconds
    settings.maximumBodyBytes = WebhookMessage.mostAnswerBytes
    settings.maximumConnections = 1
    settings.userAgent = userAgent
    settings.reach = AddressReach(origin.isLoopback ? [.loopback] : isInner ? [.world, .inner] : [.world])
    return settings
  }
}
