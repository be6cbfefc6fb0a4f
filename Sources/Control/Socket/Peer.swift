import Foundation
import NIOCore

/// Who is at the other end of a connection, by the word of the system (SO_PEERCRED, unix(7)): nobody can say it of themselves.
struct Peer: Sendable, Hashable {
  /// As the system hands it over: `struct ucred`.
  private struct Credentials: Sendable {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
  }

  var process: Int32
  var user: UInt32

  /// A peer.
  init(process: Int32, user: UInt32) {
    self.process = process
    self.user = user
  }

  /// Asks the system.
  /// - Returns: nil where it does not tell.
  static func of(_ channel: any Channel) async -> Peer? {
    guard let options = channel as? any SocketOptionProvider else { return nil }
    let asked: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
      level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    guard let credentials = try? await asked.get() else { return nil }
    return Peer(process: credentials.process, user: credentials.user)
  }

  /// Whether one may ask a process of this user: the user's own processes, and root's.
  func mayAsk(processOf user: UInt32) -> Bool { self.user == user || self.user == 0 }
}
