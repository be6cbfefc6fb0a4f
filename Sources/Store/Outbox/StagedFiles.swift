import DurableFiles
import Foundation

extension MirrorDatabase {
  /// The folder of files that wait for the site: `mirror.sqlite.uploads`.
  fileprivate var uploadsPath: String { path + ".uploads" }

  /// Where the bytes of a staged file lie.
  func stagedPath(_ file: StagedFile) -> String { "\(uploadsPath)/\(file.sha256)" }
}

extension Recording {
  /// Puts a file's bytes beside the mirror, on disk for good, before its upload is recorded. The same bytes are kept once.
  /// - Parameter sha256: of the bytes, lower-case hexadecimal; which the caller has at hand.
  /// - Throws: an error of the file system; nothing half-written stays under the name.
  package func stage(_ bytes: [UInt8], filename: String, sha256: String) throws -> StagedFile {
    try makeUploadsFolder()
    let file = StagedFile(filename: filename, bytes: Int64(bytes.count), sha256: sha256)
    if try isStaged(file) { return file }
    do { try DurableFile.replace(stagedPath(file), with: bytes, mode: 0o640) } catch {
      if StorageFault.isFull(error) { throw MirrorFault.full(database.path) }
      throw POSIXError(.init(rawValue: error.code) ?? .EIO)
    }
    return file
  }

  /// The folder of files that wait for the site.
  var uploadsFolder: String { database.uploadsPath }

  func stagedPath(_ file: StagedFile) -> String { database.stagedPath(file) }

  func makeUploadsFolder() throws {
    try FileManager.default.createDirectory(
      atPath: database.uploadsPath, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
  }

  /// Whether these bytes are kept already. What nobody needs goes after a while, told by its time: they are new again.
  func isStaged(_ file: StagedFile) throws -> Bool {
    let target = database.stagedPath(file)
    guard FileManager.default.fileExists(atPath: target) else { return false }
    try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: target)
    return true
  }
}

extension Outbox {
  /// The folder of files that wait for the site: `mirror.sqlite.uploads`.
  package var uploadsPath: String { database.uploadsPath }

  /// The bytes of a staged file.
  /// - Throws: an error of the file system when they are not there.
  package func bytes(of file: StagedFile) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: database.stagedPath(file))))
  }

  /// Removes the bytes of files that no unsettled upload needs.
  package func removeSettledFiles() throws {
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: uploadsPath) else { return }
    let needed = try read { db in
      // Whatever else can be read of the change.
      Set(
        try String.cachedAll(
          db,
          sql: "SELECT u.sha256 FROM upload u JOIN outbox o ON o.id = u.change WHERE o.\(OutboxSchema.isUnsettled)"))
    }
    // A file that was staged a moment ago may not be recorded yet.
    for name in names where !needed.contains(name) {
      let file = "\(uploadsPath)/\(name)"
      let modified = try manager.attributesOfItem(atPath: file)[.modificationDate] as? Date
      if let modified, modified.timeIntervalSinceNow < -3600 { try manager.removeItem(atPath: file) }
    }
  }
}
