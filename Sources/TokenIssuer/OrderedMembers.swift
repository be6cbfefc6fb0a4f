/// A flat JSON object whose members keep their order: all that OAuth documents need.
struct OrderedMembers {
  enum Value {
    case string(String)
    case integer(Int64)
    /// Written as it is.
    case number(String)
    case bool(Bool)
    case strings([String])
    case objects([OrderedMembers])
  }

  /// What PHP escapes besides what JSON demands.
  enum Escaping {
    /// `json_encode` without flags: `/`, and everything beyond ASCII.
    case plain
    /// Symfony's JsonResponse: also `< > & ' "`, as upper-case `\u00XX`.
    case html
    /// lcobucci/jwt: nothing more.
    case none
  }

  var members: [(name: String, value: Value)] = []

  mutating func append(_ name: String, _ value: Value) { members.append((name, value)) }

  func encoded(_ escaping: Escaping) -> [UInt8] {
    var bytes: [UInt8] = []
    write(into: &bytes, escaping)
    return bytes
  }

  private func write(into bytes: inout [UInt8], _ escaping: Escaping) {
    bytes.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      Self.quote(member.name, into: &bytes, escaping)
      bytes.append(UInt8(ascii: ":"))
      switch member.value {
      case .string(let text): Self.quote(text, into: &bytes, escaping)
      case .integer(let value): bytes.append(contentsOf: String(value).utf8)
      case .number(let digits): bytes.append(contentsOf: digits.utf8)
      case .bool(let value): bytes.append(contentsOf: String(value).utf8)
      case .strings(let texts): Self.list(texts, into: &bytes) { Self.quote($0, into: &$1, escaping) }
      case .objects(let objects): Self.list(objects, into: &bytes) { $0.write(into: &$1, escaping) }
      }
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func list<Element>(
    _ elements: [Element], into bytes: inout [UInt8], _ write: (Element, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(element, &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private static func quote(_ text: String, into bytes: inout [UInt8], _ escaping: Escaping) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&", "'", "<", ">", "\"":
        if escaping == .html {
          bytes.append(contentsOf: escape(UInt16(scalar.value), uppercase: true).utf8)
        } else {
          bytes.append(contentsOf: (scalar == "\"" ? "\\\"" : String(scalar)).utf8)
        }
      case "\\": bytes.append(contentsOf: "\\\\".utf8)
      case "/": bytes.append(contentsOf: (escaping == .none ? "/" : "\\/").utf8)
      case "\u{8}": bytes.append(contentsOf: "\\b".utf8)
      case "\u{C}": bytes.append(contentsOf: "\\f".utf8)
      case "\n": bytes.append(contentsOf: "\\n".utf8)
      case "\r": bytes.append(contentsOf: "\\r".utf8)
      case "\t": bytes.append(contentsOf: "\\t".utf8)
      case _ where scalar.value < 0x20 || (scalar.value > 0x7F && escaping != .none):
        for unit in String(scalar).utf16 { bytes.append(contentsOf: escape(unit, uppercase: false).utf8) }
      default: bytes.append(contentsOf: String(scalar).utf8)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func escape(_ unit: UInt16, uppercase: Bool) -> String {
    let digits = String(unit, radix: 16, uppercase: uppercase)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
