import Coding

/// Where the values of a few attributes stand in a stored document, found without making anything of the others.
package enum StoredAttributes {
  /// The places of the values, in the order of the names; nil for an attribute that is not there.
  /// - Parameter names: of attributes, as they are written.
  /// - Returns: nil where the document is damaged.
  package static func values(of names: [StaticString], in document: UnsafeRawBufferPointer) -> [Range<Int>?]? {
    var found = [Range<Int>?](repeating: nil, count: names.count)
    var scanner = ByteScanner(document)
    do throws(JSONSyntaxError) {
      try scanner.members { (scanner, name) throws(JSONSyntaxError) in
        let isAttributes = scanner.matches(name, "attributes")
        let value = try scanner.value()
        guard isAttributes, scanner.bytes[value.lowerBound] == UInt8(ascii: "{") else { return }
        var inner = ByteScanner(document, at: value.lowerBound)
        try inner.members { (inner, name) throws(JSONSyntaxError) in
          let index = names.firstIndex { inner.matches(name, $0) }
          let value = try inner.value()
          if let index { found[index] = value }
        }
      }
    } catch { return nil }
    return found
  }
}
