import Store

/// Brings rows of views into their tables, in pieces.
final class TableWriter {
  /// So large a piece is: two are in memory at a time, and each costs a savepoint.
  private static let pieceBytes = 4 << 20
  private static let pieceRows = 20_000

  private let sender: PieceSender
  private let table: PublishedTable
  private let statement: String
  private let kinds: [ReportColumn.Kind]
  private var piece = CopyText()
  /// How many rows were written.
  private(set) var rows: Int64 = 0
  /// What was odd about them.
  var findings: PublishFindings

  /// - Parameters:
  ///   - table: the table as its view is now.
  ///   - sql: the schema in which it stands.
  init(_ table: PublishedTable, _ sql: TableSQL, _ sender: PieceSender, _ findings: PublishFindings) {
    self.table = table
    self.sender = sender
    self.findings = findings
    statement = sql.copy(into: table)
    kinds = table.columns.map { ReportColumn.Kind(rawValue: $0.kind) ?? .text }
  }

  /// Takes a row of the view.
  /// - Throws: a `PostgresFault` also of rows that were taken before; `CancellationError`.
  func add(_ row: ViewRow) throws {
    let odd = piece.append(row, kinds)
    if !odd.isEmpty {
      let id = piece.id(of: piece.ends.count - 1)
      for value in odd { findings.add(table, id, column: value.column, value.oddity) }
    }
    rows += 1
    if piece.bytes.count >= TableWriter.pieceBytes || piece.ends.count >= TableWriter.pieceRows { try send() }
  }

  /// Returns when all rows are there.
  func finish() throws {
    try send()
    for row in try sender.join() { findings.add(table, row) }
  }

  private func send() throws {
    try Task.checkCancellation()
    guard !piece.ends.isEmpty else { return }
    for row in try sender.send(piece, statement) { findings.add(table, row) }
    piece = CopyText()
  }
}
