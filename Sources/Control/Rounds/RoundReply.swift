/// What becomes of a wish for a round.
package enum RoundReply: Sendable, Hashable {
  /// The round begins at once.
  case begun
  /// It comes after what is under way, and after others that wait.
  /// - Parameter behind: what is under way, in the words of `RoundWish.words`.
  case waits(behind: String)
  /// It does not come.
  /// - Parameter reason: why, in a sentence without a capital or a full stop, fit for people.
  case refused(reason: String)
}
