import Foundation
import GRDBSQLite
import JSONAPI

/// The functions that compiled queries call, on read connections only: nothing in the file refers to them.
enum QueryFunctions {
  /// `mirror_fold(x)`: text as the site's database compares it; numbers as their text; null stays null.
  static let fold = "mirror_fold"
  /// `mirror_match(x, folded, mode)`: whether the folded text is in x (0), at its start (1), at its end (2) or all of it (3).
  static let match = "mirror_match"
  /// `mirror_find(x, folded, mode)`: the same where x is folded already.
  static let find = "mirror_find"
  /// `mirror_id(blob)`: the text of an id's stored form, as the site's database compares it.
  static let id = "mirror_id"

  static func register(on connection: OpaquePointer?) throws {
    let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
    let results = [
      sqlite3_create_function_v2(
        connection, fold, 1, flags, nil,
        { context, _, values in
          guard let value = values?[0], let text = QueryFunctions.text(value) else {
            return sqlite3_result_null(context)
          }
          QueryFunctions.result(context, GeneralCollation.fold(text, trimmed: true))
        }, nil, nil, nil),
      sqlite3_create_function_v2(
        connection, match, 3, flags, nil,
        { context, _, values in
          guard let value = values?[0], let needle = values?[1], let text = QueryFunctions.text(value),
            let wanted = QueryFunctions.text(needle)
          else { return sqlite3_result_null(context) }
          let folded = GeneralCollation.fold(text, trimmed: false)
          let found = folded.withUnsafeBufferPointer { folded in
            QueryFunctions.matches(folded, wanted, sqlite3_value_int(values?[2]))
          }
          sqlite3_result_int(context, found ? 1 : 0)
        }, nil, nil, nil),
      sqlite3_create_function_v2(
        connection, find, 3, flags, nil,
        { context, _, values in
          guard let value = values?[0], let needle = values?[1], let text = QueryFunctions.text(value),
            let wanted = QueryFunctions.text(needle)
          else { return sqlite3_result_null(context) }
          sqlite3_result_int(context, QueryFunctions.matches(text, wanted, sqlite3_value_int(values?[2])) ? 1 : 0)
        }, nil, nil, nil),
      sqlite3_create_function_v2(
        connection, id, 1, flags, nil,
        { context, _, values in
          guard let value = values?[0], let start = sqlite3_value_blob(value) else {
            return sqlite3_result_null(context)
          }
          let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
          guard bytes.count > 16 else { return QueryFunctions.result(context, QueryFunctions.uuidText(bytes)) }
          let text = UnsafeRawBufferPointer(rebasing: bytes[16...])
          QueryFunctions.result(
            context, GeneralCollation.fold(text.assumingMemoryBound(to: UInt8.self), trimmed: true))
        }, nil, nil, nil),
    ]
    guard results.allSatisfy({ $0 == SQLITE_OK }) else { throw SQLiteFault(connection) }
  }

  private static func text(_ value: OpaquePointer) -> UnsafeBufferPointer<UInt8>? {
    guard sqlite3_value_type(value) != SQLITE_NULL, let start = sqlite3_value_text(value) else { return nil }
    return UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
  }

  private static func result(_ context: OpaquePointer?, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      if bytes.isEmpty {
        sqlite3_result_text(context, "", 0, RawStatement.transient)
      } else {
        sqlite3_result_text(context, start, Int32(bytes.count), RawStatement.transient)
      }
    }
  }

  private static func matches(
    _ text: UnsafeBufferPointer<UInt8>, _ wanted: UnsafeBufferPointer<UInt8>, _ mode: Int32
  ) -> Bool {
    if mode == 3 {
      guard text.count == wanted.count else { return false }
      guard let start = wanted.baseAddress, let base = text.baseAddress, wanted.count > 0 else { return true }
      return memcmp(base, start, wanted.count) == 0
    }
    guard wanted.count > 0 else { return true }
    guard text.count >= wanted.count, let start = wanted.baseAddress, let base = text.baseAddress else { return false }
    switch mode {
    case 1: return memcmp(base, start, wanted.count) == 0
    case 2: return memcmp(base + (text.count - wanted.count), start, wanted.count) == 0
    default: return ByteSearch.found(UnsafeRawBufferPointer(wanted), in: UnsafeRawBufferPointer(text))
    }
  }

  private static func uuidText(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var text: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(0x2D) }
      text.append(Hexadecimal.upperDigit(byte >> 4))
      text.append(Hexadecimal.upperDigit(byte & 15))
    }
    return text
  }
}
