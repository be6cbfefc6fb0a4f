import JSONAPI

/// The values that a row of a view has out of its document: the same as those of the expressions of `ReportSQL.value`, which it goes by.
/// Where it is not certain of one, it says so, and the view itself is asked for that row.
final class DocumentRow {
  /// A value.
  enum Value: Hashable {
    case null
    case integer(Int64)
    /// A text as it stands in the document.
    case document(Range<Int>)
    /// A text that was made of it.
    case made(Range<Int>)
  }

  /// Where the view's columns are.
  let places: [DocumentPlan.Place]
  /// The values of the row that was read last, in the plan's order.
  private(set) var values: [Value]
  private let kinds: [ReportColumn.Kind]
  private let base: [UInt8]
  private var columns: StoredColumns
  private var document = UnsafeRawBufferPointer(start: nil, count: 0)
  private let text = MadeText()

  /// - Parameter base: what stands in texts for its mark: the site's base URL without slashes at its end.
  init(_ plan: DocumentPlan, base: String) {
    places = plan.places
    kinds = plan.kinds
    values = [Value](repeating: .null, count: plan.paths.count)
    columns = StoredColumns(plan.paths)
    self.base = Array(base.utf8)
  }

  /// Reads the document of a statement's row, its first column: null, or JSON that SQLite takes. It has to stay where it is for as long as
  /// the values are used.
  /// - Returns: false where a value is not certain.
  func read(_ statement: RawStatement) -> Bool {
    if statement.isNull(0) {
      for index in values.indices { values[index] = .null }
      return true
    }
    return read(statement.bytes(0))
  }

  /// Reads a document; as above.
  func read(_ document: UnsafeRawBufferPointer) -> Bool {
    self.document = document
    text.removeAll()
    guard columns.find(in: document) else { return false }
    for index in values.indices {
      guard let value = value(columns.ranges[index], kinds[index]) else { return false }
      values[index] = value
    }
    return true
  }

  /// The bytes of a text; none for what is no text.
  func bytes(_ value: Value) -> UnsafeRawBufferPointer {
    switch value {
    case .null, .integer: UnsafeRawBufferPointer(start: nil, count: 0)
    case .document(let range): UnsafeRawBufferPointer(rebasing: document[range])
    case .made(let range): text.bytes(range)
    }
  }

  // MARK: Values

  /// - Returns: nil where it is not certain.
  private func value(_ range: Range<Int>?, _ kind: ReportColumn.Kind) -> Value? {
    guard let range, document[range.lowerBound] != UInt8(ascii: "n") else { return .null }
    let first = document[range.lowerBound]
    switch kind {
    case .boolean:
      return first == UInt8(ascii: "t") ? .integer(1) : first == UInt8(ascii: "f") ? .integer(0) : .null
    case .integer:
      let isNumber = first == UInt8(ascii: "-") || (0x30...0x39).contains(first)
      return isNumber ? integer(range).map(Value.integer) : .null
    case .time: return first == UInt8(ascii: "\"") ? time(range.lowerBound + 1..<range.upperBound - 1) : .null
    case .text, .json:
      switch first {
      case UInt8(ascii: "t"), UInt8(ascii: "f"): return .document(range)
      case UInt8(ascii: "{"), UInt8(ascii: "["): return based(.document(range))
      case UInt8(ascii: "\""):
        // In a column of JSON, SQLite writes a text anew.
        return kind == .json ? nil : string(range.lowerBound + 1..<range.upperBound - 1)
      default: return integer(range) == nil ? nil : .document(range)
      }
    case .real: return nil
    }
  }

  /// A whole number that SQLite shows in the same digits.
  private func integer(_ range: Range<Int>) -> Int64? {
    let isNegative = document[range.lowerBound] == UInt8(ascii: "-")
    let digits = isNegative ? range.lowerBound + 1..<range.upperBound : range
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var number: Int64 = 0
    for index in digits {
      guard (0x30...0x39).contains(document[index]) else { return nil }
      number = number * 10 + Int64(document[index] - 0x30)
    }
    if isNegative { return number == 0 ? nil : -number }
    return number
  }

  /// `2026-01-31T12:00:00+01:00` and `2026-01-31T11:00:00Z`: whatever else may be one is SQLite's to know.
  private func time(_ range: Range<Int>) -> Value? {
    let bytes = UnsafeRawBufferPointer(rebasing: document[range])
    guard !bytes.contains(0x5C), bytes.count == 20 || bytes.count == 25, bytes[10] == UInt8(ascii: "T"),
      bytes[0] != UInt8(ascii: "0"), bytes[17] < UInt8(ascii: "6"), bytes[19] != UInt8(ascii: "."),
      let seconds = RFC3339.unixSeconds(bytes: bytes)
    else { return nil }
    if bytes.count == 20 { return bytes[19] == UInt8(ascii: "Z") ? .document(range) : nil }
    let start = text.count
    if bytes[20..<25].elementsEqual("00:00".utf8) {
      text.append(UnsafeRawBufferPointer(rebasing: bytes[..<19]))
    } else {
      // SQLite has no zones beyond 14 hours.
      guard bytes[20] == UInt8(ascii: "0") || (bytes[20] == UInt8(ascii: "1") && bytes[21] <= UInt8(ascii: "3")) else {
        return nil
      }
      var shown: [UInt8] = []
      RFC3339.append(unixSeconds: seconds, into: &shown)
      guard shown.count == 25, shown[0] != UInt8(ascii: "0") else { return nil }
      shown.withUnsafeBytes { bytes in _ = text.append(UnsafeRawBufferPointer(rebasing: bytes[..<19])) }
    }
    text.append(UInt8(ascii: "Z"))
    return .made(start..<text.count)
  }

  private func string(_ range: Range<Int>) -> Value? {
    let bytes = UnsafeRawBufferPointer(rebasing: document[range])
    guard MadeText.first(0x5C, in: bytes, from: 0) != nil else { return based(.document(range)) }
    return text.unescape(bytes).map { range in based(Value.made(range)) }
  }

  /// With the base URL in the place of its mark.
  private func based(_ value: Value) -> Value {
    let source = bytes(value)
    let marks = MadeText.marks(in: source)
    guard !marks.isEmpty else { return value }
    // Whatever is read stays where it is while there is room.
    text.reserve(source.count + marks.count * base.count)
    let again = bytes(value)
    let start = text.count
    var from = 0
    for mark in marks {
      text.append(UnsafeRawBufferPointer(rebasing: again[from..<mark]))
      base.withUnsafeBytes { bytes in _ = text.append(bytes) }
      from = mark + BaseMark.bytes.count
    }
    text.append(UnsafeRawBufferPointer(rebasing: again[from...]))
    return .made(start..<text.count)
  }
}
