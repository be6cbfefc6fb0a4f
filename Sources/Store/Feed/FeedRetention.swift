import GRDB

extension ChangeFeed {
  /// The most notes of what has left, whatever their age.
  package static let mostKept: Int64 = 1_000_000
  /// So many notes are looked at in one transaction.
  private static let step = 5_000

  /// Cuts off the notes of what left before a time, and the oldest of those that are too many, some thousands to a transaction. Whoever
  /// has not read so far is told to start anew (`FeedRefusal.tooFarBehind`); what is there is told of without end.
  /// - Parameters:
  ///   - time: Unix seconds of this machine.
  ///   - most: no more than so many are kept, whatever their age.
  /// - Returns: how many notes were cut off.
  /// - Throws: a fault of the mirror; what was cut before stays cut.
  @discardableResult
  package func cut(before time: Int64, keeping most: Int64 = mostKept) throws -> Int {
    var cut = 0
    while true {
      guard let bound = try read({ try ChangeFeed.bound($0, before: time, keeping: most) }) else { return cut }
      cut += try write { db in
        // Together with the notes: nobody is ever told less than all without being told so.
        let kept = try MirrorFact.feedKeptFrom.value(db).flatMap { Int64($0) } ?? 0
        try MirrorFact.feedKeptFrom.note(String(max(kept, bound)), db)
        var count = 0
        let statements = [
          "DELETE FROM removed_resource WHERE sequence <= ?", "DELETE FROM departure WHERE sequence <= ?",
        ]
        for statement in statements {
          try db.run(sql: statement, arguments: [bound])
          count += db.changesCount
        }
        return count
      }
    }
  }

  /// The number up to which the next step cuts; nil where nothing is to be cut.
  private static func bound(_ db: Database, before time: Int64, keeping most: Int64) throws -> Int64? {
    var bounds: [Int64] = []
    for table in ["removed_resource", "departure"] {
      let oldest = "SELECT sequence, noted FROM \(table) ORDER BY sequence LIMIT \(step)"
      let aged = "SELECT max(sequence) FROM (\(oldest)) WHERE noted < ?"
      if let bound = try Int64.cachedOne(db, sql: aged, arguments: [time]) { bounds.append(bound) }
      let tooMany = "SELECT sequence FROM \(table) ORDER BY sequence DESC LIMIT 1 OFFSET ?"
      guard let surplus = try Int64.cachedOne(db, sql: tooMany, arguments: [most]) else { continue }
      let last = try Int64.cachedOne(db, sql: "SELECT max(sequence) FROM (\(oldest))") ?? surplus
      bounds.append(min(surplus, last))
    }
    return bounds.max()
  }
}
