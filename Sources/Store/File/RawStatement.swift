import GRDB
import GRDBSQLite
import JSONAPI

/// A fault of SQLite itself, with its own words.
package struct SQLiteFault: Error, Sendable, CustomStringConvertible {
  /// The extended result code.
  package var code: Int32
  /// SQLite's own words (`sqlite3_errmsg`); `unknown` where it has none.
  package var message: String
  /// One line for the operator.
  package var description: String { "SQLite: \(message) (code \(code))" }

  init(_ connection: OpaquePointer?) {
    code = sqlite3_extended_errcode(connection)
    message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "unknown"
  }
}

/// A prepared statement without copies: bytes are bound and read where they are. For the two hot paths, applying pages and
/// answering reads; everything else goes through GRDB.
final class RawStatement {
  private let connection: OpaquePointer?
  private let statement: OpaquePointer?
  /// Who finalizes the statement, where it is not this one.
  private let owner: Statement?
  private var isMisbound = false

  /// Prepares one statement for long use.
  /// - Throws: `SQLiteFault` when the SQL is not valid there.
  init(_ connection: OpaquePointer?, _ sql: String) throws {
    self.connection = connection
    var prepared: OpaquePointer?
    guard sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil) == SQLITE_OK else {
      throw SQLiteFault(connection)
    }
    statement = prepared
    owner = nil
  }

  /// A statement that the connection keeps for the next who wants it: for those of every transaction. Not for two at a time.
  init(cached sql: String, _ db: Database) throws {
    connection = db.sqliteConnection
    // By a text of its own: one that GRDB ran too would be left as only GRDB expects it, neither reset nor unbound.
    let owner = try db.cachedStatement(sql: sql + " -- raw")
    statement = owner.sqliteStatement
    self.owner = owner
  }

  deinit { if owner == nil { sqlite3_finalize(statement) } else { reset() } }

  /// Makes it ready for the next use; bound bytes are let go.
  func reset() {
    sqlite3_reset(statement)
    sqlite3_clear_bindings(statement)
    isMisbound = false
  }

  /// Runs to the next row. False at the end.
  func step() throws -> Bool {
    if isMisbound { throw SQLiteFault(connection) }
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw SQLiteFault(connection)
    }
  }

  /// Runs a statement that gives no rows, and resets it.
  func run() throws {
    defer { reset() }
    while try step() {}
  }

  func bind(_ value: Int64?, at index: Int32) {
    note(value.map { sqlite3_bind_int64(statement, index, $0) } ?? sqlite3_bind_null(statement, index))
  }

  func bind(_ value: Double, at index: Int32) { note(sqlite3_bind_double(statement, index, value)) }

  func bind(_ value: String, at index: Int32) {
    var value = value
    value.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        note(sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), RawStatement.transient))
      }
    }
  }

  /// Binds bytes that stay where they are until the statement is reset.
  func bindBlob(_ bytes: UnsafeRawBufferPointer, at index: Int32) {
    note(sqlite3_bind_blob(statement, index, bytes.baseAddress, Int32(bytes.count), nil))
  }

  /// Binds UTF-8 that stays where it is until the statement is reset.
  func bindText(_ bytes: UnsafeRawBufferPointer, at index: Int32) {
    let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    note(sqlite3_bind_text(statement, index, text, Int32(bytes.count), nil))
  }

  /// Binds a copy of an id's stored form.
  func bind(_ id: ResourceID, at index: Int32) {
    id.withStoredBytes {
      note(sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), RawStatement.transient))
    }
  }

  /// A value that was not bound would leave the one before in its place: the next step throws.
  private func note(_ code: Int32) {
    if code != SQLITE_OK { isMisbound = true }
  }

  func bind(_ arguments: [QueryArgument]) {
    for (index, argument) in arguments.enumerated() {
      switch argument {
      case .integer(let value): bind(value, at: Int32(index + 1))
      case .real(let value): bind(value, at: Int32(index + 1))
      case .text(let value): bind(value, at: Int32(index + 1))
      case .id(let value): bind(value, at: Int32(index + 1))
      }
    }
  }

  /// As what SQLite has a value: `SQLITE_INTEGER`, `SQLITE_FLOAT`, `SQLITE_TEXT`, `SQLITE_BLOB`, `SQLITE_NULL`.
  func storage(_ column: Int32) -> Int32 { sqlite3_column_type(statement, column) }
  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
  func double(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }
  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
  func text(_ column: Int32) -> String { sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "" }

  /// The bytes of a text or blob, valid until the next step or reset.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(statement, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
  }

  /// How many rows the last statement of the connection changed.
  var changes: Int { Int(sqlite3_changes(connection)) }
  /// The row id of the last insertion of the connection.
  var lastRowID: Int64 { sqlite3_last_insert_rowid(connection) }

  static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
