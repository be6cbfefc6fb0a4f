import Coding

/// How many tries to sign in were refused, and why. No name and no secret is in it.
package struct SignInCounts: Sendable, Hashable {
  /// A wrong `client_secret`, or a client that is not known.
  package var wrongClients: Int64 = 0
  /// A wrong password, or a name that is not known.
  package var wrongPasswords: Int64 = 0
  /// Tries that had to wait first, for wrong ones came before them.
  package var delayed: Int64 = 0
  /// Tries that were not made, for too many wrong ones came before them (429).
  package var heldBack: Int64 = 0
  /// Tries that were not made, for too many waited (503).
  package var crowded: Int64 = 0
  /// When the last try was refused, Unix seconds; nil for never.
  package var last: Int64?

  /// None.
  package init() {}

  /// How many were refused: wrong or not made.
  package var refused: Int64 {
    [wrongClients, wrongPasswords, heldBack, crowded].reduce(0) { $0.addingClamped($1) }
  }

  /// Both together.
  package static func + (one: SignInCounts, other: SignInCounts) -> SignInCounts {
    var sum = one
    sum.wrongClients = one.wrongClients.addingClamped(other.wrongClients)
    sum.wrongPasswords = one.wrongPasswords.addingClamped(other.wrongPasswords)
    sum.delayed = one.delayed.addingClamped(other.delayed)
    sum.heldBack = one.heldBack.addingClamped(other.heldBack)
    sum.crowded = one.crowded.addingClamped(other.crowded)
    sum.last = [one.last, other.last].compactMap { $0 }.max()
    return sum
  }

  /// What came since these counts, which are earlier ones of the same process.
  package func since(_ before: SignInCounts) -> SignInCounts {
    var rest = self
    rest.wrongClients = wrongClients.subtractingClamped(before.wrongClients)
    rest.wrongPasswords = wrongPasswords.subtractingClamped(before.wrongPasswords)
    rest.delayed = delayed.subtractingClamped(before.delayed)
    rest.heldBack = heldBack.subtractingClamped(before.heldBack)
    rest.crowded = crowded.subtractingClamped(before.crowded)
    return rest
  }

  // MARK: As JSON, for the file

  /// The members.
  package var json: JSON {
    [
      "wrongClients": .integer(wrongClients), "wrongPasswords": .integer(wrongPasswords), "delayed": .integer(delayed),
      "heldBack": .integer(heldBack), "crowded": .integer(crowded), "last": last.map { JSON.integer($0) } ?? .null,
    ]
  }

  /// Counts from their members; what is missing or odd counts as none.
  package init(json: JSON) {
    func count(_ name: String) -> Int64 { max(0, json[name]?.integer ?? 0) }
    wrongClients = count("wrongClients")
    wrongPasswords = count("wrongPasswords")
    delayed = count("delayed")
    heldBack = count("heldBack")
    crowded = count("crowded")
    last = json["last"]?.integer.flatMap { (0...1 << 40).contains($0) ? $0 : nil }
  }
}
