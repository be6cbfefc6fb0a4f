/// A piece of HTML. What is interpolated as text is escaped, so nothing that comes from outside is ever taken for a tag.
package struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// As it is sent.
  package let text: String

  /// Markup that the program itself writes.
  package init(stringLiteral value: String) { text = value }

  /// Markup with texts in it, which are escaped, and with other pieces, which are not.
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Pieces one after the other.
  package init(_ pieces: [HTML]) { text = pieces.map(\.text).joined() }

  /// Collects the parts of a literal.
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate(set) var text = ""

    /// An empty piece.
    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 32 * interpolationCount)
    }

    /// Markup that the program itself writes.
    package mutating func appendLiteral(_ literal: String) { text += literal }
    /// A text, in content or within the quotes of an attribute.
    package mutating func appendInterpolation(_ text: String) { self.text += HTMLText.escaped(text) }
    /// A number.
    package mutating func appendInterpolation(_ number: some BinaryInteger) { text += String(number) }
    /// A piece, as it is.
    package mutating func appendInterpolation(_ html: HTML) { text += html.text }
  }
}
