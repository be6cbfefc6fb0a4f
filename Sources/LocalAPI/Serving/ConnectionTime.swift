import NIOCore

/// The time that the client of a connection has for what it is at. A value: it is told what time it is.
struct ConnectionTime: Equatable {
  /// A day: no time is longer, and all can be counted. Seconds.
  private static let longest = 86_400

  private let began: NIODeadline
  private let end: NIODeadline

  /// So many seconds from now on.
  init(seconds: Int, from now: NIODeadline) {
    (began, end) = (now, now + ConnectionTime.amount(seconds))
  }

  /// Whether it is over.
  /// - Parameter brief: seconds that it is cut to, as the server is crowded; nil leaves it whole.
  func isOver(at now: NIODeadline, brief: Int?) -> Bool {
    now >= end || brief.map { now >= began + ConnectionTime.amount($0) } ?? false
  }

  /// When the connection is to be looked at next. Where its time may be cut, that is before its end: whether the server is crowded
  /// shows only then.
  func look(after now: NIODeadline, brief: Int?) -> NIODeadline {
    guard let brief else { return end }
    let step = ConnectionTime.amount(brief)
    return min(end, now < began + step ? began + step : now + step)
  }

  private static func amount(_ seconds: Int) -> TimeAmount { .seconds(Int64(clamping: min(seconds, longest))) }
}
