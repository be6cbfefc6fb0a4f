/// Text of others on a terminal. What the site, a client or a label says may hold bytes that a terminal acts on: they move the cursor,
/// write over lines, rename the window, or turn the direction of what follows. Such characters are shown as they are written in
/// source text (`\u{1b}`) and do nothing.
enum TerminalText {
  /// A text of several lines of our own: line breaks stay.
  static func lines(_ text: String) -> String { shown(text, keepsBreaks: true) }

  /// A text that is one line, whatever is in it: nobody else begins a line of ours.
  static func line(_ text: String) -> String { shown(text, keepsBreaks: false) }

  /// JSON text on one line: it says the same, and is ASCII where a terminal would act.
  static func json(_ text: String) -> String {
    guard mayAct(text) else { return text }
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard acts(scalar), scalar.value > 0x1F else {
        safe.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16)
      safe.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
    }
    return String(safe)
  }

  private static func shown(_ text: String, keepsBreaks: Bool) -> String {
    guard mayAct(text) else { return text }
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\t": safe.append(scalar)
      case "\n" where keepsBreaks: safe.append(scalar)
      case "\n": safe.append(contentsOf: "\\n".unicodeScalars)
      case "\r": safe.append(contentsOf: "\\r".unicodeScalars)
      default:
        if acts(scalar) {
          safe.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        } else {
          safe.append(scalar)
        }
      }
    }
    return String(safe)
  }

  /// Whether a text may hold any of them: nearly none does.
  private static func mayAct(_ text: String) -> Bool {
    // The first bytes of what is not ASCII: U+0080 to U+009F, U+061C, U+2000 and what follows.
    text.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xD8 || $0 == 0xE2 }
  }

  /// Control characters (C0, DEL and C1), line and paragraph separators, and what turns the direction of text.
  private static func acts(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x20, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
