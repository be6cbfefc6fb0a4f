import Foundation

/// The socket's place in the file system: beside the mirror, for its owner alone (unix(7)).
package struct ControlSocket: Sendable, Hashable {
  /// Where it is.
  package let path: String

  /// Bytes of a path that can be listened and connected to: the system takes 107 here and 103 elsewhere (`sun_path`), SwiftNIO what all
  /// systems take.
  static let longestPath = 103

  /// The socket of a mirror.
  package init(ofMirrorAt path: String) { self.path = path + ".control" }

  /// Whether it can be listened and connected to.
  package var isShortEnough: Bool { path.utf8.count <= ControlSocket.longestPath }

  /// What is made in the file system by one who listens.
  struct Place: Sendable, Hashable {
    let descriptor: Int32
    fileprivate let device: UInt64
    fileprivate let inode: UInt64
  }

  /// Makes the socket, and takes the place of one that nobody listens at.
  /// - Throws: `ControlFault`.
  func make() throws(ControlFault) -> Place {
    guard isShortEnough else { throw .pathTooLong(path) }
    try clear()
    let descriptor = open()
    guard descriptor >= 0 else { throw refusal() }
    // Before it has a name: nobody else may ever connect.
    guard fchmod(descriptor, 0o600) == 0, withAddress({ bind(descriptor, $0, $1) }) == 0 else {
      let fault = refusal()
      close(descriptor)
      throw fault
    }
    var info = stat()
    guard lstat(path, &info) == 0, chmod(path, 0o600) == 0 else {
      let fault = refusal()
      close(descriptor)
      throw fault
    }
    return Place(descriptor: descriptor, device: UInt64(info.st_dev), inode: UInt64(info.st_ino))
  }

  /// Takes the socket away again, if it still is the one that was made.
  func remove(_ place: Place) {
    if isThere(place) { unlink(path) }
  }

  /// Whether what was made still is at its path.
  func isThere(_ place: Place) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0 && UInt64(info.st_dev) == place.device && UInt64(info.st_ino) == place.inode
  }

  /// Removes what a process left that ended without taking it away.
  private func clear() throws(ControlFault) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    guard info.st_mode & S_IFMT == S_IFSOCK else { throw .noSocket(path) }
    let descriptor = open()
    guard descriptor >= 0 else { throw refusal() }
    defer { close(descriptor) }
    // Where too many wait to be let in, somebody lives there.
    guard withAddress({ connect(descriptor, $0, $1) }) != 0, errno != EAGAIN, errno != EINPROGRESS else {
      throw .taken(path)
    }
    guard errno == ECONNREFUSED || errno == ENOENT else { throw refusal() }
    guard unlink(path) == 0 || errno == ENOENT else { throw refusal() }
  }

  private func open() -> Int32 {
    socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
  }

  private func refusal() -> ControlFault { .refused(path, reason: String(cString: strerror(errno))) }

  private func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}
