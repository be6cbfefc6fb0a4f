import Coding

/// JSON as people write it: a member or an element a line, indented by two spaces. The same value as the compact text.
enum ReadableJSON {
  /// The text, with a line break at its end.
  static func text(_ value: JSON) -> String {
    var text = ""
    write(value, into: &text, depth: 0)
    return text + "\n"
  }

  private static func write(_ value: JSON, into text: inout String, depth: Int) {
    switch value {
    // As deep as it is parsed, indentation alone would be more than the rest.
    case _ where depth > 32: text += value.text()
    case .array(let elements) where !elements.isEmpty:
      list("[", "]", elements.count, into: &text, depth) { text, place in
        write(elements[place], into: &text, depth: depth + 1)
      }
    case .object(let object) where !object.isEmpty:
      let members = object.members
      list("{", "}", members.count, into: &text, depth) { text, place in
        text += JSON.string(members[place].name).text() + ": "
        write(members[place].value, into: &text, depth: depth + 1)
      }
    default: text += value.text()
    }
  }

  private static func list(
    _ open: String, _ close: String, _ count: Int, into text: inout String, _ depth: Int,
    _ element: (inout String, Int) -> Void
  ) {
    text += open
    for place in 0..<count {
      text += (place > 0 ? ",\n" : "\n") + String(repeating: "  ", count: depth + 1)
      element(&text, place)
    }
    text += "\n" + String(repeating: "  ", count: depth) + close
  }
}
