/// How many wrong secrets are taken, and how slowly. Each bound is a number of wrong tries that are remembered, and the seconds after
/// which one of them is forgotten: as many may come at once, and then one in so many seconds.
package struct GuessBounds: Sendable, Hashable {
  /// Wrong tries for one name from one address; more are refused.
  package var ofPair = Bound(tries: 10, seconds: 20)
  /// Wrong tries from one address, whatever the name; more are refused, except for names that signed in from there before.
  package var ofAddress = Bound(tries: 40, seconds: 3)
  /// Wrong tries for one name from anywhere. More are never refused, for the rightful one may be among them: they wait.
  package var ofName = Bound(tries: 10, seconds: 60)
  /// From how many wrong tries on, of those that a bound allows, the next one waits, in parts of one hundred.
  package var freePercent = 40
  /// Seconds that a try waits at most.
  package var longestDelay = 3.0
  /// Seconds after which a refusal is answered: who asks again at once takes the machine from others.
  package var refusalDelay = 1.0
  /// For how many seconds a name that signed in from an address is known there.
  package var knownSeconds = 30.0 * 86_400

  /// So many, and in how many seconds one of them is forgotten.
  package struct Bound: Sendable, Hashable {
    /// How many wrong tries at once.
    package var tries: Double
    /// Seconds until one more is taken.
    package var seconds: Double

    /// A bound.
    package init(tries: Double, seconds: Double) {
      self.tries = tries
      self.seconds = seconds
    }
  }

  /// The program's bounds.
  package static let standard = GuessBounds()

  /// No bound is ever met: for measures of the hash itself.
  package static let none: GuessBounds = {
    var bounds = GuessBounds()
    let endless = Bound(tries: .infinity, seconds: 1)
    (bounds.ofPair, bounds.ofAddress, bounds.ofName) = (endless, endless, endless)
    return bounds
  }()
}
