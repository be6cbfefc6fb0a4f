/// Why PostgreSQL did not do what was asked of it. Holds no password: libpq's messages have none.
package struct PostgresFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  package enum Kind: Sendable, Hashable {
    /// The server is not reached, or the connection was lost: it may pass.
    case connection
    /// The server refused a statement.
    case statement
    /// The program was built without libpq.
    case notBuilt
  }
  /// What kind of fault it is.
  package var kind: Kind
  /// The five characters of PostgreSQL's error code (PostgreSQL, appendix A); nil where the server said none.
  package var state: String?
  /// One line for the operator.
  package var description: String

  init(_ kind: Kind, state: String? = nil, _ message: String) {
    self.kind = kind
    self.state = state
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let shown = line.count > 300 ? String(line.prefix(300)) + "…" : line
    description = "PostgreSQL: \(shown)" + (state.map { " (\($0))" } ?? "")
  }

  /// Whether it is about values that were sent: class 22, data that cannot be held; 23, that contradicts other rows; 54, that is too
  /// large. Then it is about these rows and no others.
  var isOfValues: Bool { state.map { ["22", "23", "54"].contains($0.prefix(2)) } ?? false }

  /// Whether other objects of the database stand in the way of a change of a table: views of somebody's own.
  var isOfDependents: Bool { state == "2BP01" || state == "0A000" }
}
