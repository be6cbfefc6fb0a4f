import Foundation

/// Whether a port can be listened on.
package enum PortState: Sendable, Hashable {
  /// Nobody has it.
  case free
  /// A process listens there.
  case taken
  /// It is not for this process, or the address is none of this machine's; the system's words.
  case refused(reason: String)

  /// Binds the port as a server would, and lets it go: it never listens, so nobody can connect to it meanwhile.
  /// - Parameters:
  ///   - host: an address or a name.
  ///   - port: 0 is always free.
  init(host: String, port: Int) {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0, let entry = list else {
      self = .refused(reason: String(cString: gai_strerror(code)))
      return
    }
    defer { freeaddrinfo(list) }
    let descriptor = socket(
      entry.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else {
      self = .refused(reason: String(cString: strerror(errno)))
      return
    }
    defer { close(descriptor) }
    // As servers do, so that what a connection that ended left behind is no obstacle.
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    if bind(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
      self = .free
    } else {
      self = errno == EADDRINUSE ? .taken : .refused(reason: String(cString: strerror(errno)))
    }
  }
}
