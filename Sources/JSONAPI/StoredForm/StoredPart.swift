import Coding

/// A text in a composite attribute of a stored document: found in one walk, without making values of anything.
package struct StoredPart: Sendable, Hashable {
  /// Where the attribute's name stands, between its quotes.
  package var attribute: Range<Int>
  /// Where the text stands, between its quotes, escapes as they are.
  package var text: Range<Int>

  /// The texts of all attributes whose values, or the elements of these, are objects with a member of a certain name; in their order,
  /// none where the document is damaged.
  /// - Parameters:
  ///   - mark: the name of that member.
  ///   - members: the first of these that is a string is the text.
  package static func all(
    in document: UnsafeRawBufferPointer, marked mark: [UInt8], oneOf members: [[UInt8]]
  ) -> [StoredPart] {
    var found: [StoredPart] = []
    var scanner = ByteScanner(document)
    do throws(JSONSyntaxError) {
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        guard scanner.matches(name, "attributes"), scanner.byte == UInt8(ascii: "{") else {
          try scanner.value()
          return
        }
        try scanner.members { (scanner, name) throws(JSONSyntaxError) in
          try look(&scanner, name, mark, members, &found)
        }
      }
    } catch { return [] }
    return found
  }

  /// The name that stands at a place of a document.
  package static func name(_ attribute: Range<Int>, in document: UnsafeRawBufferPointer) -> String {
    ByteScanner(document).name(attribute)
  }

  private static func look(
    _ scanner: inout ByteScanner, _ attribute: Range<Int>, _ mark: [UInt8], _ members: [[UInt8]],
    _ found: inout [StoredPart]
  ) throws(JSONSyntaxError) {
    switch scanner.byte {
    case UInt8(ascii: "{"):
      if let text = try marked(&scanner, mark, members) { found.append(StoredPart(attribute: attribute, text: text)) }
    case UInt8(ascii: "["):
      try scanner.elements { (scanner) throws(JSONSyntaxError) in
        guard scanner.byte == UInt8(ascii: "{") else {
          try scanner.value()
          return
        }
        if let text = try marked(&scanner, mark, members) { found.append(StoredPart(attribute: attribute, text: text)) }
      }
    default: try scanner.value()
    }
  }

  private static func marked(
    _ scanner: inout ByteScanner, _ mark: [UInt8], _ members: [[UInt8]]
  ) throws(JSONSyntaxError) -> Range<Int>? {
    var isMarked = false
    var rank = members.count
    var text: Range<Int>?
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      if scanner.matches(name, mark) { isMarked = true }
      guard scanner.bytes[value.lowerBound] == UInt8(ascii: "\"") else { return }
      for index in 0..<rank where scanner.matches(name, members[index]) {
        rank = index
        text = value.lowerBound + 1..<value.upperBound - 1
        break
      }
    }
    return isMarked ? text : nil
  }
}
