import GRDB
import GRDBSQLite

/// The mirror's views in one state, as far as a sight goes, in one read transaction. It is lent and must not be kept: as long as it is
/// there, the write-ahead log grows with what is written.
package struct ReportSnapshot {
  let db: Database
  let sight: Sight
  /// Which state it is.
  package let state: ReportSnapshotState
  /// The tables that there are for who sees so: those of types by name, then the reports.
  package let tables: [ReportTable]
  /// What is not among them although the sight shows it, a sentence each.
  package let leftOut: [String]

  init(_ db: Database, seeing sight: Sight) throws {
    (self.db, self.sight) = (db, sight)
    let tables = try ReportTables(db, seeing: sight)
    (self.tables, leftOut) = (tables.all, tables.leftOut)
    state = try ReportSnapshotState(db, ofTypes: Set(tables.all.compactMap(\.resourceType)))
  }

  /// Gives the rows of a table, in no order that is promised.
  /// - Throws: what `body` throws, and a fault of the mirror.
  package func rows(of table: ReportTable, _ body: (ReportRow) throws -> Void) throws {
    let statement = try RawStatement(db.sqliteConnection, table.statement(seeing: sight))
    let row = ReportRow(statement: statement, count: table.columns.count)
    while try statement.step() { try body(row) }
  }
}

/// A row of a table. What it gives is borrowed: valid only inside the call that gives the row.
package struct ReportRow {
  let statement: RawStatement
  /// How many columns it has.
  package let count: Int

  /// The value in a column, counted from 0.
  package subscript(column: Int) -> ReportValue {
    let index = Int32(column)
    return switch statement.storage(index) {
    case SQLITE_NULL: .null
    case SQLITE_INTEGER: .integer(statement.integer(index))
    case SQLITE_FLOAT: .real(statement.double(index))
    default: .text(statement.bytes(index))
    }
  }
}

/// A value of a row.
package enum ReportValue {
  /// There is none.
  case null
  /// A whole number, or a truth value as 0 or 1.
  case integer(Int64)
  /// A floating-point number.
  case real(Double)
  /// UTF-8, which may not be well-formed; of JSON its text.
  case text(UnsafeRawBufferPointer)
}

extension Views {
  /// Lends all views in one state. `body` must not suspend, and writes nothing to the mirror.
  /// - Throws: what `body` throws, and a fault of the mirror.
  package func snapshot<Value>(
    seeing sight: Sight = .everything, _ body: (ReportSnapshot) throws -> Value
  ) throws -> Value {
    try read { try body(ReportSnapshot($0, seeing: sight)) }
  }

  /// The last round that came as far as to read something; nil before the first. It costs next to nothing.
  package func lastRound() throws -> MirrorStatus.Run? { try read(ReportSnapshotState.lastRound) }
}
