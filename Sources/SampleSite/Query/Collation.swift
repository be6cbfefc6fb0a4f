import Foundation

/// Text as MariaDB's `utf8mb4_general_ci` compares it: without case and accents, trailing spaces without meaning.
struct FoldedText: Sendable, Hashable, Comparable {
  /// One weight per character.
  private let weights: [UInt32]

  init(_ text: String) {
    var weights: [UInt32] = []
    for scalar in text.decomposedStringWithCanonicalMapping.unicodeScalars {
      if scalar.properties.generalCategory == .nonspacingMark { continue }
      if scalar.value > 0xFFFF {
        // Beyond the basic plane every character weighs the same.
        weights.append(0xFFFD)
      } else if scalar == "ß" {
        weights.append(UInt32(UInt8(ascii: "S")))
      } else {
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        weights.append(upper.count == 1 ? upper.first?.value ?? scalar.value : scalar.value)
      }
    }
    self.weights = weights
  }

  private init(weights: [UInt32]) { self.weights = weights }

  /// Without spaces at the end: what equality and order look at.
  var trimmed: FoldedText {
    guard weights.last == 0x20 else { return self }
    return FoldedText(weights: Array(weights[...(weights.lastIndex { $0 != 0x20 } ?? -1)]))
  }

  static func < (left: FoldedText, right: FoldedText) -> Bool { left.weights.lexicographicallyPrecedes(right.weights) }

  func starts(with other: FoldedText) -> Bool { weights.starts(with: other.weights) }
  func ends(with other: FoldedText) -> Bool { weights.suffix(other.weights.count).elementsEqual(other.weights) }

  func contains(_ other: FoldedText) -> Bool {
    guard !other.weights.isEmpty else { return true }
    guard weights.count >= other.weights.count else { return false }
    return (0...(weights.count - other.weights.count)).contains { start in
      weights[start..<(start + other.weights.count)].elementsEqual(other.weights)
    }
  }
}

/// The number at the start of a text, 0 without one: how MariaDB reads text that it compares with a number.
func leadingNumber(_ text: String) -> Double {
  var best = 0.0
  var prefix = ""
  for character in text.drop(while: { $0 == " " }) {
    guard character.isASCII, character.isNumber || ".+-eE".contains(character) else { break }
    prefix.append(character)
    if let value = Double(prefix) { best = value }
  }
  return best
}
