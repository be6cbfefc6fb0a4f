import Foundation

/// How many histories a test plays: so many as it was asked for, else the usual number as far as its time reaches, so that a slow machine
/// comes to its end, too. The seeds begin with the first, so that what a slow machine has played is what a fast one begins with.
struct HistoryBudget {
  let count: Int
  let end: Date
  /// What a run has to have played to prove anything.
  let least: Int

  /// - Parameters:
  ///   - asked: a number as text, from the environment: then time does not count.
  ///   - seconds: how long the usual number may take.
  init(asked: String?, usual: Int, seconds: Double = 150) {
    if let asked = asked.flatMap({ Int($0) }) {
      (count, least, end) = (asked, asked, .distantFuture)
    } else {
      (count, least, end) = (usual, usual / 40, Date().addingTimeInterval(seconds))
    }
  }
}
