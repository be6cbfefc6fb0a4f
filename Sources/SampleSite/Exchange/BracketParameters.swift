import JSONAPI

/// A query string as PHP reads it: `a[b][]=x` is a tree. The order of the client is kept.
struct BracketParameters: Sendable {
  /// A value or a list of named ones; `[]` counts from 0.
  indirect enum Value: Sendable, Equatable {
    case text(String)
    case list([Entry])

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var entries: [Entry]? { if case .list(let entries) = self { entries } else { nil } }
    subscript(name: String) -> Value? { entries?.first { $0.name == name }?.value }
  }

  struct Entry: Sendable, Equatable {
    var name: String
    var value: Value
  }

  private(set) var entries: [Entry] = []

  /// Reads the part of a URL after `?`.
  init(_ query: Substring) {
    for pair in query.split(separator: "&") {
      let equals = pair.firstIndex(of: "=")
      let name = BracketParameters.decoded(pair[..<(equals ?? pair.endIndex)])
      let value = equals.map { BracketParameters.decoded(pair[pair.index(after: $0)...]) } ?? ""
      let keys = BracketParameters.keys(name)
      guard let first = keys.first, !first.isEmpty else { continue }
      BracketParameters.insert(keys[...], value, into: &entries)
    }
  }

  subscript(name: String) -> Value? { entries.first { $0.name == name }?.value }

  /// Sets a parameter in its place, or appends it.
  func setting(_ name: String, _ value: Value) -> BracketParameters {
    var copy = self
    if let index = copy.entries.firstIndex(where: { $0.name == name }) {
      copy.entries[index].value = value
    } else {
      copy.entries.append(Entry(name: name, value: value))
    }
    return copy
  }

  /// With its top-level names in byte order, as the site's `self` links have them (reference 2.3).
  var sorted: BracketParameters {
    var copy = self
    copy.entries.sort { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
    return copy
  }

  /// Percent-encoded as Drupal does: everything but unreserved characters and `/`. Empty without parameters.
  var encoded: String {
    var pairs: [String] = []
    func walk(_ entry: Entry, _ prefix: String) {
      switch entry.value {
      case .text(let text): pairs.append(prefix + "=" + BracketParameters.encoded(text))
      case .list(let entries):
        for inner in entries { walk(inner, prefix + "%5B" + BracketParameters.encoded(inner.name) + "%5D") }
      }
    }
    for entry in entries { walk(entry, BracketParameters.encoded(entry.name)) }
    return pairs.joined(separator: "&")
  }

  // MARK: Reading

  private static func keys(_ name: String) -> [String] {
    guard let open = name.firstIndex(of: "["), open != name.startIndex else { return [name] }
    var keys = [String(name[..<open])]
    var rest = name[open...]
    while rest.first == "[", let close = rest.firstIndex(of: "]") {
      keys.append(String(rest[rest.index(after: rest.startIndex)..<close]))
      rest = rest[rest.index(after: close)...]
    }
    return keys
  }

  private static func insert(_ keys: ArraySlice<String>, _ value: String, into entries: inout [Entry]) {
    guard var key = keys.first else { return }
    if key.isEmpty { key = String(entries.count { Int($0.name) != nil }) }
    let rest = keys.dropFirst()
    let index = entries.firstIndex { $0.name == key }
    guard !rest.isEmpty else {
      if let index {
        entries[index].value = .text(value)
      } else {
        entries.append(Entry(name: key, value: .text(value)))
      }
      return
    }
    var inner = index.flatMap { entries[$0].value.entries } ?? []
    insert(rest, value, into: &inner)
    if let index { entries[index].value = .list(inner) } else { entries.append(Entry(name: key, value: .list(inner))) }
  }

  /// Percent decoding with `+` as a space.
  static func decoded(_ text: Substring) -> String {
    String(decoding: PercentCoding.formDecoded(text.utf8), as: UTF8.self)
  }

  /// Percent encoding that leaves slashes as they are.
  static func encoded(_ text: String) -> String { PercentCoding.encoded(text, keeping: [UInt8(ascii: "/")]) }
}
