/// How long to wait before a copy is tried again: longer each time, up to five minutes. Numbers only.
package struct PublishPauses: Sendable, Hashable {
  private static let longest = 300
  private var failures = 0

  /// Nothing has failed yet.
  package init() {}

  /// It worked.
  package mutating func passed() { failures = 0 }

  /// It failed.
  /// - Returns: so many seconds to wait.
  package mutating func failed() -> Int {
    failures = min(failures + 1, 16)
    return min(PublishPauses.longest, 1 << (failures - 1))
  }
}
