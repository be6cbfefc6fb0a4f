import Foundation

/// Where the signing key lives: a PEM file that only its owner can read, made at the first start.
package struct SigningKeyFile: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// Why there is no key. Each message names the file and the way out, and says nothing of its content.
  package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    case damaged(path: String)
    case tooShort(path: String)
    case exposed(path: String)
    case file(path: String, step: String, code: Int32)
    case generation(path: String)

    package var description: String {
      switch self {
      case .damaged(let path):
        "the signing key \(path) is damaged: restore it from a backup, or remove it and start again; then a new key is "
          + "made and every access token issued so far ends (refresh tokens stay good)"
      case .tooShort(let path):
        "the signing key \(path) has fewer than 2048 bits: replace it, or remove it and a new one is made"
      case .exposed(let path): "the signing key \(path) is open to every user of this machine: chmod 600 \(path)"
      case .file(let path, let step, let code):
        "the signing key \(path) could not be \(step): \(String(cString: strerror(code)))"
      case .generation(let path): "no signing key could be generated for \(path)"
      }
    }
  }

  /// The key in the file. Makes the file, with mode 0600, if there is none; of several processes that start together, one
  /// makes it and all get the same key. The folder must exist.
  /// - Throws: `Failure`.
  package func loadOrCreate() async throws(Failure) -> SigningKey {
    if let key = try await load() { return key }
    try create()
    guard let key = try await load() else { throw .file(path: path, step: "read", code: ENOENT) }
    return key
  }

  /// The key in the file; `nil` if there is no such file.
  /// - Throws: `Failure`.
  package func load() async throws(Failure) -> SigningKey? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(path: path, step: "opened", code: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(path: path, step: "read", code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .damaged(path: path) }
    guard status.st_mode & 0o007 == 0 else { throw .exposed(path: path) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    var length = 0
    while length < bytes.count {
      let count = bytes[length...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { break }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, step: "read", code: errno) }
      length += count
    }
    do {
      return try await SigningKey(pem: String(decoding: bytes[..<length], as: UTF8.self))
    } catch {
      switch error {
      case .unreadable: throw .damaged(path: path)
      case .tooShort: throw .tooShort(path: path)
      }
    }
  }

  /// Writes a whole new key beside the path and links it there: the path never shows half a key, and a key that another
  /// process put there first is left alone.
  private func create() throws(Failure) {
    guard let pem = try? SigningKey.newPEM() else { throw .generation(path: path) }
    let draft = "\(path).\(getpid()).\(Hexadecimal.text(SecureRandom.bytes(8)))"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: path, step: "made", code: errno) }
    defer { unlink(draft) }
    let failure = write(Array(pem.utf8), to: descriptor)
    guard close(descriptor) == 0, failure == 0 else {
      throw .file(path: path, step: "written", code: failure == 0 ? errno : failure)
    }
    guard link(draft, path) == 0 || errno == EEXIST else { throw .file(path: path, step: "made", code: errno) }
    syncFolder()
  }

  /// - Returns: 0, or the error's code.
  private func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return fsync(descriptor) == 0 ? 0 : errno
  }

  /// So that the name survives a power cut too. A file system that cannot do it loses no more than a key that is remade.
  private func syncFolder() {
    let folder = open((path as NSString).deletingLastPathComponent.nonEmpty ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
