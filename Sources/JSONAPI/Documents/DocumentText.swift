/// The document in an answer's content. Some sites write more: a byte order mark, a notice of PHP, a line of a proxy.
package struct DocumentText: Sendable, Hashable {
  /// The document.
  package var bytes: [UInt8]
  /// The beginning of what stands around it; nil where nothing does.
  package var surroundings: String?

  /// The members of documents of JSON:API (1.0, "Top Level").
  package static let members: Set<String> = ["jsonapi", "data", "errors", "meta", "links", "included"]

  /// Nil where there is no document: no object that begins with a member that it should have.
  package init?(in content: [UInt8], with members: Set<String> = DocumentText.members) {
    // The normal case first.
    if content.first == UInt8(ascii: "{"), content.last == UInt8(ascii: "}") {
      bytes = content
      return
    }
    guard let range = content.withUnsafeBytes({ DocumentText.range(in: $0, members) }) else { return nil }
    bytes = Array(content[range])
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    let around = Array(content[..<range.lowerBound]) + Array(content[range.upperBound...])
    if !around.allSatisfy(isSpace) {
      surroundings =
        around.starts(with: [0xEF, 0xBB, 0xBF]) && around.dropFirst(3).allSatisfy(isSpace)
        ? "a byte order mark" : Excerpt.of(around)
    }
  }

  private static func range(in content: UnsafeRawBufferPointer, _ members: Set<String>) -> Range<Int>? {
    var tries = 0
    for start in content.indices where content[start] == UInt8(ascii: "{") {
      var scanner = LooseScanner(content, at: start)
      guard scanner.take("{"), let name = scanner.string(), scanner.take(":"),
        members.contains(ByteScanner(content).text(name))
      else { continue }
      if let document = LooseDocument(content, from: start) { return start..<document.end }
      // One that does not end is looked at by whoever parses it: the message is about its end.
      tries += 1
      if tries == 1, content.last(where: { $0 > 0x20 }) == UInt8(ascii: "}"),
        let last = content.lastIndex(of: UInt8(ascii: "}"))
      {
        return start..<last + 1
      }
      // Each look may go to the end.
      if tries >= 4 { return nil }
    }
    return nil
  }
}

/// The beginning of something that cannot be used, for messages.
package enum Excerpt {
  /// The printable characters at the start of bytes, on one line. Long words without a space may be tokens and are left out.
  /// - Parameter most: characters.
  package static func of(_ bytes: some Collection<UInt8>, most: Int = 120) -> String {
    var words: [String] = []
    var length = 0
    let text = String(decoding: bytes.prefix(16 * most), as: UTF8.self)
    for word in text.unicodeScalars.split(whereSeparator: { $0.properties.isWhitespace }) {
      let shown = String(String.UnicodeScalarView(word.filter(isPrintable)))
      if shown.isEmpty { continue }
      words.append(withoutSecrets(shown))
      length += words[words.count - 1].count + 1
      if length > most { break }
    }
    let line = words.joined(separator: " ")
    return line.count > most ? String(line.prefix(most)) + "…" : line
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: scalar != "\u{FFFD}"
    }
  }

  /// Runs of 32 and more letters and digits are cut: keys and tokens look like that.
  private static func withoutSecrets(_ word: String) -> String {
    var result = ""
    var run = ""
    func end() {
      result += run.count >= 32 ? "…" : run
      run = ""
    }
    for character in word {
      if character.isASCII, character.isLetter || character.isNumber || "-_.~+".contains(character) {
        run.append(character)
      } else {
        end()
        result.append(character)
      }
    }
    end()
    return result
  }
}
