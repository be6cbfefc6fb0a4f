import Control
import Foundation

/// A round that the daemon of a mirror is asked for, where one runs: it alone may write what is the site's.
struct DaemonCall {
  private let socket: ControlSocket
  private let verbosity: Verbosity

  init(ofMirrorAt path: String, _ verbosity: Verbosity) {
    socket = ControlSocket(ofMirrorAt: path)
    self.verbosity = verbosity
  }

  /// Asks for the round, and says what it came to.
  /// - Returns: the exit code; nil where there is nobody to ask.
  /// - Throws: `ControlFault` where the daemon does not answer to the end.
  func sync(_ wish: RoundWish) async throws -> ExitCodes? {
    guard FileManager.default.fileExists(atPath: socket.path) else { return nil }
    let isQuiet = verbosity == .quiet
    let progress = Progress(isQuiet: isQuiet)
    let client = ControlClient(socket)
    let outcome = try await untilSignalled {
      try await client.ask(wish) { event in
        switch event {
        case .progress(let line): progress.show(line)
        case .notice(let text):
          progress.end()
          complain(text)
        case .replied(.waits(let behind)):
          if !isQuiet { complain("the daemon does it after what is under way: \(behind)") }
        case .replied, .begun, .ended: break
        }
      }
    }
    progress.end()
    switch outcome {
    case .nobody?: return nil
    case .refused(let reason)?:
      complain("the daemon does not do it: \(reason)")
      return .fault
    case .ended(let ending)?:
      say(ending.lines, verbosity)
      return ExitCodes(rawValue: ending.code) ?? .fault
    case nil:
      complain("stopped by a signal; the daemon goes on with the round: social-mirror status tells what it came to")
      return .done
    }
  }
}
