import Store
import JSONAPI

/// How many bytes of contents may be on the disk, and who has a claim on them: what is there, what is arriving, and what
/// arrived in part. Numbers only.
struct DiskBudget {
  /// The most bytes (`mirror.filesBudgetBytes`); nil for no limit.
  let bytes: Int64?
  /// Bytes of earlier attempts that are not going on, by the file's UUID.
  private var parts: [String: Int64]
  /// What the files that are arriving will need, by UUID.
  private var claims: [String: Int64] = [:]

  init(bytes: Int64?, parts: [String: Int64]) {
    self.bytes = bytes
    self.parts = parts
  }

  /// Whether there is room for a file beside all that has a claim.
  /// - Parameter used: bytes of complete contents.
  func holds(_ file: FileSource, used: Int64) -> Bool {
    guard let left = left(beside: file, used: used) else { return true }
    return file.size ?? 0 <= left
  }

  /// A file begins to arrive.
  /// - Returns: the most bytes that it may have, whatever its resource says of its size; nil for no limit.
  mutating func begin(_ file: FileSource, used: Int64) -> Int64? {
    let limit = left(beside: file, used: used)
    parts[file.uuid] = nil
    claims[file.uuid] = file.size ?? 0
    return limit
  }

  /// A file has arrived, or will not.
  mutating func end(_ file: FileSource) { claims[file.uuid] = nil }

  private func left(beside file: FileSource, used: Int64) -> Int64? {
    bytes.map { bytes in
      let claimed = claims.values.reduce(used) { $0.addingClamped($1) }
      return bytes.subtractingClamped(
        parts.reduce(claimed) { $0.addingClamped($1.key == file.uuid ? 0 : $1.value) })
    }
  }
}
