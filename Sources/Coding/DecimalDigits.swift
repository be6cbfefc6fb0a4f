/// Numbers that are written in the digits 0 to 9 alone, as fields of HTTP have them (`1*DIGIT`, RFC 9110, 5.6.1): no sign, no space,
/// no digits of other scripts, which the initialisers of the library take or may take.
extension StringProtocol {
  /// Whether nothing but the digits 0 to 9 stands here, and one at least.
  package var isDecimalDigits: Bool { !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) } }
}

extension FixedWidthInteger {
  /// The number that digits write; nil for anything else, and for more than there is.
  package init?(digits text: some StringProtocol) {
    guard text.isDecimalDigits, let value = Self(text) else { return nil }
    self = value
  }

  /// The number that digits write, and the greatest there is for more than that; nil for anything else.
  package init?(clampingDigits text: some StringProtocol) {
    guard text.isDecimalDigits else { return nil }
    self = Self(text) ?? .max
  }
}
