import GRDB

/// The names of the last transaction that asked for them, for the next one: as long as neither another connection nor another transaction
/// of this one has written since, they are what stands in the mirror. To read them takes longer than most transactions.
struct KeptNames: Sendable {
  private var stamp: Stamp
  private var interned: Names.Interned
  private var derived: (any Sendable)?

  /// Tells whether anything was written.
  private struct Stamp: Equatable {
    /// Another one once anybody else has committed (`PRAGMA data_version`).
    private var others: Int64
    /// Grows with every row that this connection writes.
    private var own: Int

    init(_ db: Database) throws {
      others = try Int64.cachedOne(db, sql: "PRAGMA data_version") ?? 0
      own = db.totalChangesCount
    }
  }

  /// What a transaction leaves, at its end. To be handed on once it is committed: what was rolled back is not in the mirror.
  init(_ names: Names, _ db: Database) throws {
    stamp = try Stamp(db)
    interned = names.interned
    derived = names.derived
  }

  /// The names for a transaction that has begun.
  static func names(_ database: MirrorDatabase, _ db: Database) throws -> Names {
    guard let left = database.handedOn.take() as? KeptNames, try left.stamp == Stamp(db) else { return try Names(db) }
    return Names(db, left.interned, derived: left.derived)
  }
}
