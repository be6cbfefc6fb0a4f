/// Text within HTML, as PHP's `htmlspecialchars` writes it with `ENT_QUOTES`, without its exception for what is already an entity.
package enum HTMLText {
  /// The text with `& < > " '` as entities.
  package static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#039;"
      default: escaped.append(character)
      }
    }
  }
}
