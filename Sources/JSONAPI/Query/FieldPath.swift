/// A path to a field as filters and sorts name it: public names joined by dots (reference 3.2).
package struct FieldPath: Sendable, Hashable, CustomStringConvertible {
  /// The path as it was sent, such as `uid.meta.alt`. Never empty in parsed parameters.
  package var rawValue: String
  /// A path.
  package init(_ rawValue: String) { self.rawValue = rawValue }
  /// The names between the dots; empty ones stand for two dots in a row.
  package var parts: [String] { rawValue.splitKeepingEmpty(at: UInt8(ascii: ".")) }
  /// The path as it was sent.
  package var description: String { rawValue }

  /// PHP's `empty()`: also the text "0" counts as no path.
  static func isEmpty(_ text: String) -> Bool { text.isEmpty || text == "0" }
}

extension String {
  /// PHP's `explode`: splits at a byte, never inside a character's combining marks.
  func splitKeepingEmpty(at separator: UInt8) -> [String] {
    utf8.split(separator: separator, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
  }
}
