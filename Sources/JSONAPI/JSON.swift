/// A JSON value (RFC 8259) that keeps what JSON:API documents need kept: the order of members and the exact digits of
/// numbers. For everything but the hot path, which works on bytes (`ByteScanner`).
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

/// The members of a JSON object in their order. Names are unique, compared byte for byte as the site compares them; setting an
/// existing name keeps its place. Looking a name up takes the same time however many there are.
package struct JSONObject: Sendable {
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
  package private(set) var members: [Member] = []
  /// Where names are; nil while the members are few.
  private var places: [MemberKey: Int]?
  /// Fewer are looked through as fast as looked up.
  private static let few = 12

  /// An object with these members; a later one of the same name replaces the value of an earlier one.
  package init(_ members: [(String, JSON)] = []) {
    self.members.reserveCapacity(members.count)
    for (name, value) in members { self[name] = value }
  }

  /// An object with these members; a later one of the same name replaces the value of an earlier one.
  init(read members: [Member]) {
    guard members.count > JSONObject.few else {
      for member in members { self[member.name] = member.value }
      return
    }
    var places: [MemberKey: Int] = [:]
    places.reserveCapacity(members.count)
    var unique: [Member] = []
    unique.reserveCapacity(members.count)
    for member in members {
      if let place = places[MemberKey(member.name)] {
        unique[place].value = member.value
      } else {
        places[MemberKey(member.name)] = unique.count
        unique.append(member)
      }
    }
    self.members = unique
    if unique.count > JSONObject.few { self.places = places }
  }

  /// The names, first to last.
  package var names: [String] { members.map(\.name) }
  /// Whether there is no member.
  package var isEmpty: Bool { members.isEmpty }

  /// The value of a member; assigning nil removes it.
  package subscript(name: String) -> JSON? {
    get { place(of: name).map { members[$0].value } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil):
        members.remove(at: place)
        if places != nil { index() }
      case (nil, let value?):
        members.append(Member(name: name, value: value))
        if places != nil {
          places?[MemberKey(name)] = members.count - 1
        } else if members.count > JSONObject.few {
          index()
        }
      case (nil, nil): break
      }
    }
  }

  /// Takes the value of a member out to be changed where it is and put back: null stands in its place meanwhile, and nothing is
  /// copied.
  package mutating func take(_ name: String) -> JSON? {
    guard let place = place(of: name) else { return nil }
    let value = members[place].value
    members[place].value = .null
    return value
  }

  private func place(of name: String) -> Int? {
    if let places { return places[MemberKey(name)] }
    return members.firstIndex { MemberKey($0.name) == MemberKey(name) }
  }

  private mutating func index() {
    guard members.count > JSONObject.few else {
      places = nil
      return
    }
    places = Dictionary(members.enumerated().map { (MemberKey($1.name), $0) }) { first, _ in first }
  }
}

extension JSONObject: Hashable {
  package static func == (one: JSONObject, other: JSONObject) -> Bool { one.members == other.members }
  package func hash(into hasher: inout Hasher) { hasher.combine(members) }
}

/// A name by its bytes. Equivalence of Unicode would take time by the square of the marks on one letter.
struct MemberKey: Hashable {
  let name: String

  init(_ name: String) { self.name = name }

  static func == (one: MemberKey, other: MemberKey) -> Bool {
    let (left, right) = (one.name.utf8, other.name.utf8)
    return left.count == right.count && left.elementsEqual(right)
  }

  func hash(into hasher: inout Hasher) {
    var name = name
    name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
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
