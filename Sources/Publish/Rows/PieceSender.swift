import Dispatch
import Synchronization

/// A row that PostgreSQL did not take, by its id, with PostgreSQL's error code.
struct RefusedRow: Sendable, Hashable {
  var id: String
  var state: String
}

/// Sends pieces of rows while the next ones are made: so the mirror's file and the server work at the same time. A piece that the server
/// refuses for its values is sent again in halves, down to the row that is at fault, which is left out.
final class PieceSender {
  /// More than so many of a piece are no odd rows: the table is not what it should be.
  private static let mostRefused = 200

  /// What became of a piece.
  private final class Outcome: Sendable {
    let result = Mutex<Result<[RefusedRow], any Error>>(.success([]))
    let done = DispatchSemaphore(value: 0)
  }

  private let connection: PostgresConnection
  private let queue = DispatchQueue(label: "publish.rows")
  private var underWay: Outcome?

  init(_ connection: PostgresConnection) { self.connection = connection }

  /// Begins to send a piece, once the one before is there.
  /// - Parameter statement: the `COPY` that takes it.
  /// - Returns: the rows of the one before that were refused.
  func send(_ piece: CopyText, _ statement: String) throws -> [RefusedRow] {
    try begin { [connection] in
      var refused: [RefusedRow] = []
      try PieceSender.copy(piece, 0..<piece.ends.count, statement, connection, &refused)
      return refused
    }
  }

  /// Begins to run statements, once the piece before is there: they end before the next piece begins.
  /// - Returns: the rows of the one before that were refused.
  func run(_ statements: [String]) throws -> [RefusedRow] {
    try begin { [connection] in
      for statement in statements { try connection.run(statement) }
      return []
    }
  }

  private func begin(_ work: @escaping @Sendable () throws -> [RefusedRow]) throws -> [RefusedRow] {
    let refused = try join()
    let outcome = Outcome()
    underWay = outcome
    queue.async {
      let result = Result<[RefusedRow], any Error> { try work() }
      outcome.result.withLock { $0 = result }
      outcome.done.signal()
    }
    return refused
  }

  /// Waits for the piece that is under way. The connection is nobody's after that.
  func join() throws -> [RefusedRow] {
    guard let outcome = underWay else { return [] }
    outcome.done.wait()
    underWay = nil
    return try outcome.result.withLock { $0 }.get()
  }

  /// Gives up what is under way. The connection is of no more use, and nobody's.
  func abandon() {
    guard let outcome = underWay else { return }
    connection.abandon()
    outcome.done.wait()
    underWay = nil
  }

  private static func copy(
    _ piece: CopyText, _ rows: Range<Int>, _ statement: String, _ connection: PostgresConnection,
    _ refused: inout [RefusedRow]
  ) throws {
    if rows.isEmpty { return }
    try connection.run("SAVEPOINT piece")
    do {
      let range = piece.range(of: rows)
      try piece.bytes.withUnsafeBytes {
        try connection.copy(statement, UnsafeRawBufferPointer(rebasing: $0[range]))
      }
      try connection.run("RELEASE SAVEPOINT piece")
    } catch let fault as PostgresFault where fault.isOfValues && refused.count < mostRefused {
      try connection.run("ROLLBACK TO SAVEPOINT piece; RELEASE SAVEPOINT piece")
      if rows.count == 1 {
        refused.append(RefusedRow(id: piece.id(of: rows.lowerBound), state: fault.state ?? "?"))
        return
      }
      let middle = rows.lowerBound + rows.count / 2
      try copy(piece, rows.lowerBound..<middle, statement, connection, &refused)
      try copy(piece, middle..<rows.upperBound, statement, connection, &refused)
    }
  }
}
