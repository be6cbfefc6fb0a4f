import JSONAPI

/// Values that are seldom expected where they stand: of every kind, and at the ends of what there is.
package enum Extremes {
  /// In the place of any member of a document.
  package static let values: [JSON] = [
    .null, true, 0, -1, .number("9223372036854775807"), .number("9223372036854775808"), .number("-9223372036854775808"),
    .number("1e999"), .number("-0.5"), "", "x", .string(String(repeating: "9", count: 400)),
    .string("e" + String(repeating: "\u{301}", count: 200)), "9999-12-31T23:59:59+00:00", [], [[]],
    [.null, 1, "x", [:]], [:],
    ["value": .null, "url": [], "data": 7], .object(JSONObject((0..<40).map { ("m\($0)", .null) })),
  ]

  /// As text: in queries, headers and forms.
  package static let texts = [
    "", " ", "0", "-1", "-0", "+1", "1.5", "1e999", "NaN", "inf", "0x7fffffffffffffff", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616",
    String(repeating: "9", count: 400), "null", "true", "[]", "{}", "\u{0}", "%00",
    "e" + String(repeating: "\u{301}", count: 200),
    String(repeating: "(", count: 300), String(repeating: "a.", count: 300), "9999-12-31T23:59:59+00:00", "\"", "'",
    ";", ",", "=",
    "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
  ]

  /// A document with one of its values replaced, for every value in it and every one of `values`; and with each left out.
  /// - Returns: where, and the document.
  package static func variants(of document: JSON, at pointer: String = "") -> [(pointer: String, document: JSON)] {
    var found = values.map { (pointer: pointer, document: $0) }
    switch document {
    case .object(let object):
      for member in object.members {
        for inner in variants(of: member.value, at: "\(pointer)/\(member.name)") {
          var changed = object
          changed[member.name] = inner.document
          found.append((inner.pointer, .object(changed)))
        }
        var changed = object
        changed[member.name] = nil
        found.append(("\(pointer)/\(member.name)", .object(changed)))
      }
    case .array(let elements):
      // The others are alike.
      for (index, element) in elements.prefix(2).enumerated() {
        for inner in variants(of: element, at: "\(pointer)/\(index)") {
          var changed = elements
          changed[index] = inner.document
          found.append((inner.pointer, .array(changed)))
        }
      }
    default: break
    }
    return found
  }
}
