import JSONAPI

/// A piece of HTML. What is interpolated as text is escaped, so nothing that comes from outside is ever taken for a tag.
struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// As it is sent.
  let text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Pieces one after the other.
  init(_ pieces: [HTML]) { text = pieces.map(\.text).joined() }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate(set) var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 32 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { text += literal }
    /// A text, in content or within the quotes of an attribute.
    mutating func appendInterpolation(_ text: String) { self.text += HTMLText.escaped(text) }
    mutating func appendInterpolation(_ html: HTML) { text += html.text }
  }
}
