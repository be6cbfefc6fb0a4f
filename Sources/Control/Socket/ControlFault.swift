/// What keeps a control socket from its work.
package enum ControlFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// Its path is longer than the system takes.
  case pathTooLong(String)
  /// Something is there that is no socket.
  case noSocket(String)
  /// A process that lives listens there.
  case taken(String)
  /// The system refuses, and why.
  case refused(String, reason: String)
  /// The daemon ended, or hung up, before it had answered.
  case lost
  /// It lives, and said nothing for this many seconds.
  case silent(seconds: Int64)
  /// It answered something else than this version understands.
  case unintelligible

  /// What is the matter, and what to do about it.
  package var description: String {
    switch self {
    case .pathTooLong(let path):
      "the control socket's path \(path) has \(path.utf8.count) bytes, and may have \(ControlSocket.longestPath); "
        + "`sync` works beside the daemon with a shorter mirror.path"
    case .noSocket(let path):
      "\(path) is no socket; it was left as it is. Remove it, and the daemon listens there within a minute"
    case .taken(let path): "another process listens at \(path)"
    case .refused(let path, let reason): "the control socket \(path) cannot be made: \(reason)"
    case .lost:
      "the daemon ended, or hung up, before the round was over; social-mirror status tells how far it came, its log why"
    case .silent(let seconds):
      "the daemon has the control socket and did not answer for \(seconds) s; look at it with systemctl status social-mirror, and "
        + "restart it where it is stuck. Should it come round, the round may still be done"
    case .unintelligible:
      "the daemon answered something that this version does not understand; restart it after an upgrade"
    }
  }
}
