/// How a round that was wished for came out: what `sync` would have printed, and its exit code.
package struct RoundEnding: Sendable, Hashable {
  /// One line of what is said.
  package struct Line: Sendable, Hashable {
    /// To whom it is said.
    package enum Kind: String, Sendable, Hashable {
      /// To who wants more than is needed.
      case detail
      /// To all who do not want it quiet.
      case summary
      /// To everybody: what went wrong, or waits for a person.
      case finding
    }

    /// To whom it is said.
    package var kind: Kind
    /// The line, without a line break at its end; what the site says may be in it.
    package var text: String

    /// A line.
    package init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// The exit code, as `sync` has it.
  package var code: Int32
  /// What is said, in this order.
  package var lines: [Line]

  /// An ending.
  package init(code: Int32, lines: [Line]) {
    self.code = code
    self.lines = lines
  }
}

/// What somebody hears who wished for a round.
package enum RoundEvent: Sendable, Hashable {
  /// What becomes of the wish; where it is refused, this is all.
  case replied(RoundReply)
  /// The round has begun, which waited before.
  case begun
  /// How far it is, in a line that is out of date with the next one.
  case progress(String)
  /// Something that is to be known of it before its end.
  case notice(String)
  /// It is over; nothing comes after that.
  case ended(RoundEnding)
}
