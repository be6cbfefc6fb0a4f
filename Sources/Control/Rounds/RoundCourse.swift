/// Where the rounds of a daemon stand. Times are Unix seconds of this machine.
package struct RoundCourse: Sendable, Hashable {
  /// What goes on now.
  package enum State: Sendable, Hashable {
    /// Nothing.
    /// - Parameter since: when the last round ended; nil before the first.
    case idle(since: Int64?)
    /// A round.
    /// - Parameter with: what it is, in the words of `RoundWish.words`.
    case underWay(since: Int64, with: String)
  }

  /// What goes on now.
  package var state: State
  /// When the next round is due by the interval; nil while one is under way, and where the daemon has stopped asking the site.
  package var nextDueAt: Int64?
  /// How many wishes wait.
  package var waiting: Int

  /// A course.
  package init(_ state: State, nextDueAt: Int64? = nil, waiting: Int = 0) {
    self.state = state
    self.nextDueAt = nextDueAt
    self.waiting = waiting
  }
}
