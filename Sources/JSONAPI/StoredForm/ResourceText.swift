import Coding

/// A resource object as compact bytes in the site's style, of which single members of `attributes` and `relationships` are read and
/// set. What is not set stays as it is, to the byte, and no values are made of it: of a document that a write changes one member of,
/// nearly all is only copied.
package struct ResourceText: Sendable {
  /// The two groups of members.
  package enum Group: String, Sendable, Hashable { case attributes, relationships }

  private struct Member: Sendable {
    /// Between the quotes, as it stands.
    var name: [UInt8]
    var value: Value
  }

  private enum Value: Sendable {
    case stored(Range<Int>)
    case new(JSON)
  }

  /// One of the groups.
  private struct Members: Sendable {
    /// With its braces; nil where the object has none of that name.
    var place: Range<Int>?
    private(set) var all: [Member] = []
    var isChanged = false
    /// Where names are; nil while the members are few.
    private var places: [[UInt8]: Int]?
    /// Fewer are looked through as fast as looked up.
    private static let few = 64

    init(at place: Range<Int>? = nil) { self.place = place }

    mutating func append(_ member: Member) {
      all.append(member)
      if places != nil {
        places?[member.name] = all.count - 1
      } else if all.count > Members.few {
        places = Dictionary(all.enumerated().map { ($1.name, $0) }) { $1 }
      }
    }

    /// Of two of one name the later counts.
    func value(_ name: [UInt8]) -> Value? { place(of: name).map { all[$0].value } }

    mutating func set(_ name: [UInt8], to value: JSON) {
      isChanged = true
      if let place = place(of: name) {
        all[place].value = .new(value)
      } else {
        append(Member(name: name, value: .new(value)))
      }
    }

    private func place(of name: [UInt8]) -> Int? {
      if let places { return places[name] }
      return all.lastIndex { $0.name == name }
    }
  }

  private let bytes: [UInt8]
  private var attributes: Members
  /// Nil where the object has none.
  private var relationships: Members?
  private var ownID: Range<Int>?
  /// Where relationships would be: what stands there is no object.
  private var noRelationships: Range<Int>?

  /// Takes a text.
  /// - Throws: `JSONSyntaxError` where it is no object, in its outlines.
  package init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
    var (attributes, relationships) = (Members(), Members?.none)
    var id: Range<Int>?
    var place: Range<Int>?
    try bytes.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
      var scanner = ByteScanner(UnsafeRawBufferPointer(bytes))
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        if scanner.matches(name, "attributes") {
          attributes = try ResourceText.members(&scanner)
        } else if scanner.matches(name, "relationships"), scanner.byte == UInt8(ascii: "{") {
          relationships = try ResourceText.members(&scanner)
        } else {
          let value = try scanner.value()
          if scanner.matches(name, "id") { id = value }
          if scanner.matches(name, "relationships") { place = value }
        }
      }
      guard scanner.position == bytes.count else { throw scanner.failure("text after the object") }
    }
    (self.bytes, self.attributes, self.relationships, ownID) = (bytes, attributes, relationships, id)
    noRelationships = relationships == nil ? place : nil
  }

  /// The members of the object under the cursor; none where something else is there, which stands for no members.
  private static func members(_ scanner: inout ByteScanner) throws(JSONSyntaxError) -> Members {
    guard scanner.byte == UInt8(ascii: "{") else { return Members(at: try scanner.value()) }
    let start = scanner.position
    var members = Members()
    try scanner.members { (scanner, name) throws(JSONSyntaxError) in
      let value = try scanner.value()
      let bytes = scanner.slice(name)
      // One character can be escaped in several ways.
      let isPlain = !bytes.contains(UInt8(ascii: "\\"))
      members.append(Member(name: isPlain ? Array(bytes) : escaped(scanner.text(name)), value: .stored(value)))
    }
    members.place = start..<scanner.position
    return members
  }

  /// The whole of it.
  /// - Throws: `JSONSyntaxError` where a value in it is no JSON.
  package func json() throws(JSONSyntaxError) -> JSON {
    var text: [UInt8] = []
    append(to: &text)
    return try JSON(parsing: text)
  }

  /// The resource's id as it stands there; nil where it has none that is a text.
  package var id: String? { ownID.flatMap { try? JSON(parsing: Array(bytes[$0])).string } }

  /// Whether there are any attributes.
  package var hasAttributes: Bool { !attributes.all.isEmpty }

  /// The value of a member; nil where there is none.
  /// - Throws: `JSONSyntaxError` where its value is no JSON.
  package func value(_ group: Group, _ name: String) throws(JSONSyntaxError) -> JSON? {
    let members = group == .attributes ? attributes : relationships
    guard let value = members?.value(ResourceText.escaped(name)) else { return nil }
    return try parsed(value)
  }

  /// Sets a member: in its place, or behind the others. Relationships of an object that has none are not made.
  package mutating func set(_ group: Group, _ name: String, to value: JSON) {
    switch group {
    case .attributes: attributes.set(ResourceText.escaped(name), to: value)
    case .relationships: relationships?.set(ResourceText.escaped(name), to: value)
    }
  }

  /// Sets each member that another text of the resource has and this one lacks.
  /// - Returns: whether there was any.
  /// - Throws: `JSONSyntaxError` where the value of one is no JSON.
  package mutating func keep(from other: ResourceText) throws(JSONSyntaxError) -> Bool {
    let isKept = try ResourceText.keep(other.attributes, of: other, in: &attributes)
    guard let theirs = other.relationships else { return isKept }
    if relationships == nil { relationships = Members(at: noRelationships) }
    guard var own = relationships else { return isKept }
    relationships = nil
    defer { relationships = own }
    return try ResourceText.keep(theirs, of: other, in: &own) || isKept
  }

  private static func keep(
    _ theirs: Members, of other: ResourceText, in own: inout Members
  ) throws(JSONSyntaxError) -> Bool {
    var isAny = false
    for member in theirs.all where own.value(member.name) == nil {
      own.set(member.name, to: try other.parsed(member.value))
      isAny = true
    }
    return isAny
  }

  private func parsed(_ value: Value) throws(JSONSyntaxError) -> JSON {
    switch value {
    case .new(let json): json
    case .stored(let range): try JSON(parsing: Array(bytes[range]))
    }
  }

  private static func escaped(_ name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    JSON.encodeContent(name, into: &bytes, .site)
    return bytes
  }

  /// Appends the text with what was set.
  package func append(to output: inout [UInt8]) {
    output.reserveCapacity(output.count + bytes.count + 1_024)
    var at = 0
    let changed = [attributes, relationships].compactMap { $0 }.filter(\.isChanged)
    let placed = changed.compactMap { members in members.place.map { ($0, members.all) } }
    for (place, members) in placed.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      output.append(contentsOf: bytes[at..<place.lowerBound])
      append(members, to: &output)
      at = place.upperBound
    }
    let added: [(name: Group, members: Members?)] = [(.attributes, attributes), (.relationships, relationships)]
    output.append(contentsOf: bytes[at..<bytes.count - 1])
    for (name, members) in added {
      guard let members, members.isChanged, members.place == nil else { continue }
      if output.last != UInt8(ascii: "{") { output.append(UInt8(ascii: ",")) }
      JSON.encode(name.rawValue, into: &output, .site)
      output.append(UInt8(ascii: ":"))
      append(members.all, to: &output)
    }
    output.append(UInt8(ascii: "}"))
  }

  private func append(_ members: [Member], to output: inout [UInt8]) {
    output.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.append(UInt8(ascii: "\""))
      output.append(contentsOf: member.name)
      output.append(UInt8(ascii: "\""))
      output.append(UInt8(ascii: ":"))
      switch member.value {
      case .stored(let range): output.append(contentsOf: bytes[range])
      case .new(let json): json.encode(into: &output, .site)
      }
    }
    output.append(UInt8(ascii: "}"))
  }
}
