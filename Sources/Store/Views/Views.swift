import GRDB
import JSONAPI

extension Views {
  /// The views of types as they stand in the file, in the order of their names. None before the first round.
  package func all() throws -> [ReportView] { try read { try ReportViewRows.all($0) } }

  /// Makes the views of types, and makes those anew that are no longer as what was learned: in one transaction. Who reads at the time
  /// goes on with those that were there.
  /// - Returns: how many were made or made anew.
  @discardableResult
  package func renew() throws -> Int {
    // Nearly always nothing has changed: that costs no write.
    guard try read({ try !ReportMaking.stale($0).isEmpty }) else { return 0 }
    return try write { try ReportMaking.renew($0) }
  }

  /// Makes it quick to look up a resource by its id as views show it. To be called when most of what there is has been read: the first
  /// reading writes at random places in an index less.
  package func indexIDs() throws {
    try index("identity_by_shown", "identity (\(IdentityText.shown("uuid")))")
  }

  /// Makes it quick to go through a type by the time of the last change as views show it, and to find what is of a stretch of time. To
  /// be called when most of what there is has been read: made at once it is a third smaller.
  package func indexTimes() throws {
    // The last column lets the same second have an order, and keeps the planner at smaller indexes where no time is asked for.
    try index("resource_by_shown_changed", "resource (type, \(ReportSQL.time(ofSeconds: "changed")), internal_id)")
  }

  /// Makes an index where it is not there.
  private func index(_ name: String, _ columns: String) throws {
    let isThere = try read {
      // Every round asks: not by going through all that the schema has.
      try Bool.cachedOne($0, sql: "SELECT EXISTS (SELECT 1 FROM pragma_index_info(?))", arguments: [name])
    }
    guard isThere != true else { return }
    try write { db in
      // What is sorted for it may take as much memory as the cache: here that buys nothing.
      try db.execute(sql: "PRAGMA cache_size = -\(Mirror.smallCacheKilobytes)")
      defer { try? db.execute(sql: "PRAGMA cache_size = -\(Mirror.writerCacheKilobytes)") }
      try db.execute(sql: "CREATE INDEX IF NOT EXISTS \(name) ON \(columns)")
    }
  }

  /// Makes the plain texts of some more resources that were stored before there were any, in one transaction. What is written
  /// meanwhile has them.
  /// - Parameter most: how many resources are looked at.
  /// - Returns: whether more are left.
  package func fillPlainTexts(_ most: Int = 500) throws -> Bool {
    guard try reading.fact(.plainTextAfter) != nil else { return false }
    return try write { db in
      guard let after = try MirrorFact.plainTextAfter.value(db) else { return false }
      let names = try Names(db)
      let writer = try PlainTextWriter(db)
      let rows = try RawStatement(
        cached: "SELECT id, document FROM resource WHERE id > ?1 ORDER BY id LIMIT ?2", db)
      defer { rows.reset() }
      rows.bind(Int64(after) ?? 0, at: 1)
      rows.bind(Int64(most), at: 2)
      var last: Int64?
      while try rows.step() {
        last = rows.integer(0)
        try writer.store(rows.bytes(1), of: rows.integer(0), isNew: false, field: names.field)
      }
      if let last {
        try MirrorFact.plainTextAfter.note("\(last)", db)
      } else {
        try db.run(sql: "DELETE FROM setting WHERE name = ?", arguments: [MirrorFact.plainTextAfter.rawValue])
      }
      return last != nil
    }
  }
}
