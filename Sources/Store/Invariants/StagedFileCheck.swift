import Foundation
import GRDB

extension Reporting {
  /// Proves that the files of uploads that wait lie beside the mirror. Changes nothing.
  /// - Parameter isDeep: whether they are read and compared with their hashes; else existence and size tell.
  func stagedFiles(_ db: Database, isDeep: Bool) throws -> InvariantResult {
    var result = InvariantResult(
      name: "every file that waits for the site is beside the mirror, \(isDeep ? "byte for byte" : "in its size")",
      violations: 0)
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT o.id, u.sha256, u.bytes FROM outbox o JOIN upload u ON u.change = o.id
        WHERE o.\(OutboxSchema.isUnsettled) AND o.kind = 'upload'
        """)
    while let row = try rows.next() {
      let file = StagedFile(filename: "", bytes: try row.decode(atIndex: 2), sha256: try row.decode(atIndex: 1))
      guard let fault = file.fault(at: database.stagedPath(file), isDeep: isDeep) else { continue }
      result.violations += 1
      if result.example == nil {
        result.example = "change \(try row.decode(Int64.self, atIndex: 0)): \(fault) (\(database.stagedPath(file)))"
      }
    }
    return result
  }
}

extension StagedFile {
  /// What is wrong with it on disk; nil when it is as it was staged.
  fileprivate func fault(at place: String, isDeep: Bool) -> ContentFault? {
    guard !sha256.isEmpty, !sha256.contains("/") else { return .missing }
    var info = stat()
    guard stat(place, &info) == 0 else {
      let code = errno
      return code == ENOENT || code == ENOTDIR ? .missing : .unreadable(String(cString: strerror(code)))
    }
    let size = Int64(info.st_size)
    guard size == bytes else { return .otherSize(bytes: size) }
    guard isDeep else { return nil }
    do { return try digest(at: place) == sha256 ? nil : .otherBytes } catch { return .unreadable("\(error)") }
  }

  private func digest(at place: String) throws -> String {
    let descriptor = open(place, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BinaryFault("opening \(place)") }
    defer { close(descriptor) }
    return try ContentHash.hexadecimal(of: descriptor, place)
  }
}
