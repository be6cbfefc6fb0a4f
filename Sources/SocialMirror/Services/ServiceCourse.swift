import Logging
import Store
import Upstream

/// What a service of the daemon does after an error. The local API serves what is there as long as the file can be read: neither
/// the site nor the disk takes it down.
enum ServiceCourse: Sendable, Hashable {
  /// Say so, and try again at the next turn: it may pass.
  case retry
  /// Say so, and leave the site alone until the daemon is started again: nothing here will change it, and asking on could lock
  /// the account.
  case rest
  /// End the daemon: the mirror itself is damaged.
  case end

  init(_ error: any Error) {
    // A web server in front of the site counts no failed logins, and nothing was shown to it that it could count.
    if case SignInError.httpBasic? = error as? SignInError {
      self = .retry
      return
    }
    switch ExitCodes(error) {
    case .site: self = .retry
    case .credentials, .person, .usage: self = .rest
    default: self = StorageFault(error) == .damage || error is MirrorUnusable ? .end : .retry
    }
  }
}

/// Takes the course that an error asks of a service: returns where it is to be tried again, and rests until the task is cancelled
/// where it is not.
/// - Parameter rests: what then stops, for the log.
/// - Throws: the error where it ends the daemon, `CancellationError`.
func follow(_ error: any Error, _ logger: Logger, rests: String) async throws {
  switch ServiceCourse(error) {
  case .retry: logger.error("\(error)")
  case .rest:
    logger.critical("\(error). \(rests) until the daemon is restarted; the local API goes on")
    while true { try await Task.sleep(for: .seconds(86_400)) }
  case .end: throw error
  }
}
