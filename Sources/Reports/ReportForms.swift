import JSONAPI

extension JSON {
  /// A text, or null.
  static func nullable(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
  /// A number, or null.
  static func nullable(_ number: Int64?) -> JSON { number.map { .integer($0) } ?? .null }
  /// Unix seconds as RFC 3339, or null.
  static func time(_ unixSeconds: Int64?) -> JSON {
    unixSeconds.map { .string(RFC3339.text(unixSeconds: $0)) } ?? .null
  }
  /// Texts as an array.
  static func texts(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
}

extension String {
  /// The text with spaces behind it up to a width; a longer one as it is.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  /// The same with the spaces before it.
  func aligned(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
