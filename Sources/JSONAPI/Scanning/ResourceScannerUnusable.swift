extension ResourceScanner {
  /// What can be told of an element that cannot be used. It may be no JSON.
  mutating func unusable(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer, _ reason: String) -> UnusableRow {
    var row = UnusableRow(place: 0, reason: reason)
    row.fingerprint = UnusableRow.fingerprint(bytes[range])
    var scanner = LooseScanner(bytes, at: range.lowerBound)
    let text = ByteScanner(bytes)
    var attributes: Range<Int>?
    func content(_ value: Range<Int>) -> Range<Int>? {
      value.count >= 2 && bytes[value.lowerBound] == UInt8(ascii: "\"")
        ? value.lowerBound + 1..<value.upperBound - 1 : nil
    }
    for (name, value) in scanner.members() {
      if text.matches(name, "type") {
        row.type = content(value).map { text.text($0) }
      } else if text.matches(name, "id") {
        row.id = content(value).flatMap { text.id($0) }
      } else if text.matches(name, "attributes") {
        attributes = value
      }
    }
    guard let type = row.type, let attributes, let serial = serials.attribute(of: type) else { return row }
    var inner = LooseScanner(bytes, at: attributes.lowerBound)
    for (name, value) in inner.members() where text.text(name) == serial {
      row.internalID = text.serialNumber(value)
    }
    return row
  }
}
