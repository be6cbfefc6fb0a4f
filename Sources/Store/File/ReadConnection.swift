import GRDBSQLite
import Synchronization

/// A read-only connection with its prepared statements, used by one thread at a time.
final class ReadConnection {
  private let connection: OpaquePointer?
  private var statements: [String: RawStatement] = [:]
  private var fixed = [RawStatement?](repeating: nil, count: FixedStatement.allCases.count)
  private let deadline = ReadDeadline()
  /// What the queries need not read.
  let held = HeldDocuments()

  /// Opens the mirror's file for reading.
  /// - Throws: `SQLiteFault` when it cannot be opened; `MirrorFault` where another file is under its path by now.
  init(file: MirrorFile) throws {
    try file.checkNow()
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
    guard sqlite3_open_v2(file.name, &opened, flags, nil) == SQLITE_OK else {
      defer { sqlite3_close_v2(opened) }
      throw SQLiteFault(opened)
    }
    connection = opened
    // A reader only waits where another program has the whole file for itself; event loops wait here.
    sqlite3_busy_timeout(opened, 500)
    sqlite3_exec(opened, "PRAGMA cache_size = -8000; PRAGMA query_only = ON;", nil, nil, nil)
    try QueryFunctions.register(on: opened)
    try held.register(on: opened)
    deadline.watch(opened)
  }

  /// Lets SQLite work on what `body` asks for no longer than this.
  /// - Throws: `QueryOverdue` when it took longer.
  func within<Value>(_ limit: Duration, _ body: () throws -> Value) throws -> Value {
    deadline.start(limit)
    defer { deadline.stop() }
    do { return try body() } catch let fault as SQLiteFault where fault.code & 0xFF == SQLITE_INTERRUPT {
      throw QueryOverdue(limit: limit)
    }
  }

  /// - Throws: `QueryOverdue` when the time that `within` gave is up.
  func checkTime() throws { try deadline.check() }

  deinit {
    statements.removeAll()
    fixed.removeAll()
    sqlite3_close_v2(connection)
  }

  /// The prepared statement for this SQL. Reset after use by the caller.
  func statement(_ sql: String) throws -> RawStatement {
    if let statement = statements[sql] { return statement }
    // Filters are written by clients: a cache that kept every shape of them would grow without bound.
    if statements.count >= 64 { statements.removeAll() }
    let statement = try RawStatement(connection, sql)
    statements[sql] = statement
    return statement
  }

  /// The same without a look at the text.
  func statement(_ which: FixedStatement) throws -> RawStatement {
    if let statement = fixed[which.rawValue] { return statement }
    let statement = try RawStatement(connection, which.sql)
    fixed[which.rawValue] = statement
    return statement
  }

  /// Whether a snapshot is open.
  var isInSnapshot: Bool { sqlite3_get_autocommit(connection) == 0 }

  /// Runs several statements in one snapshot.
  func snapshot<Value>(_ body: () throws -> Value) throws -> Value {
    try statement("BEGIN").run()
    defer { _ = try? statement("COMMIT").run() }
    return try body()
  }
}

/// Read-only connections for the local API, lent to one caller at a time, as many as there are callers at once.
final class ReadConnections: Sendable {
  private let file: MirrorFile
  private let timeLimit: Duration
  private let idle = Mutex<Lent>(Lent())

  /// Connections wander between threads, one at a time: what the lock guards.
  private struct Lent: @unchecked Sendable { var connections: [ReadConnection] = [] }

  init(file: MirrorFile, timeLimit: Duration) {
    self.file = file
    self.timeLimit = timeLimit
  }

  /// Lends a connection for the length of `body`, which must not suspend.
  /// - Throws: what `body` throws; `MirrorFault` where the file is not what it was, locked, or damaged.
  func with<Value>(_ body: (ReadConnection) throws -> Value) throws -> Value {
    do { return try lend(body) } catch let fault as SQLiteFault {
      throw MirrorOpening.described(fault, path: file.path)
    }
  }

  private func lend<Value>(_ body: (ReadConnection) throws -> Value) throws -> Value {
    try file.check()
    let taken = idle.withLock { Taken(connection: $0.connections.popLast()) }
    let connection = try taken.connection ?? ReadConnection(file: file)
    defer {
      // One that is still in a snapshot, for it could not end it, would show its state for ever.
      let back = Taken(connection: connection.isInSnapshot ? nil : connection)
      idle.withLock { lent in
        if let connection = back.connection, lent.connections.count < 16 { lent.connections.append(connection) }
      }
    }
    return try connection.within(timeLimit) { try body(connection) }
  }

  private struct Taken: @unchecked Sendable { var connection: ReadConnection? }
}
