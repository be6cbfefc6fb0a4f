import Store

/// Rows in the text format of `COPY` (PostgreSQL, "COPY", File Formats): fields between tabs, `\N` for null, and a backslash before what
/// has a meaning. Values that PostgreSQL would refuse are repaired or left out, each by itself; so hardly ever a row is refused.
struct CopyText {
  /// The rows so far.
  private(set) var bytes: [UInt8] = []
  /// Where each row ends.
  private(set) var ends: [Int] = []

  private static let null: [UInt8] = [0x5C, UInt8(ascii: "N")]

  /// Appends a row.
  /// - Returns: the columns whose values are odd, with why.
  mutating func append(_ row: ViewRow, _ kinds: [ReportColumn.Kind]) -> [(column: Int, oddity: ValueOddity)] {
    var odd: [(column: Int, oddity: ValueOddity)] = []
    for (column, kind) in kinds.enumerated() {
      if column > 0 { bytes.append(0x09) }
      if row.isNull(column) {
        bytes += CopyText.null
        continue
      }
      if let oddity = append(row, column, kind) { odd.append((column, oddity)) }
    }
    bytes.append(0x0A)
    ends.append(bytes.count)
    return odd
  }

  /// Forgets the rows, and keeps the room.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Where the bytes of some rows are.
  func range(of rows: Range<Int>) -> Range<Int> {
    let start = rows.lowerBound == 0 ? 0 : ends[rows.lowerBound - 1]
    return start..<(rows.isEmpty ? start : ends[rows.upperBound - 1])
  }

  /// The first field of a row, an id, as far as it is for people.
  func id(of row: Int) -> String {
    let range = range(of: row..<row + 1)
    return String(decoding: bytes[range].prefix { $0 != 0x09 && $0 != 0x0A }, as: UTF8.self)
  }

  private mutating func append(_ row: ViewRow, _ column: Int, _ kind: ReportColumn.Kind) -> ValueOddity? {
    switch kind {
    case .integer:
      bytes += "\(row.integer(column))".utf8
      return nil
    case .real:
      let value = row.real(column)
      bytes += value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity").utf8 : "\(value)".utf8
      return nil
    case .boolean:
      let value = row.integer(column)
      guard value == 0 || value == 1 else { return nullified(.boolean) }
      bytes.append(UInt8(ascii: value == 1 ? "t" : "f"))
      return nil
    case .time:
      let text = row.bytes(column)
      guard CopyText.isTime(text) else { return nullified(.time) }
      bytes += text
      return nil
    case .text: return appendText(row.bytes(column))
    case .json:
      var json = PublishedJSON()
      guard json.read(row.bytes(column)) else { return nullified(.json) }
      let oddity = json.bytes.withUnsafeBytes { appendText($0) }
      return json.oddity ?? oddity
    }
  }

  private mutating func nullified(_ oddity: ValueOddity) -> ValueOddity {
    bytes += CopyText.null
    return oddity
  }

  /// `2026-01-31T12:00:00Z`, from the year 1 on.
  static func isTime(_ text: UnsafeRawBufferPointer) -> Bool {
    let form: StaticString = "0000-00-00T00:00:00Z"
    guard text.count == form.utf8CodeUnitCount else { return false }
    let fits = form.withUTF8Buffer { form in
      zip(text, form).allSatisfy { byte, wanted in
        wanted == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == wanted
      }
    }
    return fits && !text.prefix(4).allSatisfy { $0 == UInt8(ascii: "0") }
  }

  // MARK: Texts

  /// Appends a text with a backslash before what has a meaning: what is between is copied as it stands.
  private mutating func appendText(_ text: UnsafeRawBufferPointer) -> ValueOddity? {
    let start = bytes.count
    var hasHigh = false
    var hasZero = false
    var copied = 0
    for (index, byte) in text.enumerated() {
      if byte >= 0x80 { hasHigh = true }
      guard byte == 0x5C || byte < 0x20, let escape = CopyText.escape(byte) else { continue }
      bytes += UnsafeRawBufferPointer(rebasing: text[copied..<index])
      bytes += escape
      copied = index + 1
      if byte == 0 { hasZero = true }
    }
    bytes += UnsafeRawBufferPointer(rebasing: text[copied...])
    if hasHigh, !isUTF8(from: start) {
      let repaired = String(decoding: bytes[start...], as: UTF8.self)
      bytes.removeSubrange(start...)
      bytes += repaired.utf8
      return .encoding
    }
    return hasZero ? .zero : nil
  }

  private func isUTF8(from start: Int) -> Bool {
    bytes.withUnsafeBytes {
      String(validating: UnsafeRawBufferPointer(rebasing: $0[start...]), as: UTF8.self) != nil
    }
  }

  private static let backslash: [UInt8] = [0x5C, 0x5C]
  private static let newline: [UInt8] = [0x5C, UInt8(ascii: "n")]
  private static let carriageReturn: [UInt8] = [0x5C, UInt8(ascii: "r")]
  private static let tab: [UInt8] = [0x5C, UInt8(ascii: "t")]
  /// U+FFFD.
  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  private static func escape(_ byte: UInt8) -> [UInt8]? {
    switch byte {
    case 0x5C: backslash
    case 0x0A: newline
    case 0x0D: carriageReturn
    case 0x09: tab
    case 0x00: replacement
    default: nil
    }
  }
}
