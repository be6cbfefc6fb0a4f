/// What somebody looks for: words, and beginnings of words where a `*` stands behind. All of them have to be there, in any column and
/// any order. Nothing else that a client writes means anything: what is neither letter nor digit parts words, and FTS5 is only given
/// words in quotes.
package struct SearchWords: Sendable, Hashable {
  /// A word as it was written, without what parts words.
  struct Word: Sendable, Hashable {
    var text: String
    var isBeginning: Bool
  }

  /// Why a text is not looked for.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case noWord
    case tooLong
    case tooManyWords
    case shortBeginning(String)

    /// One sentence for the client.
    package var description: String {
      switch self {
      case .noWord: "There is no word in what is looked for."
      case .tooLong: "What is looked for is longer than the \(SearchWords.bytes) bytes that this mirror takes."
      case .tooManyWords: "There are more than the \(SearchWords.most) words that this mirror looks for at once."
      case .shortBeginning(let word): "The beginning of a word has two letters at least, `\(word)*` has one."
      }
    }
  }

  /// How long a text may be, in UTF-8.
  package static let bytes = 1_000
  /// How many words it may have.
  package static let most = 16

  let words: [Word]

  /// Takes a text apart.
  /// - Throws: `Refusal` for one that has no word, or is too much.
  package init(_ text: String) throws(Refusal) {
    guard text.utf8.count <= SearchWords.bytes else { throw .tooLong }
    var words: [Word] = []
    var word = String.UnicodeScalarView()
    func take(isBeginning: Bool) {
      if word.contains(where: { SearchWords.isOfWord($0, alone: true) }) {
        let new = Word(text: String(word), isBeginning: isBeginning)
        if !words.contains(new) { words.append(new) }
      }
      word.removeAll()
    }
    for scalar in text.unicodeScalars {
      if SearchWords.isOfWord(scalar, alone: false) { word.append(scalar) } else { take(isBeginning: scalar == "*") }
    }
    take(isBeginning: false)
    guard !words.isEmpty else { throw .noWord }
    guard words.count <= SearchWords.most else { throw .tooManyWords }
    // One letter of an alphabet begins too many words; one sign of a writing that has thousands does not.
    for word in words where word.isBeginning && word.text.unicodeScalars.count == 1 && word.text.utf8.count < 3 {
      throw .shortBeginning(word.text)
    }
    self.words = words
  }

  /// What FTS5 takes for part of a word (its tokenizer `unicode61`): letters, numbers, private use; accents behind them.
  private static func isOfWord(_ scalar: Unicode.Scalar, alone: Bool) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber, .privateUse:
      true
    case .nonspacingMark, .spacingMark, .enclosingMark: !alone
    default: false
    }
  }

  /// The expression for FTS5.
  /// - Parameter columns: those that are looked through; nil for all.
  func expression(in columns: [String]?) -> String {
    let all = words.map { "\"\($0.text)\"\($0.isBeginning ? "*" : "")" }.joined(separator: " AND ")
    return columns.map { "{\($0.joined(separator: " "))} : (\(all))" } ?? all
  }
}
