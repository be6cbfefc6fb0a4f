/// Removals that a guard stopped.
package struct HeldRemovals: Sendable, Hashable, CustomStringConvertible {
  /// The name of the type, such as `node--topic`.
  package var type: String
  /// Resources that the site no longer shows.
  package var candidates: Int
  /// Resources that are stored.
  package var rows: Int

  /// What a guard stopped.
  package init(type: String, candidates: Int, rows: Int) {
    self.type = type
    self.candidates = candidates
    self.rows = rows
  }

  /// What was seen, and the command that lets it go on.
  package var description: String {
    "the site no longer shows \(candidates) of \(rows) resources of \(type); nothing of it was removed. If that is right: "
      + "social-mirror sync --accept-removals \(type)"
  }
}
