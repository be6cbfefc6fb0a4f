/// The site, as far as it is asked whether somebody may sign in.
package protocol PassThroughSite: Sendable {
  /// Asks once, at the site's own token endpoint. Whatever token it gives is forgotten.
  func answer(name: String, password: String) async -> PassThroughAnswer
  /// Whether a name is never to be tried there, in whatever letter case: the mirror's own at the site, which wrong passwords would lock.
  func isReserved(_ name: String) -> Bool
}

/// What the site says.
package enum PassThroughAnswer: Sendable, Hashable {
  /// The password is right. With the UUID of the user: an account that stands for nobody would pass for whoever synchronises.
  case right(userUUID: String)
  /// It is wrong, or nobody has that name.
  case wrong
  /// It did not say: it is away, or something else is wrong than the name and the password.
  case silent
}
