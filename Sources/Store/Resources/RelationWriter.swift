import GRDB

/// Writes the relationships of resources as rows, inside one transaction.
final class RelationWriter {
  /// A row, but for its source.
  struct Relation: Equatable {
    var field: Int64
    var delta: Int64
    var targetType: Int64
    /// Nil for what is no resource.
    var target: Int64?

    fileprivate func stands(before other: Relation) -> Bool { (field, delta) < (other.field, other.delta) }
  }

  private let stored: RawStatement
  private let clear: RawStatement
  private let add: RawStatement

  init(_ db: Database) throws {
    stored = try RawStatement(
      cached: "SELECT field, delta, target_type, target FROM relationship WHERE source = ? ORDER BY field, delta", db)
    clear = try RawStatement(cached: "DELETE FROM relationship WHERE source = ?", db)
    add = try RawStatement(
      cached: "INSERT OR REPLACE INTO relationship (source, field, delta, target_type, target) VALUES (?, ?, ?, ?, ?)",
      db)
  }

  /// Writes the rows of a resource, where they are other ones than are stored: each is in an index over targets, too, and most changes
  /// are of something else.
  /// - Parameter isNew: whether it is sure to have none yet.
  func write(_ rows: [Relation], of source: Int64, isNew: Bool) throws {
    if !isNew {
      if try relations(of: source) == rows.sorted(by: { $0.stands(before: $1) }) { return }
      clear.bind(source, at: 1)
      try clear.run()
    }
    for row in rows {
      add.bind(source, at: 1)
      add.bind(row.field, at: 2)
      add.bind(row.delta, at: 3)
      add.bind(row.targetType, at: 4)
      add.bind(row.target, at: 5)
      try add.run()
    }
  }

  private func relations(of source: Int64) throws -> [Relation] {
    stored.bind(source, at: 1)
    defer { stored.reset() }
    var rows: [Relation] = []
    while try stored.step() {
      rows.append(
        Relation(
          field: stored.integer(0), delta: stored.integer(1), targetType: stored.integer(2),
          target: stored.optionalInteger(3)))
    }
    return rows
  }
}
