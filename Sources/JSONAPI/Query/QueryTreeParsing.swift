import Coding

extension QueryTree {
  /// Parses a raw query string (without `?`) as PHP fills `$_GET`: percent-decoding, `+` as space, nested brackets,
  /// `a[]=` appended, later values win, `.` and space in top-level names become `_`. Like PHP it drops what exceeds 64
  /// levels of nesting or 1,000 variables. Bytes that are not UTF-8 become U+FFFD. Never fails.
  package init(parsing query: String) {
    self.init(parsing: query, mangling: true)
  }

  /// The same.
  /// - Parameter mangling: whether top-level names are rewritten as in `$_GET`; Symfony's URIs keep them.
  package init(parsing query: String, mangling: Bool) {
    self.init()
    var query = query
    query.withUTF8 { bytes in
      var count = 0
      for variable in bytes.split(separator: UInt8(ascii: "&")) {
        count += 1
        guard count <= Limit.variables else { break }
        let equals = variable.firstIndex(of: UInt8(ascii: "="))
        let name = PercentCoding.formDecoded(variable[..<(equals ?? variable.endIndex)])
        let value = equals.map { QueryTree.decoded(variable[($0 + 1)...]) } ?? ""
        register(name, value, mangling: mangling)
      }
    }
  }

  private static func decoded(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    let isPlain = !value.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
    return isPlain
      ? String(decoding: value, as: UTF8.self) : String(decoding: PercentCoding.formDecoded(value), as: UTF8.self)
  }

  private enum Limit {
    /// PHP's `max_input_vars` and `max_input_nesting_level` as shipped.
    static let variables = 1000
    static let nesting = 64
  }

  /// One step into the tree; nil pushes to the end.
  private typealias Step = String?

  private mutating func register(_ rawName: [UInt8], _ value: String, mangling: Bool) {
    let name = rawName.prefix { $0 != 0 }.drop { $0 == UInt8(ascii: " ") }
    let top = name.prefix { $0 != UInt8(ascii: "[") }
    guard !top.isEmpty else { return }
    let topName = QueryTree.text(mangling ? top.map(QueryTree.mangled) : Array(top))
    var steps: [Step] = [topName]
    var open = top.endIndex
    while open < name.endIndex {
      guard steps.count <= Limit.nesting else {
        self[topName] = nil
        return
      }
      let start = open + 1
      var search = start
      if search < name.endIndex, QueryTree.isSpace(name[search]) { search += 1 }
      guard let close = name[search...].firstIndex(of: UInt8(ascii: "]")) else {
        // Without its end a bracket is part of a top-level name, and deeper down the rest is ignored.
        guard steps.count == 1 else { break }
        let bracket = mangling ? "_" : "["
        steps = [topName + bracket + QueryTree.text(name[start...].map(QueryTree.mangled))]
        break
      }
      steps.append(close == search ? nil : QueryTree.text(Array(name[start..<close])))
      open = close + 1
      guard open < name.endIndex, name[open] == UInt8(ascii: "[") else { break }
    }
    set(steps[...], value)
  }

  private mutating func set(_ steps: ArraySlice<Step>, _ value: String) {
    guard let step = steps.first, let name = step ?? nextIndex else { return }
    if steps.count == 1 {
      self[name] = .text(value)
    } else {
      var child = takeTree(name) ?? QueryTree()
      child.set(steps.dropFirst(), value)
      self[name] = .tree(child)
    }
  }

  private static func mangled(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") ? UInt8(ascii: "_") : byte
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
