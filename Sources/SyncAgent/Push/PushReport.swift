/// What a push did.
package struct PushReport: Sendable, Hashable {
  /// Changes that are on the site now.
  package var settled = 0
  /// Changes that a person has to decide.
  package var conflicts = 0
  /// Changes that the site refused.
  package var rejected = 0
  /// Attempts that failed and come again.
  package var postponed = 0
  /// Requests, sign-in not counted.
  package var requests = 0
  /// When the next change may be tried, Unix seconds; nil when none waits for its time.
  package var next: Int64?
  /// The site's word that it takes no writes at all; nil where it did not say so.
  package var refusesWrites: String?
  /// Resources that were found to have gone along with what was deleted.
  package var goneAlong = 0
  /// Attempts in a row that failed because the site was not there.
  var awayInARow = 0
  /// Why the last attempt failed.
  package var lastError: String?

  /// Nothing done yet.
  package init() {}

  /// What two pushes did, one after the other.
  package static func + (one: PushReport, next: PushReport) -> PushReport {
    var sum = next
    sum.settled += one.settled
    sum.conflicts += one.conflicts
    sum.rejected += one.rejected
    sum.postponed += one.postponed
    sum.requests += one.requests
    sum.goneAlong += one.goneAlong
    sum.refusesWrites = next.refusesWrites ?? one.refusesWrites
    sum.lastError = next.lastError ?? one.lastError
    return sum
  }
}
