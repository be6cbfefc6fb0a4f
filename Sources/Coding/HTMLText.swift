/// Text within HTML, as PHP's `htmlspecialchars` writes it with `ENT_QUOTES`, without its exception for what is already an entity.
package enum HTMLText {
  /// The text with `& < > " '` as entities. Each of them counts, whatever follows it: a sign and an accent on it are one character to
  /// people, and the bare sign to a browser.
  package static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#039;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
