/// What a client says in `Accept-Encoding` (RFC 9110 section 12.5.3), as far as gzip goes.
enum AcceptEncoding {
  /// Whether the client takes gzip at least as gladly as no coding.
  static func prefersGzip(_ header: String) -> Bool {
    var gzip: Int?
    var identity: Int?
    var others: Int?
    for element in header.utf8.split(separator: UInt8(ascii: ",")) {
      let parts = element.split(separator: UInt8(ascii: ";"))
      guard let first = parts.first else { continue }
      let name = String(decoding: trimmed(first), as: UTF8.self).lowercased()
      let weight = parts.dropFirst().lazy.compactMap(weight).first ?? 1000
      switch name {
      case "gzip", "x-gzip": gzip = weight
      case "identity": identity = weight
      case "*": others = weight
      default: break
      }
    }
    let wanted = gzip ?? others ?? 0
    // A coding that is not named, such as identity, is acceptable but not asked for.
    return wanted > 0 && wanted >= identity ?? 0
  }

  /// `q=0.5` in thousandths; nil for another parameter. A weight that cannot be read counts as 0: not asked for.
  private static func weight(_ parameter: Substring.UTF8View) -> Int? {
    let text = trimmed(parameter)
    guard text.count >= 2, let name = text.first, name | 0x20 == UInt8(ascii: "q"),
      text.dropFirst().first == UInt8(ascii: "=")
    else { return nil }
    let value = Double(String(decoding: text.dropFirst(2), as: UTF8.self)) ?? 0
    return value >= 0 && value <= 1 ? Int(value * 1000) : 0
  }

  private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
    var text = text
    while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
    return text
  }
}
