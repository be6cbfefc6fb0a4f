/// Where the admin port listens, and what it calls ready.
package struct AdminSettings: Sendable {
  /// The name or address that it listens on (`admin.host`).
  package var host: String
  /// 0 takes a free one (`admin.port`).
  package var port: Int
  /// How old the newest good round may be, in seconds, before `/readyz` says no (`admin.readySeconds`).
  package var readySeconds: Int
  /// How long one request may take, with its body and its answer.
  package var timeLimit = Duration.seconds(60)
  /// How long a connection may be silent, and a request's head may take.
  package var silence = Duration.seconds(15)

  /// Settings with the usual limits.
  package init(host: String, port: Int, readySeconds: Int) {
    self.host = host
    self.port = port
    self.readySeconds = readySeconds
  }
}
