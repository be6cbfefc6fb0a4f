import Store

extension PublishPass {
  /// Loads everything. Where there was no copy, its schema is made. Where there was one, all goes into a schema beside it first, and then
  /// takes the place of what was there: readers see the former copy until the transaction ends, and wait only for the second part. Tables,
  /// indexes, rights and views that are somebody's own stay.
  /// - Parameter former: what the copy says that was there.
  func load(_ snapshot: ViewSnapshot, _ tables: [PublishedTable], before former: Publication?) throws {
    guard let former else {
      let name = TableSQL.name(sql.schema)
      // One that somebody made for it, empty, may be all that is allowed.
      if try connection.value("SELECT to_regnamespace(\(TableSQL.literal(name)))") == nil {
        try connection.run("CREATE SCHEMA \(name)")
      }
      try PublicationTables(connection, sql.schema).make()
      for table in tables { try connection.run(sql.make(table)) }
      for table in tables {
        try fill(table, sql, snapshot)
        report.tables += 1
        // The server makes them while the next rows are read.
        _ = try sender.run(sql.index(table) + [sql.comments(table)])
        try Task.checkCancellation()
      }
      _ = try sender.join()
      return try PublicationTables(connection, sql.schema).write(columnsOf: tables)
    }
    let beside = TableSQL(schema: PublishPass.beside(sql.schema))
    try connection.run("CREATE SCHEMA \(TableSQL.name(beside.schema))")
    try make(tables, beside, snapshot)
    for change in TableChange.changes(from: former.tables, to: tables) {
      try carryOut(change)
      if case .make(let table) = change { for statement in sql.index(table) { try connection.run(statement) } }
    }
    for table in tables {
      try empty(table)
      let columns = sql.columns(table)
      try connection.run(
        """
        INSERT INTO \(sql.place(table.name)) (\(columns)) SELECT \(columns) FROM \(beside.place(table.name));
        DROP TABLE \(beside.place(table.name))
        """)
    }
    try connection.run("DROP SCHEMA \(TableSQL.name(beside.schema))")
    try PublicationTables(connection, sql.schema).write(columnsOf: tables)
  }

  private func make(_ tables: [PublishedTable], _ sql: TableSQL, _ snapshot: ViewSnapshot) throws {
    for table in tables {
      try connection.run(sql.make(table))
      try fill(table, sql, snapshot)
      report.tables += 1
    }
  }

  /// The schema beside a copy. It is never seen: it comes and goes in one transaction.
  private static func beside(_ schema: String) -> String { String(schema.prefix(50)) + "__loading" }
}
