/// What one client, and all clients together, may take up. What is beyond a limit is refused and costs nobody else anything.
package struct ServerLimits: Sendable, Hashable {
  /// The longest body of an upload, in bytes; documents and forms have shorter limits of their own. 413.
  package var bodyBytes: Int
  /// The longest header section of a request, in bytes. 431.
  package var headerBytes: Int
  /// The longest target of a request, in bytes. 414.
  package var urlBytes: Int
  /// How deep a document may be nested, 512 at most. 400.
  package var jsonDepth: Int
  /// Connections at a time. The next one waits until one is closed; where few are left, those that ask for nothing are closed sooner
  /// than `headSeconds` and `idleSeconds` say.
  package var connections: Int
  /// Connections at a time of one address (of IPv6: of one /64), trusted proxies excepted. 503, and of many more no answer.
  package var connectionsPerAddress: Int
  /// Seconds until the head of the first request is there. 408.
  package var headSeconds: Int
  /// Seconds until a body is there. 408.
  package var bodySeconds: Int
  /// Seconds until the next request is there, and until a client reads on; then the connection is closed.
  package var idleSeconds: Int

  /// The limits; what is left out is as usual.
  package init(
    bodyBytes: Int = 67_108_864, headerBytes: Int = 65_536, urlBytes: Int = 32_768, jsonDepth: Int = 512,
    connections: Int = 4_096, connectionsPerAddress: Int = 512, headSeconds: Int = 15, bodySeconds: Int = 300,
    idleSeconds: Int = 75
  ) {
    (self.bodyBytes, self.headerBytes, self.urlBytes, self.jsonDepth) = (bodyBytes, headerBytes, urlBytes, jsonDepth)
    (self.connections, self.connectionsPerAddress) = (connections, connectionsPerAddress)
    (self.headSeconds, self.bodySeconds, self.idleSeconds) = (headSeconds, bodySeconds, idleSeconds)
  }

  /// The usual limits.
  package static let standard = ServerLimits()
}
