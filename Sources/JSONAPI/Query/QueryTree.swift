import Coding

/// The parameters of a query string as PHP sees them: names in brackets nest (`filter[k][path]=title`). Members keep
/// their order; names are unique and compared byte for byte, never by Unicode equivalence.
package struct QueryTree: Sendable {
  /// What a name stands for.
  package enum Node: Sendable, Hashable {
    /// A scalar: PHP knows only strings here.
    case text(String)
    /// An array.
    case tree(QueryTree)

    /// The string, when this is a scalar.
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The members, when this is an array.
    package var tree: QueryTree? { if case .tree(let tree) = self { tree } else { nil } }
  }

  /// One name and what it stands for.
  package struct Member: Sendable, Hashable {
    /// Without brackets.
    package var name: String
    /// A scalar or an array.
    package var node: Node
    /// A member. A name holds no `]`, no NUL and is not a single white space: such a name has no written form.
    package init(name: String, node: Node) {
      self.name = name
      self.node = node
    }
  }

  /// All members, first to last.
  package private(set) var members: [Member]
  /// The greatest of the names that are integers, -1 where none is above: looked for among all of them at every element that is
  /// pushed, a long list would take time by its square.
  private var greatest: Int64 = -1
  /// Where names are; nil while the members are few.
  private var places: [MemberKey: Int]?
  /// Fewer are looked through as fast as looked up.
  private static let few = 12

  /// A tree of these members; a later one of the same name replaces the node of an earlier one.
  package init(_ members: [(String, Node)] = []) {
    self.members = []
    for (name, node) in members { self[name] = node }
  }

  /// Elements under the names `0`, `1`, … as in `value[]=a&value[]=b`.
  package init(list elements: [String]) {
    members = elements.enumerated().map { Member(name: String($0), node: .text($1)) }
    greatest = Int64(elements.count) - 1
    reindex()
  }

  /// Whether there is no member.
  package var isEmpty: Bool { members.isEmpty }

  /// The node of a name. Setting an existing one keeps its place, a new one goes to the end, nil removes.
  package subscript(name: String) -> Node? {
    get { index(of: name).map { members[$0].node } }
    set {
      switch (index(of: name), newValue) {
      case (let index?, let node?): members[index].node = node
      case (let index?, nil):
        members.remove(at: index)
        reindex()
        greatest = members.reduce(-1) { max($0, PHPInteger.value(of: $1.name) ?? -1) }
      case (nil, let node?): append(name, node)
      case (nil, nil): break
      }
    }
  }

  /// The same tree with its top-level names in byte order, integers before others by value (PHP's `ksort`).
  package var sortedByName: QueryTree {
    var sorted = self
    sorted.members.sort { left, right in
      if let left = PHPInteger.value(of: left.name), let right = PHPInteger.value(of: right.name) {
        return left < right
      }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    sorted.reindex()
    return sorted
  }

  /// Appends a member without looking for its name.
  mutating func append(_ name: String, _ node: Node) {
    members.append(Member(name: name, node: node))
    if places != nil {
      if places?[MemberKey(name)] == nil { places?[MemberKey(name)] = members.count - 1 }
    } else if members.count > QueryTree.few {
      reindex()
    }
    greatest = max(greatest, PHPInteger.value(of: name) ?? -1)
  }

  /// The name PHP gives to an element pushed to the end; nil when the indexes are used up.
  var nextIndex: String? { greatest == .max ? nil : String(greatest + 1) }

  /// Takes the members of a name out to be added to and put back: an empty text stands there meanwhile, and nothing is copied.
  mutating func takeTree(_ name: String) -> QueryTree? {
    guard let index = index(of: name), let tree = members[index].node.tree else { return nil }
    members[index].node = .text("")
    return tree
  }

  private func index(of name: String) -> Int? {
    if let places { return places[MemberKey(name)] }
    return members.firstIndex { MemberKey($0.name) == MemberKey(name) }
  }

  private mutating func reindex() {
    places =
      members.count > QueryTree.few
      ? Dictionary(members.enumerated().map { (MemberKey($1.name), $0) }) { first, _ in first } : nil
  }
}

extension QueryTree: Hashable {
  /// Whether both have the same members in the same order.
  package static func == (one: QueryTree, other: QueryTree) -> Bool {
    one.members == other.members && one.greatest == other.greatest
  }
  /// By the members.
  package func hash(into hasher: inout Hasher) { hasher.combine(members) }
}

/// PHP's rule for array keys: canonical decimal integers are numbers, all other names are strings.
enum PHPInteger {
  static func value(of name: String) -> Int64? {
    guard let first = name.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { return nil }
    guard let value = Int64(name), String(value).utf8.elementsEqual(name.utf8) else { return nil }
    return value
  }
}
