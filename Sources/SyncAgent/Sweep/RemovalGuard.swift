/// How many resources of a type a sweep may remove without asking (`sync.maxRemovalShare`).
package enum RemovalGuard {
  /// - Parameters:
  ///   - rows: how many are stored.
  ///   - share: from 0 (always ask) to 1 (never ask). Of a small type, four may go, but never all.
  ///   - accepted: how many a person has agreed to.
  package static func allowance(rows: Int, share: Double, accepted: Int = 0) -> Int {
    guard share < 1 else { return rows }
    guard share > 0 else { return accepted }
    return max(min(rows - 1, 4), min(Int(Double(rows) * share), rows - 1), 0) + accepted
  }
}
