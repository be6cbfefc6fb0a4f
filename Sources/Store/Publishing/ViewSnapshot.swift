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
}

/// One row of a view, good until the next one is read.
package struct ViewRow {
  private let statement: RawStatement

  init(_ statement: RawStatement) { self.statement = statement }

  /// Whether a column is null.
  /// - Parameter column: from 0 on, as in the view.
  package func isNull(_ column: Int) -> Bool { statement.isNull(Int32(column)) }
  /// The whole number of a column.
  package func integer(_ column: Int) -> Int64 { statement.integer(Int32(column)) }
  /// The number of a column.
  package func real(_ column: Int) -> Double { statement.double(Int32(column)) }
  /// The bytes of a text, UTF-8 where nothing is damaged.
  package func bytes(_ column: Int) -> UnsafeRawBufferPointer { statement.bytes(Int32(column)) }
}
