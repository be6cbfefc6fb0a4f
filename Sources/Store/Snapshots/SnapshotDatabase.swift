import GRDB
import GRDBSQLite

/// What SQLite said of a file that a snapshot is written into: nothing of the mirror.
package struct SnapshotFault: DiskError, Sendable, CustomStringConvertible {
  /// Whether there was no room for it.
  package var isFull: Bool
  /// SQLite's words.
  package var description: String

  fileprivate init(_ fault: SQLiteFault) {
    isFull = StorageFault.isFull(fault)
    description = fault.message
  }
}

/// A snapshot as a database of its own: tables in the place of views, with indexes. Nothing of the mirror's own is in it: neither
/// documents, queue, tokens nor secrets. It is of use when `finish` has returned, and of none before.
package final class SnapshotDatabase {
  /// So many indexes a table has: what a type with hundreds of references has behind them is looked through.
  private static let mostIndexes = 24

  private let connection: OpaquePointer?
  private var tables: [ReportTable] = []

  /// Begins one in an empty file.
  /// - Throws: `SnapshotFault`.
  package init(path: String) throws {
    var opened: OpaquePointer?
    guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else {
      defer { sqlite3_close_v2(opened) }
      throw SnapshotFault(SQLiteFault(opened))
    }
    connection = opened
    // Half a file is thrown away: nothing has to be taken back.
    for sql in [
      "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA locking_mode = EXCLUSIVE",
      "PRAGMA cache_size = -64000", "BEGIN",
    ] { try run(sql) }
  }

  deinit { sqlite3_close_v2(connection) }

  /// Writes a table.
  /// - Parameter each: is called after every row; what it throws ends the work.
  /// - Returns: how many rows it has.
  /// - Throws: `SnapshotFault`; what `ReportSnapshot.rows` throws.
  package func add(
    _ table: ReportTable, from snapshot: ReportSnapshot, each: () throws -> Void = {}
  ) throws -> Int64 {
    let name = ReportSQL.quoted(table.name)
    let columns = table.columns.map { "\(ReportSQL.quoted($0.name)) \(SnapshotDatabase.affinity($0.kind))" }
    try run("CREATE TABLE \(name) (\(columns.joined(separator: ", ")))")
    let marks = table.columns.map { _ in "?" }.joined(separator: ", ")
    let insertion = try written { try RawStatement(connection, "INSERT INTO \(name) VALUES (\(marks))") }
    var rows: Int64 = 0
    try snapshot.rows(of: table) { values in
      try written {
        for column in 0..<values.count { insertion.bind(values[column], at: Int32(column + 1)) }
        try insertion.run()
      }
      rows += 1
      try each()
    }
    tables.append(table)
    return rows
  }

  /// Writes what explains the tables, makes their indexes, and ends the file.
  /// - Parameter facts: what the snapshot is, by name.
  /// - Throws: `SnapshotFault`.
  package func finish(_ facts: [(name: String, value: String?)]) throws {
    try explain()
    try run("CREATE TABLE mirror_snapshot (name TEXT NOT NULL, value TEXT)")
    for fact in facts { try insert(into: "mirror_snapshot", [fact.name, fact.value]) }
    for table in tables {
      for column in table.columns.filter(\.isKey).prefix(SnapshotDatabase.mostIndexes) {
        // No table has a point in its name.
        let index = ReportSQL.quoted("\(table.name).\(column.name)")
        try run("CREATE INDEX \(index) ON \(ReportSQL.quoted(table.name)) (\(ReportSQL.quoted(column.name)))")
      }
    }
    try run("ANALYZE")
    try run("COMMIT")
  }

  /// The same as the mirror's view of that name, for the tables that are here.
  private func explain() throws {
    try run(
      "CREATE TABLE mirror_columns (view TEXT NOT NULL, \"column\" TEXT, type TEXT NOT NULL, field TEXT, label TEXT, path TEXT)"
    )
    for table in tables {
      for column in table.columns {
        try insert(
          into: "mirror_columns",
          [table.name, column.name, column.kind.rawValue, column.field, column.label, column.path])
      }
    }
  }

  private static func affinity(_ kind: ReportColumn.Kind) -> String {
    switch kind {
    case .integer, .boolean: "INTEGER"
    case .real: "REAL"
    case .time, .text, .json: "TEXT"
    }
  }

  private func insert(into table: String, _ values: [String?]) throws {
    let marks = values.map { _ in "?" }.joined(separator: ", ")
    try written {
      let statement = try RawStatement(connection, "INSERT INTO \(table) VALUES (\(marks))")
      for (index, value) in values.enumerated() {
        if let value {
          statement.bind(value, at: Int32(index + 1))
        } else {
          statement.bind(nil as Int64?, at: Int32(index + 1))
        }
      }
      try statement.run()
    }
  }

  private func run(_ sql: String) throws {
    try written { try RawStatement(connection, sql).run() }
  }

  /// Tells what this file's SQLite refuses from what the mirror's does.
  private func written<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let fault as SQLiteFault { throw SnapshotFault(fault) }
  }
}

extension RawStatement {
  /// Binds a value of another statement's row, which stays where it is until this one is reset.
  fileprivate func bind(_ value: ReportValue, at index: Int32) {
    switch value {
    case .null: bind(nil as Int64?, at: index)
    case .integer(let number): bind(number, at: index)
    case .real(let number): bind(number, at: index)
    // An empty text has no place, and would be bound as null.
    case .text(let bytes) where bytes.isEmpty: bind("", at: index)
    case .text(let bytes): bindText(bytes, at: index)
    }
  }
}
