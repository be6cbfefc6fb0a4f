import Logging
import Synchronization
import Upstream

/// The transport to other origins than the site's, for files that the site keeps elsewhere: made when it is first
/// needed. It knows no token, and goes where `AddressReach` lets a site send us.
final class ForeignTransports: Sendable {
  private let settings: TransportSettings
  private let logger: Logger
  private let made = Mutex<CurlTransport?>(nil)

  /// - Parameter settings: those of the site's transport; only the origin differs.
  init(like settings: TransportSettings, logger: Logger) {
    self.settings = settings
    self.logger = logger
  }

  /// The transport to an origin.
  /// - Throws: `TransportError`.
  func transport(to origin: WebOrigin) throws -> any Transport {
    try made.withLock { made in
      if let made { return made }
      var settings = self.settings
      settings.reach = AddressReach(ofSiteAt: settings.origin.host)
      let transport = try CurlTransport(settings, logger: logger)
      made = transport
      return transport
    }
  }

  /// Ends it.
  func shutdown() { made.withLock { $0 }?.shutdown() }
}
