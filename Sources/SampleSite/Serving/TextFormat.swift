import Foundation

/// What the site makes of formatted text when it is saved (reference 2.6, `processed`): enough of its two formats to tell
/// text that was changed on the way from text that was not.
enum TextFormat {
  /// `processed` of a text; nil when there is none.
  static func processed(_ text: String?, format: String?) -> String? {
    guard let text else { return nil }
    guard format != nil, format != "plain_text" else { return "<p>\(escaped(text))</p>\n" }
    return (format == "full_html" ? text : withoutForbiddenTags(text)) + "\n"
  }

  /// `'` becomes `&#039;`, as PHP does it.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: "&#039;")
  }

  private static let allowed: Set<String> = [
    "a", "em", "strong", "cite", "blockquote", "code", "ul", "ol", "li", "dl", "dt", "dd", "h2", "h3", "h4", "h5", "h6",
    "p", "br", "span", "img", "u", "s", "sub", "sup", "table", "tbody", "thead", "tr", "td", "th", "hr", "pre",
  ]

  /// Takes the tags out that `basic_html` does not allow; what stood between them stays.
  private static func withoutForbiddenTags(_ text: String) -> String {
    var kept = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "<") {
      kept += rest[..<open]
      guard let close = rest[open...].firstIndex(of: ">") else {
        return kept + rest[open...].replacing("<", with: "&lt;")
      }
      let tag = rest[open...close]
      let name = tag.dropFirst().drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      if allowed.contains(name.lowercased()) { kept += tag }
      rest = rest[rest.index(after: close)...]
    }
    return kept + rest
  }
}
