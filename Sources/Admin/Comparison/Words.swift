/// A text in words, runs of spaces and single signs, one after the other: what a comparison of texts for people moves by.
struct Words {
  /// No more of a text is looked at, in bytes.
  static let mostBytes = 131_072
  /// A longer word goes on as the next one.
  private static let longestWord = 64

  /// All that was looked at, in its order.
  private(set) var tokens: [Substring] = []
  /// How many bytes of the text were not looked at.
  let bytesLeft: Int

  init(_ text: String) {
    var text = text
    let total = text.utf8.count
    let end = text.utf8.index(text.startIndex, offsetBy: min(total, Words.mostBytes))
    if total > Words.mostBytes { text = String(decoding: text.utf8[..<end], as: UTF8.self) }
    bytesLeft = total - min(total, Words.mostBytes)
    var (start, length, kind) = (text.startIndex, 0, Kind.sign)
    for place in text.indices {
      let next = Kind(text[place])
      if length > 0, next != kind || next == .sign || length >= Words.longestWord {
        tokens.append(text[start..<place])
        (start, length) = (place, 0)
      }
      kind = next
      length += 1
    }
    if length > 0 { tokens.append(text[start...]) }
  }

  private enum Kind {
    case word, space, sign

    init(_ character: Character) {
      if character.isWhitespace {
        self = .space
      } else if Kind.standsAlone(character) {
        self = .sign
      } else {
        self = character.isLetter || character.isNumber ? .word : .sign
      }
    }

    /// Scripts that put no spaces between words: kana, ideographs, syllables of Hangul.
    private static func standsAlone(_ character: Character) -> Bool {
      switch character.unicodeScalars.first?.value ?? 0 {
      case 0x3040...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7A3, 0x20000...0x3FFFF: true
      default: false
      }
    }
  }
}
