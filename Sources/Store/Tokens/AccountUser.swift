import JSONAPI

extension Reading {
  /// The user whom an account may stand for.
  /// - Parameter text: a UUID, in either case, known here or not; or the id of a user in the mirror, as the site writes it.
  /// - Returns: nil where it is neither.
  package func user(named text: String) throws -> ResourceID? {
    guard let id = ResourceID(text).map({ $0.folded.isUUID ? $0.folded : $0 }),
      try id.isUUID || document(of: id, type: "user--user") != nil
    else { return nil }
    return id
  }
}
