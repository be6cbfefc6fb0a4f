/// Whether a content that arrives leaves the bytes free that resources need, whatever was said of its size: a site may send one
/// without an end. Numbers only; the disk is looked at every 16 MB.
struct DiskReserve: Sendable {
  private var unseen = 0

  /// Bytes between two looks.
  static let step = 16 << 20

  /// Takes so many bytes more.
  /// - Parameter free: looks at the disk; nil where that cannot be told.
  /// - Returns: false when there is less left than the reserve.
  mutating func holds(_ count: Int, free: () -> Int64?) -> Bool {
    unseen += count
    guard unseen >= DiskReserve.step else { return true }
    unseen = 0
    return free().map { $0 >= FileRound.reserveBytes } ?? true
  }

  /// Why a content is taken no further.
  static func objection(arrived bytes: Int64) -> String {
    "after \(bytes) bytes of it the disk of mirror.filesPath has less than \(FileRound.reserveBytes) left, which resources need"
  }
}
