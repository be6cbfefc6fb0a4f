import Foundation

/// How many histories a test plays: so many as it was asked for, else the usual number as far as its time reaches, so that a slow machine
/// comes to its end, too. The seeds begin with the first, so that what a slow machine has played is what a fast one begins with.
struct HistoryBudget {
  let count: Int
  let end: Date
  /// What a run has to have played to be one: of those that were asked for all, else one, for a slow machine has all its tests at once.
  let least: Int

  private static let mistakesEnd = Date().addingTimeInterval(300)

  /// Whether there is time to begin with one more known mistake: five minutes from the first one on, and always where a number of
  /// histories was asked for. A slow machine says which ones it has left out.
  static func hasTime(for mistake: String, asked: String?) -> Bool {
    if asked != nil || Date() < mistakesEnd { return true }
    print("simulation: left out, for time is up: \(mistake)")
    return false
  }

  /// - Parameters:
  ///   - asked: a number as text, from the environment: then time does not count.
  ///   - seconds: how long the usual number may take.
  init(asked: String?, usual: Int, seconds: Double = 150) {
    if let asked = asked.flatMap({ Int($0) }) {
      (count, least, end) = (asked, asked, .distantFuture)
    } else {
      (count, least, end) = (usual, 1, Date().addingTimeInterval(seconds))
    }
  }
}
