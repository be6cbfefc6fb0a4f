/// What sends requests: libcurl, or a simulation in its place.
package protocol Transport: Sendable {
  /// Sends a request and gives the complete answer, whatever its status.
  /// - Throws: `TransportError` when there is no complete answer; `CancellationError` when the task is cancelled.
  func send(_ request: OutboundRequest) async throws -> InboundResponse
  /// Sends a request whose content goes into a sink when the answer is 200 or 206; the response then has no body. Other
  /// answers come with theirs, a redirect to another origin among them. Takes as long as bytes keep coming.
  /// - Throws: as `send`; when the sink refused the content, `TransportError` of the kind `refused`.
  func download(_ request: OutboundRequest, into sink: any ContentSink) async throws -> InboundResponse
}

/// How requests are sent; the keys of the configuration stand in brackets.
package struct TransportSettings: Sendable, Hashable, SecretBearing {
  /// The only origin that requests go to (`site.baseURL`).
  package var origin: WebOrigin
  /// Seconds for name, connection and TLS together.
  package var connectTimeoutSeconds = 10
  /// Seconds for a whole exchange, and the longest silence in one with a longer limit of its own
  /// (`site.timeoutSeconds`).
  package var timeoutSeconds = 30
  /// The most bytes of content, after decoding, that an answer may have.
  package var maximumBodyBytes = 64 << 20
  /// A PEM file of certificates to trust besides the system's (`site.caFile`).
  package var caFile: String?
  /// A proxy's URL, for all but loopback (`site.proxy`). The environment's proxies are never used.
  package var proxy: String?
  /// Lets clear text leave this machine (`site.allowInsecure`). Certificates are checked all the same.
  package var allowInsecure = false
  /// The most requests under way at once, and so the most connections; more of them wait, their time not running.
  package var maximumConnections = 8
  /// `User-Agent` (RFC 9110, 10.1.5).
  package var userAgent = "social-mirror"

  /// Set for requests that a site sent us on, to any origin: where they may go. Such requests carry no token.
  package var reach: AddressReach?

  /// Settings for one origin, all else at its default.
  package init(origin: WebOrigin) { self.origin = origin }

  /// The origin; a proxy's URL may hold a password.
  package var publicDescription: String { "transport to \(origin)" }
}
