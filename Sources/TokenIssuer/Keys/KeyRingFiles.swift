import CoreFoundation
import DurableFiles
import Foundation

/// Where a mirror's signing keys are: beside it and never in it, each in a file of its own that only its owner can read. The one that signs
/// is `….pem`; one that was rotated out is `….until-SECONDS.KID.pem` and good until then.
package struct KeyRingFiles: Sendable {
  /// The file of the key that signs.
  package let path: String

  /// The files of the ring around this one. None of them need exist; the folder must.
  package init(path: String) { self.path = path }

  /// A key that was rotated out.
  struct Retired: Sendable, Hashable {
    var path: String
    /// Unix seconds: the first at which it is no longer good.
    var until: Int64
    var id: String
  }

  /// What the files look like from outside: equal as long as nobody touches them.
  struct Mark: Sendable, Hashable {
    var files: [String: [Int64]]
  }

  /// What was found in the files.
  struct Content: Sendable {
    var signing: SigningKey
    var retired: [(key: SigningKey, until: Int64)]
    /// What cannot be used, for the operator.
    var faults: [SigningKeyFile.Failure]
  }

  /// What a rotation did.
  package struct Rotation: Sendable {
    /// The key that signs now.
    package var id: String
    /// The one that signed before; nil where there was none.
    package var before: String?
  }

  private var stem: String { path.hasSuffix(".pem") ? String(path.dropLast(4)) : path }

  func retiredPath(_ id: String, until: Int64) -> String { "\(stem).until-\(until).\(id).pem" }

  /// The files of keys that were rotated out, those that are over among them.
  func retired() -> [Retired] {
    let folder = DurableFile.folder(of: path)
    let prefix = (stem.split(separator: "/").last.map(String.init) ?? stem) + ".until-"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".pem") }.sorted().compactMap { name in
      let parts = name.dropFirst(prefix.count).dropLast(4).split(separator: ".")
      guard parts.count == 2, parts[0].utf8.count <= 12, let until = Int64(parts[0]) else { return nil }
      return Retired(path: "\(folder)/\(name)", until: until, id: String(parts[1]))
    }
  }

  /// Looks at the files without reading them.
  func mark() -> Mark {
    var files: [String: [Int64]] = [:]
    for path in [path] + retired().map(\.path) {
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      files[path] = [
        Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size), Int64(status.st_mtim.tv_sec),
        Int64(status.st_mtim.tv_nsec), Int64(status.st_mode),
      ]
    }
    return Mark(files: files)
  }

  /// Reads the keys. One that was rotated out and cannot be read costs its own tokens alone.
  /// - Parameter now: Unix seconds; keys that are over by then are left out.
  /// - Throws: why the one that signs cannot be used.
  func load(at now: Int64) async throws(SigningKeyFile.Failure) -> Content {
    guard let signing = try await SigningKeyFile(path: path).load() else {
      throw .file(path: path, step: "opened", code: ENOENT)
    }
    var content = Content(signing: signing, retired: [], faults: [])
    for file in retired() where file.until > now {
      do {
        guard let key = try await SigningKeyFile(path: file.path).load(), key.id != signing.id else { continue }
        content.retired.append((key, file.until))
      } catch { content.faults.append(error) }
    }
    return content
  }

  /// Puts a new key in the place of the one that signs, which is good for those who check tokens until its time is over; removes keys whose
  /// time is over. Whenever it is cut short, there is a key that signs, and all that is living is in its place.
  /// - Parameters:
  ///   - until: the first Unix second at which no token of the old key is good any more.
  ///   - now: Unix seconds.
  /// - Throws: `SigningKeyFile.Failure`; the old key signs then.
  package func rotate(until: Int64, at now: Int64) async throws(SigningKeyFile.Failure) -> Rotation {
    // One rotation at a time: the second would put aside a key that has signed nothing, and lose the first one's.
    let folder = open(DurableFile.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .file(path: path, step: "locked", code: errno) }
    defer { close(folder) }
    // Without a thread that waits: those that tasks share are few.
    var attempts = 0
    while flock(folder, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      attempts += 1
      guard code == EWOULDBLOCK || code == EINTR, attempts < 500, !Task.isCancelled else {
        throw .file(path: path, step: "locked", code: code)
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
    let file = SigningKeyFile(path: path)
    guard let old = try await file.load() else {
      return Rotation(id: try await file.loadOrCreate().id, before: nil)
    }
    var status = stat()
    guard lstat(path, &status) == 0 else { throw .file(path: path, step: "opened", code: errno) }
    guard status.st_uid == geteuid() else { throw .foreign(path: path, owner: UInt32(status.st_uid)) }
    guard let pem = try? SigningKey.newPEM() else { throw .generation(path: path) }
    guard link(path, retiredPath(old.id, until: until)) == 0 || errno == EEXIST else {
      throw .file(path: path, step: "put aside", code: errno)
    }
    do {
      try DurableFile.synchronizeFolder(of: path)
      try DurableFile.replace(path, with: Array(pem.utf8), mode: status.st_mode & 0o770)
    } catch { throw .file(path: path, step: "replaced", code: error.code) }
    for file in retired() where file.until <= now { unlink(file.path) }
    guard let new = try await file.load() else { throw .file(path: path, step: "read", code: ENOENT) }
    return Rotation(id: new.id, before: old.id)
  }

  /// A key of the ring, for people.
  package struct Listed: Sendable, Hashable {
    /// Its `kid`.
    package var id: String
    /// Until when tokens that it signed are taken, Unix seconds; nil for the one that signs.
    package var until: Int64?
    /// Where it is.
    package var path: String
  }

  /// The keys, the one that signs first, none before the first start; a key that cannot be read is left out here and named by `load`.
  /// - Parameter now: Unix seconds; keys that are over by then are left out.
  /// - Throws: why the one that signs cannot be used.
  package func list(at now: Int64) async throws(SigningKeyFile.Failure) -> (
    keys: [Listed], faults: [SigningKeyFile.Failure]
  ) {
    guard try await SigningKeyFile(path: path).load() != nil else { return ([], []) }
    let content = try await load(at: now)
    var keys = [Listed(id: content.signing.id, until: nil, path: path)]
    keys += content.retired.map {
      Listed(id: $0.key.id, until: $0.until, path: retiredPath($0.key.id, until: $0.until))
    }
    return (keys, content.faults)
  }
}
