import JSONAPI

/// The habit of having resources that no client can use, one among about twenty: what modules and half-done migrations leave behind.
enum BrokenRows {
  /// What is wrong with a resource.
  enum Kind: Int64, CaseIterable {
    case nullID, noID, emptyID, numericID, noType, foreignType, twice, controlCharacter, textForAttributes, depth, null
    case unknownEscape, halfSurrogate
  }

  /// What is wrong with the resource of a serial number; nil for most.
  static func kind(of id: Int64) -> Kind? {
    id % 19 == 4 ? Kind(rawValue: id / 19 % Int64(Kind.allCases.count)) : nil
  }

  /// Breaks the resource object that begins at `start`.
  static func spoil(_ bytes: inout [UInt8], from start: Int, _ row: Row, isListed: Bool) {
    guard let kind = kind(of: row.id) else { return }
    let id = row.uuid.text
    func replace(_ text: String, _ new: String) {
      guard let range = bytes[start...].firstRange(of: Array(text.utf8)) else { return }
      bytes.replaceSubrange(range, with: Array(new.utf8))
    }
    let object = Array(bytes[start...])
    switch kind {
    case .nullID: replace("\"id\":\"\(id)\"", "\"id\":null")
    case .noID: replace("\"id\":\"\(id)\",", "")
    case .emptyID: replace("\"id\":\"\(id)\"", "\"id\":\"\"")
    case .numericID: replace("\"id\":\"\(id)\"", "\"id\":\(row.id)")
    case .noType:
      if let end = bytes[start...].firstRange(of: Array("\"id\":".utf8)) {
        bytes.replaceSubrange(start + 1..<end.lowerBound, with: [])
      }
    case .foreignType:
      if let end = bytes[start...].firstRange(of: Array(",\"id\":".utf8)) {
        bytes.replaceSubrange(start + 1..<end.lowerBound, with: Array("\"type\":\"node--from_elsewhere\"".utf8))
      }
    case .twice: if isListed { bytes += [UInt8(ascii: ",")] + object }
    case .controlCharacter: replace("\"langcode\":\"", "\"langcode\":\"\u{1}")
    case .textForAttributes:
      if let begin = bytes[start...].firstRange(of: Array("\"attributes\":{".utf8)) {
        bytes.replaceSubrange(begin.upperBound - 1..<bytes.count, with: Array("\"none\"}".utf8))
      }
    case .depth:
      let deep = String(repeating: "[", count: 700) + String(repeating: "]", count: 700)
      replace("\"attributes\":{", "\"attributes\":{\"deep\":\(deep),")
    case .null: bytes.replaceSubrange(start..., with: Array("null".utf8))
    case .unknownEscape: replace("\"langcode\":\"", "\"langcode\":\"\\q")
    case .halfSurrogate: replace("\"langcode\":\"", "\"langcode\":\"\\ud800")
    }
  }
}
