import GRDB
import GRDBSQLite
import JSONAPI

extension Views {
  /// Reads the views of types in one snapshot, for a copy of them elsewhere: whatever is written meanwhile, it sees one state.
  /// - Parameter body: is done within the snapshot, which keeps the write-ahead log from being emptied: it has an end of its own.
  /// - Throws: what `body` throws; a fault of the mirror.
  package func snapshotToPublish<Value>(_ body: (ViewSnapshot) throws -> Value) throws -> Value {
    try read { try body(ViewSnapshot($0)) }
  }

  /// A word that is another one when a copy of the views would be otherwise. Costs a few small reads.
  package func stamp() throws -> String {
    try read { db in
      let bases = try String.cachedAll(
        db, sql: "SELECT name || ' ' || basis FROM report_view WHERE definition <> '' ORDER BY id")
      let facts = try String.cachedAll(
        db,
        sql: """
          SELECT value FROM setting WHERE name IN ('sequence', 'site_base_url', 'plain_text_after') ORDER BY name
          """)
      let known = try Int64.cachedOne(db, sql: ViewSnapshot.leastKnown)
      let round = try Bool.cachedOne(db, sql: ViewSnapshot.roundUnderWay, arguments: [Ledger.attempt])
      return (facts + [known.map { "\($0)" } ?? "", "\(round ?? false)"] + bases).joined(separator: "\n")
    }
  }
}

/// The views of types as they are at one time. Good only where it was handed out.
package struct ViewSnapshot {
  /// The number of the mirror's last change.
  package let last: Int64
  /// From which number on it is known what has left.
  package let keptFrom: Int64
  /// The site's base URL, which stands in texts; empty before the first round.
  package let siteBaseURL: String
  /// The site's Unix seconds up to which every type that was read is known; nil before.
  package let asOf: Int64?
  /// Whether the last round that read something has not ended: then what it has read so far is here.
  package let isRoundUnderWay: Bool
  /// The views.
  package let views: [ReportView]

  let connection: Database
  private let selects: [String: Select]

  /// The statement of a view, up to the end of its condition on the type.
  private struct Select {
    var type: Int64
    var sql: String
  }

  static let roundUnderWay = "SELECT finished IS NULL FROM run WHERE kind <> ? ORDER BY id DESC LIMIT 1"
  static let leastKnown = "SELECT min(known_until) FROM cursor WHERE known_until > 0"

  init(_ db: Database) throws {
    connection = db
    last = try ChangeNumber.last(db)
    keptFrom =
      try Int64.cachedOne(db, sql: "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'feed_kept_from'") ?? 0
    siteBaseURL = try MirrorFact.siteBaseURL.value(db) ?? ""
    asOf = try Int64.cachedOne(db, sql: ViewSnapshot.leastKnown)
    isRoundUnderWay =
      try Bool.cachedOne(db, sql: ViewSnapshot.roundUnderWay, arguments: [Ledger.attempt]) ?? false
    views = try ReportViewRows.all(db)
    var selects: [String: Select] = [:]
    for row in try Row.cachedAll(db, sql: "SELECT name, type, definition FROM report_view WHERE definition <> ''") {
      let definition: String = try row.decode(atIndex: 2)
      guard let start = definition.firstRange(of: " AS\n") else { continue }
      try selects[row.decode(atIndex: 0)] = Select(
        type: row.decode(atIndex: 1), sql: String(definition[start.upperBound...]))
    }
    self.selects = selects
  }

  /// Gives each row of a view to `body`, all or those of some resources.
  ///
  /// The statements of views end in their condition on the type (`ReportSQL`), so that another one goes behind it.
  /// - Parameters:
  ///   - view: a view of `views`, or of its links; one that is none has no rows.
  ///   - resources: the numbers of resources, as `changes` gives them; nil for all.
  package func rows(of view: String, resources: [Int64]? = nil, _ body: (ViewRow) throws -> Void) throws {
    guard let select = selects[view] else { return }
    guard let resources else {
      if try documentRows(of: view, select, body) { return }
      let statement = try RawStatement(connection.sqliteConnection, select.sql + " AND r.type = ?1")
      statement.bind(select.type, at: 1)
      while try statement.step() { try body(ViewRow(statement)) }
      return
    }
    let statement = try RawStatement(connection.sqliteConnection, select.sql + " AND r.id = ?1")
    for resource in resources {
      statement.bind(resource, at: 1)
      while try statement.step() { try body(ViewRow(statement)) }
      statement.reset()
    }
  }

  /// Reads all rows of a type's view with one pass over each document (`DocumentPlan`).
  /// - Returns: false where that cannot be; then nothing was given.
  private func documentRows(of name: String, _ select: Select, _ body: (ViewRow) throws -> Void) throws -> Bool {
    guard let view = views.first(where: { $0.name == name }), let plan = DocumentPlan(view, select.sql),
      let statement = try? RawStatement(connection.sqliteConnection, plan.sql)
    else { return false }
    let alone = try RawStatement(connection.sqliteConnection, select.sql + " AND r.id = ?1")
    let row = DocumentRow(plan, base: try ViewSnapshot.base(connection))
    statement.bind(select.type, at: 1)
    while try statement.step() {
      if row.read(statement) {
        try body(ViewRow(statement, row))
        continue
      }
      alone.bind(statement.integer(1), at: 1)
      while try alone.step() { try body(ViewRow(alone)) }
      alone.reset()
    }
    return true
  }

  /// What views put in the place of the mark of the base URL (`ReportSQL.based`).
  static func base(_ db: Database) throws -> String {
    try String.cachedOne(
      db, sql: "SELECT rtrim(value, '/') FROM setting WHERE name = ?", arguments: [MirrorFact.siteBaseURL.rawValue])
      ?? ""
  }
}

/// One row of a view, good until the next one is read.
package struct ViewRow {
  private let statement: RawStatement
  private let document: DocumentRow?

  /// - Parameter document: where the columns are; nil where they are those of the statement.
  init(_ statement: RawStatement, _ document: DocumentRow? = nil) {
    (self.statement, self.document) = (statement, document)
  }

  /// A column of the statement, or a value of the document.
  private enum Cell {
    case statement(Int32)
    case value(DocumentRow.Value, DocumentRow)
  }

  private func cell(_ column: Int) -> Cell {
    guard let document else { return .statement(Int32(column)) }
    switch document.places[column] {
    case .statement(let column): return .statement(column)
    case .document(let index): return .value(document.values[index], document)
    }
  }

  /// Whether a column is null.
  /// - Parameter column: from 0 on, as in the view.
  package func isNull(_ column: Int) -> Bool {
    switch cell(column) {
    case .statement(let column): statement.isNull(column)
    case .value(let value, _): value == .null
    }
  }

  /// The whole number of a column that has whole numbers or truth values.
  package func integer(_ column: Int) -> Int64 {
    switch cell(column) {
    case .statement(let column): return statement.integer(column)
    case .value(.integer(let number), _): return number
    case .value: return 0
    }
  }

  /// The number of a column of real numbers.
  package func real(_ column: Int) -> Double {
    switch cell(column) {
    case .statement(let column): return statement.double(column)
    case .value: return 0
    }
  }

  /// The bytes of a column of texts, times or JSON, UTF-8 where nothing is damaged.
  package func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    switch cell(column) {
    case .statement(let column): statement.bytes(column)
    case .value(let value, let document): document.bytes(value)
    }
  }
}
