import Foundation

/// How many histories a test plays: so many as it was asked for, else the usual number as far as its time reaches, so that a slow machine
/// comes to its end, too. The seeds begin with the first, so that what a slow machine has played is what a fast one begins with.
struct HistoryBudget {
  let count: Int
  let end: Date
  /// What a run has to have played to be one: of those that were asked for all, else one, for a slow machine has all its tests at once.
  let least: Int

  /// - Parameters:
  ///   - asked: a number as text, from the environment: then time does not count.
  ///   - seconds: how long the usual number may take.
  init(asked: String?, usual: Int, seconds: Double = 120) {
    if let asked = asked.flatMap({ Int($0) }) {
      (count, least, end) = (asked, asked, .distantFuture)
    } else {
      (count, least, end) = (usual, 1, Date().addingTimeInterval(seconds))
    }
  }
}

/// How long the known mistakes of a simulation are looked for, all of them together: three minutes from when it is made, and to the end
/// where a number of histories was asked for. A slow machine says which ones it has left out.
struct MistakeBudget {
  let end: Date

  /// - Parameter asked: a number as text, from the environment: then time does not count.
  init(asked: String?) { end = asked == nil ? Date().addingTimeInterval(180) : .distantFuture }

  /// Says that time was up before a mistake was noticed.
  func leaveOut(_ mistake: String, after histories: Int) {
    print("simulation: left out, for time is up after \(histories) histories: \(mistake)")
  }
}
