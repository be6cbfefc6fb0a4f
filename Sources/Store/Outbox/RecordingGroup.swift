import GRDB
import JSONAPI

/// What several clients ask for, on its way to the disk in one transaction, each by itself: what is refused leaves nothing behind,
/// and costs the others nothing. `Recording.together` lends it; it must not be kept.
package final class RecordingGroup {
  private let db: Database
  private let database: MirrorDatabase
  private var writer: OutboxWriter?
  /// Why the transaction is given up; nil while it goes on.
  fileprivate private(set) var fault: (any Error)?

  fileprivate init(_ db: Database, _ database: MirrorDatabase) { (self.db, self.database) = (db, database) }

  /// Whether a resource still is as it was after a change of this number: the members of the group before this one count, too.
  package func isStill(_ resource: Int64, at sequence: Int64) throws -> Bool {
    try described {
      try Int64.cachedOne(db, sql: "SELECT sequence FROM resource WHERE id = ?", arguments: [resource]) == sequence
    }
  }

  /// Records several changes in their order, all or none, beside those of the others. See `Recording.record(_:at:)`.
  /// - Parameter isAlone: whether there are no others: then no savepoint is needed, for which SQLite keeps a copy of every page that is
  ///   changed.
  /// - Throws: `RecordRefusal`; a fault of the mirror. Then nothing of it is recorded. Where the transaction is given up with it, as it
  ///   is for one that is alone, nothing of the others is either: `Recording.together` throws.
  package func record(_ changes: [LocalChange], at now: Int64, isAlone: Bool = false) throws -> [RecordedChange] {
    try described(endsWithIt: isAlone) {
      let writer = try self.writer ?? OutboxWriter(db, names: KeptNames.names(database, db), origin: .local)
      // What a refusal leaves in memory is not in the mirror.
      self.writer = nil
      var recorded: [RecordedChange] = []
      func recordAll() throws {
        let recorder = Recorder(writer: writer, now: now)
        recorded = try changes.map { try recorder.record($0) }
        try writer.finish()
      }
      if isAlone {
        try recordAll()
      } else {
        try db.inSavepoint {
          try recordAll()
          return .commit
        }
      }
      self.writer = writer
      return recorded
    }
  }

  private func described<Value>(endsWithIt: Bool = false, _ body: () throws -> Value) throws -> Value {
    if let fault { throw fault }
    do { return try body() } catch {
      let error = MirrorOpening.described(error, path: database.path)
      if endsWithIt || !db.isInsideTransaction { fault = error }
      throw error
    }
  }

  /// What the next transaction may know; nil where the last member was refused.
  fileprivate func left() throws -> KeptNames? { try writer.map { try KeptNames($0.names, db) } }
}

extension Recording {
  /// Records what several clients ask for in one transaction. When this returns, all of it is on disk for good; none of it may be
  /// acknowledged before.
  /// - Parameters:
  ///   - waits: is told each time that another program holds the lock, and says whether to wait on.
  ///   - body: what is to be recorded; is run once, when the lock is there. A refusal of one is for it to catch.
  /// - Throws: what `body` throws; a fault of the mirror. Nothing of the group is recorded then, but where the fault is that the
  ///   file was moved away: then it stands where nobody looks for it.
  package func together<Value>(
    waiting waits: (MirrorFault) -> Bool, _ body: (RecordingGroup) throws -> Value
  ) throws -> Value {
    var left: KeptNames?
    let value = try withoutActuallyEscaping(waits) { waits in
      try database.durableWrite(waiting: waits) { db in
        let group = RecordingGroup(db, database)
        let value = try body(group)
        if let fault = group.fault { throw fault }
        left = try group.left()
        return value
      }
    }
    if let left { database.handedOn.put(left) }
    return value
  }
}
