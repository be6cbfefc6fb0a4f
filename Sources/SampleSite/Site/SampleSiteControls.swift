import Synchronization

/// The controls of a site, as whoever holds it has them.
extension SampleSite {
  /// How many requests it has answered that reached its routes.
  package var requestCount: UInt64 { requests.load(ordering: .relaxed) }

  /// Faults for the next requests.
  package var faults: Faults { controls.faults }

  /// What was asked.
  package var log: RequestLog { controls.log }

  /// How far the site's clock is ahead of `settings.clock`, in seconds.
  package var clockOffset: Double {
    get { controls.clockOffset }
    set { controls.clockOffset = newValue }
  }

  /// Switches habits while the site runs.
  func turn(on: Set<Habit>, off: Set<Habit>) { habits = habits.union(on).subtracting(off) }

  // MARK: Tokens

  /// Revokes all access tokens, as saving the account's user does. Refresh tokens stay good.
  package func revokeAllTokens() { tokens.withLock { $0.revokeAccessTokens() } }

  /// Revokes access and refresh tokens: only a new login helps.
  package func revokeRefreshTokensToo() { tokens.withLock { $0.revokeAllTokens() } }

  /// Lets all access tokens end by time. Refresh tokens stay good.
  package func expireTokens() { tokens.withLock { $0.expireAccessTokens() } }

  /// How many access tokens were issued.
  package var issuedTokens: Int { tokens.withLock { $0.issued } }

  // MARK: What habits hide

  /// The ids of a type's rows that no page shows (`Habit.poison`).
  package func poisoned(of type: String) -> Set<String> {
    var settings = self.settings
    settings.habits = habits
    return rows(of: type, where: Weight(settings).isPoison)
  }

  /// The ids of a type's resources of which something cannot be used (`Habit.brokenRows`).
  package func broken(of type: String) -> Set<String> {
    habits.contains(.brokenRows) ? rows(of: type) { BrokenRows.kind(of: $0.id) != nil } : []
  }

  /// The id under which a resource is known outside, its UUID being this (`Habit.oddIDs`).
  package func outsideID(_ uuid: String) -> String {
    guard habits.contains(.oddIDs), let id = EntityUUID(uuid).flatMap({ OddIDs.outside($0) }) else { return uuid }
    return id
  }

  private func rows(of type: String, where isMeant: (Row) -> Bool) -> Set<String> {
    let community = self.community
    guard let number = community.content.typeNumbers[type] else { return [] }
    return Set(community.collections[number].slots.compactMap { $0 }.filter(isMeant).map(\.uuid.text))
  }
}
