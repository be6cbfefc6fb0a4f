import JSONAPI

/// Members of a type that are not what they were, as a decision only: stored facts against a page.
package struct SchemaDrift: Sendable, Hashable, CustomStringConvertible {
  /// The name of the type, such as `node--topic`.
  package var type: String
  /// Attributes and relationships that no resource of the page has any more.
  package var vanished: [String]
  /// Attributes whose kind of value is another one.
  package var changed: [String]

  /// Compares the members of a stored resource with those of a page.
  /// - Returns: nil when they agree, or when the page has no whole resource.
  package init?(type: String, stored: [UInt8], page: [[UInt8]]) {
    guard let before = StoredMembers(stored), !before.isEmpty else { return nil }
    let now = page.compactMap(StoredMembers.init).filter { !$0.isEmpty }
    guard !now.isEmpty else { return nil }
    let names = now.reduce(into: Set<String>()) { $0.formUnion($1.names) }
    self.type = type
    vanished = before.names.filter { !names.contains($0) }.sorted()
    changed = before.kinds.compactMap { name, kind in
      let kinds = now.compactMap { $0.kinds[name] }
      return !kinds.isEmpty && !kinds.contains { $0 == kind } ? name : nil
    }.sorted()
    if vanished.isEmpty && changed.isEmpty { return nil }
  }

  /// One sentence for the operator.
  package var description: String {
    let gone = vanished.isEmpty ? "" : " no longer has \(vanished.joined(separator: ", "))"
    let other = changed.isEmpty ? "" : " has another kind of value in \(changed.joined(separator: ", "))"
    return type + gone + (gone.isEmpty || other.isEmpty ? "" : ", and") + other
  }
}

/// The names of a document's members, and what kinds of values its attributes have.
private struct StoredMembers {
  /// Null and the empty array say nothing of a kind: the site sends them for whatever is empty.
  enum Kind { case flag, number, text, list, object }

  var kinds: [String: Kind] = [:]
  var names: Set<String> = []
  var isEmpty: Bool { names.isEmpty }

  /// Nil for a damaged document, and for one that is only a label.
  init?(_ document: [UInt8]) {
    let layout = document.withUnsafeBytes { bytes -> [(String, Kind?)]? in
      guard let layout = StoredLayout(bytes), !layout.relationships.isEmpty else { return nil }
      return layout.attributes.map { ($0.name, StoredMembers.kind(bytes[$0.value])) }
        + layout.relationships.map { ($0.name, nil) }
    }
    guard let layout else { return nil }
    for (name, kind) in layout {
      names.insert(name)
      if let kind { kinds[name] = kind }
    }
  }

  private static func kind(_ value: Slice<UnsafeRawBufferPointer>) -> Kind? {
    switch value.first {
    case UInt8(ascii: "n"): nil
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .flag
    case UInt8(ascii: "["): value.count > 2 ? .list : nil
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "\""): .text
    default: .number
    }
  }
}
