import Coding

/// Parts of pages that several of them have.
enum Pieces {
  /// A text is not shown beyond so many bytes.
  static let mostBytes = 65_536

  /// Names with what they stand for.
  static func facts(_ facts: [(String, HTML)]) -> HTML {
    let all = HTML(facts.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>\n" })
    return "<dl class=\"facts\">\n\(all)</dl>\n"
  }

  /// A text of somebody's, in whose direction nothing else is drawn.
  static func foreign(_ text: String) -> HTML { "<bdi>\(shortened(text, to: 400))</bdi>" }

  /// A text as it is, with its lines.
  static func verbatim(_ text: String) -> HTML {
    "<pre>\(shortened(text, to: mostBytes))</pre>\n"
  }

  /// What is looked at by those who want to know it.
  static func details(_ summary: String, _ content: HTML, isOpen: Bool = false) -> HTML {
    let open: HTML = isOpen ? " open" : ""
    return "<details\(open)><summary>\(summary)</summary>\n\(content)</details>\n"
  }

  /// A button of a form.
  static func button(_ words: String, isRisky: Bool = false) -> HTML {
    let kind: HTML = isRisky ? " class=\"risky\"" : ""
    return "<button type=\"submit\"\(kind)>\(words)</button>"
  }

  /// A field that people do not see.
  static func hidden(_ name: String, _ value: String) -> HTML {
    "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
  }

  /// Why nothing was done, above a form that people can go on with.
  static func refusal(_ text: String?) -> HTML {
    text.map { text -> HTML in "<p class=\"notice failed\" role=\"alert\">\(text)</p>\n" } ?? ""
  }

  /// The text up to a number of bytes; where it is cut, that is said.
  static func shortened(_ text: String, to most: Int) -> String {
    let utf8 = text.utf8
    guard let end = utf8.index(utf8.startIndex, offsetBy: most, limitedBy: utf8.endIndex), end < utf8.endIndex else {
      return text
    }
    let left = utf8.distance(from: end, to: utf8.endIndex)
    return String(decoding: utf8[..<end], as: UTF8.self) + "… (\(left) more bytes are not shown)"
  }
}
