import Logging
import Store
import Synchronization
import TokenIssuer

/// The sights of the configuration, and what each token is shown by them. Safe from any thread.
package final class Sights: Sendable {
  private let logger: Logger?
  private let state: Mutex<State>

  /// What decides of a token what it is shown.
  private struct Question: Hashable {
    var sights: [String]
    var readable: SightRules.Types
    /// Where it makes a difference.
    var user: String?
  }

  private struct State {
    var rules: [String: SightRules]
    var known: [Question: Sight] = [:]
    /// Names without rules that were told of.
    var missing: Set<String> = []
  }

  /// Sights by their names (`localAPI.sights`).
  /// - Parameter logger: is told once of each name that a token has and the configuration has lost.
  package init(_ rules: [String: SightRules], logger: Logger? = nil) {
    state = Mutex(State(rules: rules))
    self.logger = logger
  }

  /// Other rules, from the next request on.
  package func change(_ rules: [String: SightRules]) { state.withLock { $0 = State(rules: rules) } }

  /// The names that have rules.
  package var names: [String] { state.withLock { Array($0.rules.keys) } }

  /// What a token is shown: what all sights of its consumer and its account show, of the types that its scopes let it read. A name
  /// that the configuration does not have shows nothing.
  func sight(of token: AccessToken) -> Sight { sight(of: token, asFarAsScopes: true) }

  /// - Parameter asFarAsScopes: whether its scopes count.
  func sight(of token: AccessToken, asFarAsScopes: Bool) -> Sight {
    let named = asFarAsScopes ? token.readableTypes : nil
    if token.sights.isEmpty, named == nil { return .everything }
    let readable = named.map { SightRules.Types.only(Set($0)) } ?? .all
    let (rules, question, known) = state.withLock { state in
      let isOwn = token.sights.contains { state.rules[$0]?.own == true }
      let question = Question(sights: token.sights, readable: readable, user: isOwn ? token.userUUID : nil)
      return (state.rules, question, state.known[question])
    }
    if let known { return known }
    let sight = Sight(
      token.sights.map { rules[$0] ?? missing($0) } + [SightRules(types: readable)], user: question.user)
    state.withLock { state in
      // Other rules may have come meanwhile.
      guard state.rules == rules else { return }
      // Scopes come from clients, users from the site: the table must not be theirs to fill.
      if state.known.count >= 256 { state.known.removeAll() }
      state.known[question] = sight
    }
    return sight
  }

  private func missing(_ name: String) -> SightRules {
    if state.withLock({ $0.missing.count < 64 && $0.missing.insert(name).inserted }) {
      logger?.warning(
        "a sight is not in the configuration: who is bound to it sees nothing", metadata: ["sight": "\(name)"])
    }
    return .nothing
  }
}
