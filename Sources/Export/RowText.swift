import JSONAPI
import Store

/// Rows of a table as text, a line each.
protocol RowText {
  /// What stands before the rows.
  func begin(into bytes: inout [UInt8])
  /// Appends a row.
  func append(_ row: ReportRow, into bytes: inout [UInt8])
}

/// RFC 4180: commas, CR LF, quotes where they are needed, a line of names first. Null is nothing at all, an empty text is `""`, and
/// truth values are 0 and 1. A text is as it is, also one that a spreadsheet takes for a formula: that has quotes.
struct CSVText: RowText {
  let table: ReportTable

  func begin(into bytes: inout [UInt8]) {
    for (index, column) in table.columns.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      CSVText.append(column.name, into: &bytes)
    }
    bytes.append(contentsOf: "\r\n".utf8)
  }

  func append(_ row: ReportRow, into bytes: inout [UInt8]) {
    for column in 0..<row.count {
      if column > 0 { bytes.append(UInt8(ascii: ",")) }
      switch row[column] {
      case .null: break
      case .integer(let number): bytes.append(contentsOf: String(number).utf8)
      case .real(let number):
        bytes.append(contentsOf: (number.isInfinite ? number < 0 ? "-Infinity" : "Infinity" : "\(number)").utf8)
      case .text(let text): CSVText.append(String(decoding: text, as: UTF8.self), into: &bytes)
      }
    }
    bytes.append(contentsOf: "\r\n".utf8)
  }

  /// A text that begins with one of these is a formula to spreadsheets; in quotes it is none to those that can be told so.
  private static let formulas = Array("=+-@\t".utf8)

  /// A field. What is no UTF-8 is put right, for no reader takes it.
  static func append(_ text: String, into bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let isQuoted =
      text.utf8.first.map { formulas.contains($0) } ?? true
      || text.utf8.contains { $0 == quote || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
    guard isQuoted else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    bytes.append(quote)
    for byte in text.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }
}

/// JSON Lines: one object a line with a member for each column, null where there is no value. JSON values are values, truth values are
/// `true` and `false`; infinity, which JSON does not have, is null.
struct JSONLinesText: RowText {
  private let names: [[UInt8]]
  private let kinds: [ReportColumn.Kind]

  init(_ table: ReportTable) {
    kinds = table.columns.map(\.kind)
    names = table.columns.enumerated().map { index, column in
      var bytes: [UInt8] = [UInt8(ascii: index == 0 ? "{" : ",")]
      JSON.encode(column.name, into: &bytes, .plain)
      bytes.append(UInt8(ascii: ":"))
      return bytes
    }
  }

  func begin(into bytes: inout [UInt8]) {}

  func append(_ row: ReportRow, into bytes: inout [UInt8]) {
    for column in 0..<row.count {
      bytes.append(contentsOf: names[column])
      switch row[column] {
      case .null: bytes.append(contentsOf: "null".utf8)
      case .integer(let number) where kinds[column] == .boolean:
        bytes.append(contentsOf: (number == 0 ? "false" : "true").utf8)
      case .integer(let number): bytes.append(contentsOf: String(number).utf8)
      case .real(let number): bytes.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
      case .text(let text) where kinds[column] == .json:
        // SQLite has made it of JSON; a line end in it is white space, for in texts it is escaped.
        for byte in String(decoding: text, as: UTF8.self).utf8 {
          bytes.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte)
        }
      case .text(let text): JSON.encode(String(decoding: text, as: UTF8.self), into: &bytes, .plain)
      }
    }
    bytes.append(contentsOf: "}\n".utf8)
  }
}
