import Logging
import Synchronization

/// The level of the log: a daemon may be told another one while it runs.
enum LogLevel {
  private static let place = Atomic<Int>(LogLevel.rank(of: .info))

  /// What is logged now. Cheap: every log statement asks.
  static var current: Logger.Level {
    get {
      let rank = place.load(ordering: .relaxed)
      return Logger.Level.allCases.indices.contains(rank) ? Logger.Level.allCases[rank] : .info
    }
    set { place.store(rank(of: newValue), ordering: .relaxed) }
  }

  private static func rank(of level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }
}
