import JSONAPI
import Synchronization

/// The site's clock as far as its answers tell: the newest `Date` seen, and the time that has passed here since. No answer alone
/// is the clock: one that a cache kept has the `Date` of when it was made (RFC 9110, 6.6.1; RFC 9111, 4.2.3), and the site's own
/// cache (`X-Drupal-Dynamic-Cache: HIT`) does not even say so by `Age`.
///
/// Never later than the clock of the site itself, as long as that does not go back; where it did, the next answer to a write sets
/// it right, for no cache makes one.
package struct SiteClock: Sendable, Hashable {
  private var newest: Int64?
  private var seen: Int64 = 0

  /// A clock that nobody has told the time.
  package init() {}

  /// Takes what an answer says of the time. One without a `Date` says nothing.
  /// - Parameters:
  ///   - method: of its request.
  ///   - uptime: nanoseconds of a clock of this machine that never goes back, when the answer was there.
  package mutating func note(_ response: InboundResponse, to method: String, at uptime: Int64) {
    guard let date = response.date else { return }
    let isRead = method == "GET" || method == "HEAD"
    if isRead || response.saysCached, let before = seconds(at: uptime), date <= before { return }
    (newest, seen) = (date, uptime)
  }

  /// The site's time, Unix seconds; nil before the first answer.
  /// - Parameter uptime: as for `note`.
  package func seconds(at uptime: Int64) -> Int64? {
    guard let newest else { return nil }
    let (passed, isOver) = uptime.subtractingReportingOverflow(seen)
    return isOver || passed < 0 ? newest : newest + passed / 1_000_000_000
  }
}

/// The clock of one site that all who ask it share.
package final class SharedSiteClock: Sendable {
  private let clock = Mutex(SiteClock())
  private let uptime: @Sendable () -> Int64

  /// - Parameter uptime: nanoseconds of a clock that never goes back.
  package init(uptime: @escaping @Sendable () -> Int64 = RequestPacer.uptime) { self.uptime = uptime }

  /// Takes what an answer says of the time.
  package func note(_ response: InboundResponse, to method: String) {
    clock.withLock { $0.note(response, to: method, at: uptime()) }
  }

  /// The site's time now, Unix seconds: not later than it is there. Nil before the first answer.
  package var seconds: Int64? { clock.withLock { $0.seconds(at: uptime()) } }

  /// Whether an answer that has just come was made longer ago than answers take: a cache kept it.
  package func isOld(_ response: InboundResponse) -> Bool {
    if response.saysCached { return true }
    guard let date = response.date, let now = seconds else { return false }
    return date < now - SharedSiteClock.slack
  }

  /// Seconds that an answer may be on its way, or heads of a site be apart, before it counts as old.
  private static let slack: Int64 = 5
}

extension InboundResponse {
  /// `Age` (RFC 9111, 5.1) in seconds; nil when absent or no number.
  package var age: Int64? {
    self["Age"].flatMap { Int64(clampingDigits: $0) }
  }

  /// Whether the answer says that a cache had it, be it the site's own.
  package var saysCached: Bool {
    if (age ?? 0) > 0 { return true }
    return ["X-Drupal-Dynamic-Cache", "X-Drupal-Cache", "X-Cache", "CF-Cache-Status"].contains { name in
      self[name]?.uppercased().hasPrefix("HIT") ?? false
    }
  }
}
