import Logging
import Store

extension PublishPass {
  /// Carries out what is otherwise of the views, then what has changed since the copy's position.
  func follow(
    _ snapshot: ViewSnapshot, _ copy: Publication, _ changes: [TableChange], _ tables: [PublishedTable]
  ) throws {
    for change in changes {
      try carryOut(change)
      if change.needsRows, let table = change.table { try fill(table, sql, snapshot) }
      if case .make(let table) = change { for statement in sql.index(table) { try connection.run(statement) } }
      report.tables += 1
    }
    if !changes.isEmpty { try PublicationTables(connection, sql.schema).write(columnsOf: tables) }
    let whole = Set(changes.filter(\.needsRows).compactMap { $0.table?.name })
    let following = Dictionary(grouping: tables.filter { !whole.contains($0.name) }, by: \.type)
    var position = copy.sequence
    while position < snapshot.last {
      let page = try snapshot.changes(after: position)
      for (type, changed) in page.types.sorted(by: { $0.key < $1.key }) {
        for table in following[type] ?? [] { try fill(table, changed, snapshot) }
      }
      // A page that leads nowhere would be asked for without end.
      guard page.upTo > position else { break }
      position = page.upTo
    }
  }

  /// Makes a table what its view is, by itself: what stands in the way are objects of the database that are somebody's own.
  func carryOut(_ change: TableChange) throws {
    switch change {
    case .make(let table):
      try makeRoom(for: table)
      try connection.run(sql.make(table))
      try connection.run(sql.comments(table))
    case .drop(let table):
      let place = sql.place(table.name)
      if try !attempt("DROP TABLE IF EXISTS \(place)") {
        logger.warning("\(place) has no view any more; it is emptied, and stays for what depends on it")
        try empty(table)
      }
    case .alter(let table, let dropped, let added):
      for column in dropped { try drop(column, of: table, isReplaced: added.contains { $0.name == column }) }
      if !added.isEmpty { try empty(table) }
      for column in added { try add(column, to: table) }
      try connection.run(sql.comments(table))
    }
  }

  /// A table that stayed for what depends on it (`drop`) goes where its view comes back. It has no rows: one that has is somebody's own.
  private func makeRoom(for table: PublishedTable) throws {
    let place = sql.place(table.name)
    guard try connection.value("SELECT to_regclass(\(TableSQL.literal(place)))") != nil else { return }
    let isEmpty = try connection.value("SELECT NOT EXISTS (SELECT 1 FROM \(place))") == "t"
    if isEmpty, try attempt("DROP TABLE \(place)") { return }
    throw PublishRefusal(
      "\(place) stands where a view of the mirror is to be: drop it with what depends on it, and make that again afterwards"
    )
  }

  private func add(_ column: PublishedTable.Column, to table: PublishedTable) throws {
    let (place, name, type) = (sql.place(table.name), TableSQL.name(column.name), TableSQL.type(column))
    // One that stayed for what depends on it serves again where its values are of the same kind.
    guard try attempt("ALTER TABLE \(place) DROP COLUMN IF EXISTS \(name)") else {
      let former = try connection.value(
        """
        SELECT format_type(atttypid, atttypmod) FROM pg_attribute
        WHERE attrelid = to_regclass(\(TableSQL.literal(place))) AND attname = \(TableSQL.literal(column.name))
        """)
      guard let former, type == former || type.hasPrefix("\(former) ") else { throw isOfAnotherKind(place, name) }
      return
    }
    try connection.run("ALTER TABLE \(place) ADD COLUMN \(name) \(type)")
    if table.indexed.contains(column.name) { try connection.run("CREATE INDEX ON \(place) (\(name))") }
  }

  private func isOfAnotherKind(_ place: String, _ name: String) -> PublishRefusal {
    PublishRefusal(
      "the values of \(place).\(name) are of another kind now, and objects of the database depend on the column: drop them, "
        + "and make them again afterwards")
  }

  private func drop(_ column: String, of table: PublishedTable, isReplaced: Bool) throws {
    let (place, name) = (sql.place(table.name), TableSQL.name(column))
    if try attempt("ALTER TABLE \(place) DROP COLUMN IF EXISTS \(name)") { return }
    guard !isReplaced else { throw isOfAnotherKind(place, name) }
    logger.warning("\(place).\(name) has no field any more; it is null, and stays for what depends on it")
    try connection.run("UPDATE \(place) SET \(name) = NULL WHERE \(name) IS NOT NULL")
  }

  /// Takes all rows out.
  func empty(_ table: PublishedTable) throws {
    let place = sql.place(table.name)
    if try !attempt("TRUNCATE TABLE \(place)") { try connection.run("DELETE FROM \(place)") }
  }

  /// Runs a statement, or leaves all as it was.
  /// - Returns: false where other objects of the database stand in the way.
  func attempt(_ statement: String) throws -> Bool {
    try connection.run("SAVEPOINT attempt")
    do {
      try connection.run(statement)
    } catch let fault as PostgresFault where fault.isOfDependents {
      try connection.run("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")
      return false
    }
    try connection.run("RELEASE SAVEPOINT attempt")
    return true
  }
}
