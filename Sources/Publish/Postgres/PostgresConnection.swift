import Foundation

#if Postgres
import CPostgres
import Synchronization

/// One connection to a PostgreSQL server, through libpq: the only place that knows of it. Whatever it waits for has an end, and is given
/// up where the task is cancelled; after that, and after a fault of the connection, it is of no more use.
///
/// libpq lets any thread use a connection, one at a time (PostgreSQL, "Behavior in Threaded Programs"): `PieceSender` sees to that.
final class PostgresConnection: @unchecked Sendable {
  /// So long a statement may take.
  private static let statementSeconds = 3_600
  /// So long the server may take nothing of what is sent to it.
  private static let stallSeconds = 120

  private let connection: OpaquePointer
  private let isAbandoned = Atomic(false)

  /// Connects.
  /// - Throws: a `PostgresFault`, also where the server is none that can be used.
  init(_ target: PostgresTarget) throws {
    guard let opened = PQconnectdb(target.conninfo) else { throw PostgresFault(.connection, "out of memory") }
    connection = opened
    guard PQstatus(connection) == CONNECTION_OK else {
      throw PostgresFault(.connection, String(cString: PQerrorMessage(connection)))
    }
    guard PQserverVersion(connection) >= 120_000 else {
      throw PostgresFault(.statement, "the server is older than PostgreSQL 12")
    }
    guard PQsetnonblocking(connection, 1) == 0 else { throw lost() }
    try run(
      """
      SET standard_conforming_strings = on; SET search_path = pg_catalog; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';
      SET lock_timeout = '60s'; SET statement_timeout = '\(PostgresConnection.statementSeconds)s';
      SET idle_in_transaction_session_timeout = '15min'; SET client_min_messages = 'warning'
      """)
    let encoding = try value("SHOW server_encoding")
    guard encoding == "UTF8" else {
      throw PostgresFault(.statement, "the database has the encoding \(encoding ?? "?"); one of UTF8 is needed")
    }
  }

  deinit { PQfinish(connection) }

  /// Whoever waits for the server gives up, on whatever thread.
  func abandon() { isAbandoned.store(true, ordering: .relaxed) }

  /// Runs statements that give nothing back.
  func run(_ sql: String) throws { _ = try rows(sql) }

  /// The first value of the first row; nil where there is none or it is null.
  func value(_ sql: String) throws -> String? { try rows(sql).first?.first ?? nil }

  /// Runs a statement.
  /// - Returns: its rows; of several statements those of the last. Small ones: all are kept.
  func rows(_ sql: String) throws -> [[String?]] {
    guard PQsendQuery(connection, sql) == 1 else { throw lost() }
    try flush()
    return try results()
  }

  /// Runs a statement `COPY … FROM STDIN` over bytes in the text format.
  /// - Throws: a `PostgresFault`; then none of these rows is there, and a transaction is of no more use.
  func copy(_ sql: String, _ bytes: UnsafeRawBufferPointer) throws {
    guard PQsendQuery(connection, sql) == 1 else { throw lost() }
    try flush()
    try wait(until: { PQisBusy(connection) == 0 }, seconds: PostgresConnection.statementSeconds)
    guard let begun = PQgetResult(connection) else { throw lost() }
    let status = PQresultStatus(begun)
    guard status == PGRES_COPY_IN else {
      let fault = self.fault(of: begun) ?? PostgresFault(.statement, "COPY was answered with another thing")
      PQclear(begun)
      _ = try? results()
      throw fault
    }
    PQclear(begun)
    var sent = 0
    while sent < bytes.count {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[sent..<min(bytes.count, sent + 65_536)])
      try put { PQputCopyData(connection, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count)) }
      sent += piece.count
      // Else libpq would keep all of it in memory.
      try flush()
    }
    try put { PQputCopyEnd(connection, nil) }
    try flush()
    _ = try results()
  }

  // MARK: Waiting

  /// Sends as soon as there is room: 1 is sent, 0 is no room now.
  private func put(_ send: () -> Int32) throws {
    while true {
      switch send() {
      case 1: return
      case 0: try flush()
      default: throw lost()
      }
    }
  }

  private func flush() throws {
    try wait(
      until: {
        let left = PQflush(connection)
        if left < 0 { throw lost() }
        return left == 0
      }, seconds: PostgresConnection.stallSeconds, isSending: true)
  }

  /// Takes what comes until something holds.
  private func wait(until isDone: () throws -> Bool, seconds: Int, isSending: Bool = false) throws {
    let end = ContinuousClock.now + .seconds(seconds + 30)
    while try !isDone() {
      try Task.checkCancellation()
      if isAbandoned.load(ordering: .relaxed) { throw CancellationError() }
      guard ContinuousClock.now < end else { throw PostgresFault(.connection, "the server does not answer") }
      var socket = pollfd(
        fd: PQsocket(connection), events: Int16(isSending ? POLLIN | POLLOUT : POLLIN), revents: 0)
      guard socket.fd >= 0 else { throw lost() }
      if poll(&socket, 1, 500) > 0, socket.revents & ~Int16(POLLOUT) != 0 {
        guard PQconsumeInput(connection) == 1 else { throw lost() }
      }
    }
  }

  /// The rows of the last result.
  /// - Throws: the first fault, after all results were taken.
  private func results() throws -> [[String?]] {
    var rows: [[String?]] = []
    var first: PostgresFault?
    while true {
      try wait(until: { PQisBusy(connection) == 0 }, seconds: PostgresConnection.statementSeconds)
      guard let result = PQgetResult(connection) else { break }
      defer { PQclear(result) }
      if let fault = self.fault(of: result) {
        first = first ?? fault
        if fault.kind == .connection { throw fault }
      }
      rows = PostgresConnection.rows(of: result)
    }
    if let first { throw first }
    return rows
  }

  private static func rows(of result: OpaquePointer) -> [[String?]] {
    let columns = PQnfields(result)
    return (0..<max(0, PQntuples(result))).map { row in
      (0..<max(0, columns)).map { column in
        PQgetisnull(result, row, column) == 1 ? nil : PQgetvalue(result, row, column).map { String(cString: $0) }
      }
    }
  }

  private func fault(of result: OpaquePointer) -> PostgresFault? {
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_COPY_IN: return nil
    default: break
    }
    let state = mirror_pq_sqlstate(result).map { String(cString: $0) }
    guard PQstatus(connection) == CONNECTION_OK, let state else { return lost() }
    let message = mirror_pq_message(result).map { String(cString: $0) } ?? "no message"
    // Class 57 and 08: the server ends the connection, or does not take any.
    let isLost = state.hasPrefix("57P") || state.hasPrefix("08") || state.hasPrefix("25P03")
    return PostgresFault(isLost ? .connection : .statement, state: state, message)
  }

  private func lost() -> PostgresFault {
    PostgresFault(.connection, String(cString: PQerrorMessage(connection)))
  }
}
#else
/// A program that was built without libpq (package trait `Postgres`) has no connections.
final class PostgresConnection: Sendable {
  init(_ target: PostgresTarget) throws { throw PostgresFault(.notBuilt, "this program was built without it") }
  func run(_ sql: String) throws {}
  func value(_ sql: String) throws -> String? { nil }
  func rows(_ sql: String) throws -> [[String?]] { [] }
  func copy(_ sql: String, _ bytes: UnsafeRawBufferPointer) throws {}
  func abandon() {}
}
#endif
