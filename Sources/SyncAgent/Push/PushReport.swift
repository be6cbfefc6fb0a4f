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
  /// Why the last attempt failed.
  package var lastError: String?

  /// Nothing done yet.
  package init() {}
}
