/// The kinds of routes of the local API whose answers are measured apart.
package enum RouteKind: Int, CaseIterable, Sendable {
  /// One resource.
  case individual
  /// A page of a collection.
  case collection
  /// What a relationship leads to, and relationships themselves.
  case related
  /// Whatever may change a resource: POST, PATCH, DELETE.
  case write
  /// The content of a file.
  case file
  /// Tokens, and pages on which people sign in.
  case signingIn
  /// The entry point and the descriptions of the API.
  case description
  /// The mirror's own routes.
  case own
  /// What leads nowhere.
  case other

  /// The name in labels.
  package var label: String { self == .signingIn ? "signing_in" : "\(self)" }
}
