import Coding
import Synchronization

/// What came of forms, until the next page tells it: for each browser the newest, by its cookie. A few, and not for long.
final class DashboardNotices: Sendable {
  private struct Kept {
    var notice: DashboardNotice
    var until: Int64
  }

  /// How many are kept; the one that ends first goes before its time.
  private static let most = 256
  /// For how many seconds.
  private static let lifeSeconds: Int64 = 300

  private let kept = Mutex<[String: Kept]>([:])

  /// Keeps a notice for a browser.
  /// - Parameter now: Unix seconds.
  func put(_ notice: DashboardNotice, for browser: String, at now: Int64) {
    kept.withLock { kept in
      kept = kept.filter { $0.value.until > now }
      if kept.count >= DashboardNotices.most, let first = kept.min(by: { $0.value.until < $1.value.until }) {
        kept[first.key] = nil
      }
      kept[browser] = Kept(notice: notice, until: now.addingClamped(DashboardNotices.lifeSeconds))
    }
  }

  /// Takes what is kept for a browser.
  func take(for browser: String, at now: Int64) -> DashboardNotice? {
    kept.withLock { kept in
      guard let found = kept.removeValue(forKey: browser), found.until > now else { return nil }
      return found.notice
    }
  }
}
