import Coding

/// Where the values of many attributes stand in stored documents, and those of members of attributes: for whoever reads the same ones of
/// document after document. Each document is gone over once.
package struct StoredColumns {
  /// The way to a value, as it is written in documents.
  package struct Path: Sendable, Hashable {
    /// The attribute's name.
    package var attribute: [UInt8]
    /// The member of its value; nil for the value itself.
    package var member: [UInt8]?

    /// A way, of names that documents write without escapes.
    package init(_ attribute: [UInt8], _ member: [UInt8]? = nil) { (self.attribute, self.member) = (attribute, member) }
  }

  /// An attribute, and at which places its value and members of it are wanted.
  private struct Attribute {
    var name: [UInt8]
    var whole: [Int] = []
    var members: [(name: [UInt8], place: Int)] = []
  }

  /// Where the values stand in the document that was read last, in the order of the paths; nil for what is not there.
  package private(set) var ranges: [Range<Int>?]
  private var attributes: [Attribute] = []
  private var isSeen: [Bool]
  /// Documents of a type mostly have their attributes in one order.
  private var expected = 0
  private var isPlain = true

  /// Nothing is read yet.
  package init(_ paths: [Path]) {
    ranges = [Range<Int>?](repeating: nil, count: paths.count)
    var places: [[UInt8]: Int] = [:]
    for (place, path) in paths.enumerated() {
      let index = places[path.attribute] ?? attributes.count
      if index == attributes.count {
        places[path.attribute] = index
        attributes.append(Attribute(name: path.attribute))
      }
      if let member = path.member {
        attributes[index].members.append((member, place))
      } else {
        attributes[index].whole.append(place)
      }
    }
    isSeen = [Bool](repeating: false, count: attributes.count)
  }

  /// Finds the values in a document. Of members with the same name the first one counts.
  /// - Returns: false where it is not certain: a name has escapes, there is white space, or it is no JSON. What stands inside strings is
  ///   not looked at.
  package mutating func find(in document: UnsafeRawBufferPointer) -> Bool {
    for place in ranges.indices { ranges[place] = nil }
    for index in isSeen.indices { isSeen[index] = false }
    expected = 0
    isPlain = true
    var isThere = false
    var scanner = ByteScanner(document)
    do throws(JSONSyntaxError) {
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        note(name, scanner)
        guard !isThere, scanner.matches(name, "attributes") else {
          try scanner.value()
          return
        }
        isThere = true
        if scanner.byte == UInt8(ascii: "{") { try readAttributes(&scanner) } else { try scanner.value() }
      }
    } catch { return false }
    return isPlain && scanner.position == document.count
  }

  private mutating func note(_ name: Range<Int>, _ scanner: ByteScanner) {
    if scanner.slice(name).contains(0x5C) { isPlain = false }
  }

  private mutating func readAttributes(_ scanner: inout ByteScanner) throws(JSONSyntaxError) {
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      note(name, scanner)
      let found = index(of: name, scanner)
      let value = try scanner.value()
      guard let found, !isSeen[found] else { return }
      isSeen[found] = true
      expected = found + 1
      for place in attributes[found].whole { ranges[place] = value }
      guard !attributes[found].members.isEmpty, scanner.bytes[value.lowerBound] == UInt8(ascii: "{") else { return }
      try readMembers(of: found, ByteScanner(scanner.bytes, at: value.lowerBound))
    }
  }

  private mutating func readMembers(of index: Int, _ scanner: ByteScanner) throws(JSONSyntaxError) {
    var scanner = scanner
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      note(name, scanner)
      let value = try scanner.value()
      for member in attributes[index].members where ranges[member.place] == nil {
        if scanner.matches(name, member.name) { ranges[member.place] = value }
      }
    }
  }

  private func index(of name: Range<Int>, _ scanner: ByteScanner) -> Int? {
    if expected < attributes.count, scanner.matches(name, attributes[expected].name) { return expected }
    return attributes.firstIndex { scanner.matches(name, $0.name) }
  }
}
