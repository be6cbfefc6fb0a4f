import DurableFiles
import Glibc
import JSONAPI
import Synchronization

/// A vault that cannot be used.
package struct TokenVaultError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  package var path: String
  /// What failed, and why.
  package var reason: String
  /// One sentence for the operator.
  package var description: String { "the token file \(path) \(reason)" }

  init(_ path: String, _ action: String, code: Int32) {
    self.path = path
    reason = "cannot be \(action): \(String(cString: strerror(code)))"
  }

  init(_ path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// A token in a file that only its owner may read (mode 0600), replaced as a whole.
package struct FileTokenVault: TokenVault {
  /// Where the file is; its folder must exist.
  package let path: String

  /// A vault in this file, which need not exist.
  package init(path: String) { self.path = path }

  /// Whether this user may put a file in its place.
  package var isWritable: Bool { access(DurableFile.folder(of: path), W_OK) == 0 }

  /// The token; nil when there is no file. A file that others may read is closed to them first.
  /// - Throws: `TokenVaultError` when it cannot be read or holds no token.
  package func load() throws -> StoredToken? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw TokenVaultError(path, "read", code: errno)
    }
    defer { close(file) }
    let status: FileStatus
    do { status = try DurableFile.status(of: file) } catch { throw TokenVaultError(path, "read", code: error.code) }
    if status.permissions & 0o077 != 0, fchmod(file, 0o600) != 0 {
      throw TokenVaultError(path, "closed to other users", code: errno)
    }
    let bytes = try readAll(file)
    guard let json = try? JSON(parsing: bytes), let token = StoredToken(json: json) else {
      throw TokenVaultError(path, reason: "holds no token; remove it to sign in anew")
    }
    return token
  }

  /// Writes a new file beside the old one, makes it lasting, and puts it in the old one's place.
  /// - Throws: `TokenVaultError`; the old file is untouched.
  package func save(_ token: StoredToken) throws { try replace(path, with: token.json.encoded(.plain)) }

  private func replace(_ path: String, with content: [UInt8]) throws {
    do { try DurableFile.replace(path, with: content) } catch {
      switch error.step {
      case .making, .writing, .reading: throw TokenVaultError(path, "written", code: error.code)
      case .naming: throw TokenVaultError(path, "replaced", code: error.code)
      case .lasting: throw TokenVaultError(path, "made lasting", code: error.code)
      }
    }
  }

  /// Removes the file, if there is one.
  /// - Throws: `TokenVaultError` when it is there and stays.
  package func clear() throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw TokenVaultError(path, "removed", code: errno) }
  }

  /// Beside the token.
  package var refusalPath: String? { path + ".refused" }

  /// The site's last refusal of a sign-in; nil when there is none, or it cannot be read.
  package func refusal() -> SignInRefusal? {
    let file = open(path + ".refused", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return (try? JSON(parsing: readAll(file))).flatMap(SignInRefusal.init(json:))
  }

  /// Keeps a refusal, or removes the file of the one before.
  /// - Throws: `TokenVaultError`.
  package func keep(_ refusal: SignInRefusal?) throws {
    let path = path + ".refused"
    if let refusal { return try replace(path, with: refusal.json.encoded(.plain)) }
    guard unlink(path) == 0 || errno == ENOENT else { throw TokenVaultError(path, "removed", code: errno) }
  }

  private func readAll(_ file: Int32) throws -> [UInt8] {
    do { return try DurableFile.contents(of: file) } catch { throw TokenVaultError(path, "read", code: error.code) }
  }
}

/// A vault for one process: tests, the demo, and commands that keep nothing.
package final class MemoryTokenVault: TokenVault {
  private let token: Mutex<StoredToken?>
  private let refused: Mutex<SignInRefusal?>

  /// A vault with this token in it.
  package init(_ token: StoredToken? = nil, refusal: SignInRefusal? = nil) {
    self.token = Mutex(token)
    refused = Mutex(refusal)
  }

  /// A vault for who may read a file's tokens at most: it begins with what the file holds, and what becomes of that ends with the
  /// process. The refresh token stays with those who may write the file: once used here, it would be used up there.
  package convenience init(lookingInto file: FileTokenVault) {
    var token = try? file.load()
    token?.refreshToken = nil
    self.init(token, refusal: file.refusal())
  }

  /// The token.
  package func load() -> StoredToken? { token.withLock { $0 } }
  /// Keeps the token.
  package func save(_ token: StoredToken) { self.token.withLock { $0 = token } }
  /// Forgets the token.
  package func clear() { token.withLock { $0 = nil } }
  /// The last refusal.
  package func refusal() -> SignInRefusal? { refused.withLock { $0 } }
  /// Keeps or forgets a refusal.
  package func keep(_ refusal: SignInRefusal?) { refused.withLock { $0 = refusal } }
}
