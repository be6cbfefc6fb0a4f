import DurableFiles
import Glibc

/// Where a signing key lives: a PEM file that only its owner can read. The one that signs is made at the first start.
package struct SigningKeyFile: Sendable {
  /// Where the file is or will be.
  package let path: String

  /// A file that need not exist; its folder must.
  package init(path: String) { self.path = path }

  /// Why there is no key. Each message names the file and the way out, and says nothing of its content.
  package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    case damaged(path: String)
    case tooShort(path: String)
    case exposed(path: String)
    case file(path: String, step: String, code: Int32)
    case generation(path: String)
    case foreign(path: String, owner: UInt32)

    /// One line for the operator.
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
      case .foreign(let path, let owner):
        "the signing key \(path) belongs to another user (number \(owner)): rotate it as that user, who could not read the new "
          + "one otherwise"
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
    let status: FileStatus
    let bytes: [UInt8]
    do {
      status = try DurableFile.status(of: descriptor)
      bytes = status.isRegular ? try DurableFile.contents(of: descriptor, atMost: 16_384) : []
    } catch {
      throw .file(path: path, step: "read", code: error.code)
    }
    guard status.isRegular else { throw .damaged(path: path) }
    guard status.permissions & 0o007 == 0 else { throw .exposed(path: path) }
    do {
      return try await SigningKey(pem: String(decoding: bytes, as: UTF8.self))
    } catch {
      switch error {
      case .unreadable: throw .damaged(path: path)
      case .tooShort: throw .tooShort(path: path)
      }
    }
  }

  /// A key that another process put there first is left alone.
  private func create() throws(Failure) {
    guard let pem = try? SigningKey.newPEM() else { throw .generation(path: path) }
    do { _ = try DurableFile.create(path, with: Array(pem.utf8)) } catch {
      switch error.step {
      case .making, .naming, .reading: throw .file(path: path, step: "made", code: error.code)
      case .writing: throw .file(path: path, step: "written", code: error.code)
      // A file system that cannot make names last loses no more than a key that is remade.
      case .lasting: return
      }
    }
  }
}
