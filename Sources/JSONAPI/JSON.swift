/// A JSON value (RFC 8259) that keeps what JSON:API documents need kept: the order of members and the exact digits of
/// numbers. For everything but the hot path, which works on bytes (`ObjectScanner`).
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  /// The digits as they were sent, such as `12`, `0.5` or `1e3`.
  case number(String)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  /// An integer as a JSON number.
  package static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

  /// The text, when this is a string.
  package var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The truth value, when this is one.
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The value of a number without fraction or exponent that fits 64 bits.
  package var integer: Int64? { if case .number(let digits) = self { Int64(digits) } else { nil } }
  /// The value of any number.
  package var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }
  /// The elements, when this is an array.
  package var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  /// The members, when this is an object.
  package var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
  /// Whether this is `null`.
  package var isNull: Bool { self == .null }

  /// The member `name` of an object; nil for other values and absent members.
  package subscript(name: String) -> JSON? { object?[name] }
  /// The element `index` of an array; nil for other values and out of range.
  package subscript(index: Int) -> JSON? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }
}

/// The members of a JSON object in their order. Names are unique; setting an existing name keeps its place.
package struct JSONObject: Sendable, Hashable {
  /// One member.
  package struct Member: Sendable, Hashable {
    package var name: String
    package var value: JSON
    /// A member of the given name.
    package init(name: String, value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// All members, first to last.
  package private(set) var members: [Member]

  /// An object with these members; a later one of the same name replaces the value of an earlier one.
  package init(_ members: [(String, JSON)] = []) {
    self.members = []
    self.members.reserveCapacity(members.count)
    for (name, value) in members { self[name] = value }
  }

  /// For the parser, which has checked that names are unique.
  init(unique members: [Member]) { self.members = members }

  /// The names, first to last.
  package var names: [String] { members.map(\.name) }
  /// Whether there is no member.
  package var isEmpty: Bool { members.isEmpty }

  /// The value of a member; assigning nil removes it.
  package subscript(name: String) -> JSON? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A JSON string.
  package init(stringLiteral value: String) { self = .string(value) }
  /// A JSON number.
  package init(integerLiteral value: Int64) { self = .integer(value) }
  /// `true` or `false`.
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A JSON array.
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// A JSON object with its members in the order written.
  package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
  /// `null`.
  package init(nilLiteral: ()) { self = .null }
}
