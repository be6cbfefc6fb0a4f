import LocalAPI
import Support

/// Conversations with a server of so many seconds, connections and bytes, byte by byte.
enum Talk {
  static func serving<Value: Sendable>(
    _ limits: ServerLimits = .standard, changing change: (inout LocalAPISettings) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningLocalAPI) async throws -> Value
  ) async throws -> Value {
    try await RunningLocalAPI.serving(
      CrawledMirror.full(),
      changing: { settings in
        settings.limits = limits
        change(&settings)
      }, body)
  }

  static func limits(head: Int = 60, body: Int = 60, idle: Int = 60) -> ServerLimits {
    ServerLimits(headSeconds: head, bodySeconds: body, idleSeconds: idle)
  }

  /// What comes back to some bytes, up to the end of the connection.
  static func told(_ api: RunningLocalAPI, _ text: String) async throws -> RawConnection.Read {
    try await onThread {
      let connection = try RawConnection(port: api.port)
      connection.send(text)
      return connection.read()
    }
  }

  static func status(_ read: RawConnection.Read) -> [Int] {
    read.text.matches(of: #/HTTP/1\.1 ([0-9]{3}) /#).compactMap { Int($0.1) }
  }

  static let form = "grant_type=client_credentials&client_id=reports&client_secret=client%20secret"
  static let formHead = """
    POST /oauth/token HTTP/1.1\r
    Host: localhost\r
    Content-Type: application/x-www-form-urlencoded\r

    """
}
