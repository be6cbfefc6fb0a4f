import JSONAPI

/// How many tries to sign in to the local API were refused since its first start, and why.
package struct RefusedSignIns: Sendable, Hashable {
  /// A wrong secret of a client, or a client that is not known.
  package var wrongClients: Int64
  /// A wrong password, or a name that is not known.
  package var wrongPasswords: Int64
  /// Tries that had to wait first.
  package var delayed: Int64
  /// Tries that were not made, for too many wrong ones came before them.
  package var heldBack: Int64
  /// Tries that were not made, for too many waited.
  package var crowded: Int64
  /// When the last one was refused, Unix seconds; nil for never.
  package var last: Int64?

  /// Counts.
  package init(
    wrongClients: Int64, wrongPasswords: Int64, delayed: Int64, heldBack: Int64, crowded: Int64, last: Int64?
  ) {
    self.wrongClients = wrongClients
    self.wrongPasswords = wrongPasswords
    self.delayed = delayed
    self.heldBack = heldBack
    self.crowded = crowded
    self.last = last
  }

  /// One line; none where nothing was refused.
  var lines: [String] {
    guard let last else { return [] }
    return [
      "sign-ins refused: \(wrongPasswords) wrong passwords, \(wrongClients) wrong clients, \(heldBack) not tried after too many wrong "
        + "ones, \(crowded) not tried for want of room; the last at \(RFC3339.text(unixSeconds: last))"
    ]
  }

  /// The members.
  var json: JSON {
    .object(
      JSONObject([
        ("wrongClients", .integer(wrongClients)), ("wrongPasswords", .integer(wrongPasswords)),
        ("delayed", .integer(delayed)), ("heldBack", .integer(heldBack)), ("crowded", .integer(crowded)),
        ("last", .time(last)),
      ]))
  }
}
