extension FileKeeping {
  /// Proves that the contents of files are on disk as they were fetched. Changes nothing.
  /// - Parameter isDeep: whether all are read and compared with their hashes; else existence and size tell.
  package func check(contentsIn folder: BinaryFolder, isDeep: Bool) throws -> InvariantResult {
    var result = InvariantResult(
      name: "every content of a file is on disk, \(isDeep ? "byte for byte" : "in its size")", violations: 0)
    for content in try storedContents() {
      guard let fault = folder.fault(of: content, isDeep: isDeep) else { continue }
      // One that was replaced meanwhile is not missed.
      guard try isContentUsed(content.hash) else { continue }
      result.violations += 1
      if result.example == nil {
        result.example = "\(content.uri ?? content.hash): \(fault) (\(folder.location(of: content.hash)))"
      }
    }
    return result
  }
}
