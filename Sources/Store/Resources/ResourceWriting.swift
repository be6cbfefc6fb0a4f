import GRDB

extension MirrorRoom {
  /// Runs `body` in one transaction with its one writer of resources, and keeps the numbers that were given out.
  /// - Parameter isDurable: whether it is to be on disk for good when this returns (`durableWrite`).
  func resourceWrite<Value>(
    isDurable: Bool = false, _ body: (Database, Names, ResourceWriter) throws -> Value
  ) throws -> Value {
    var left: KeptNames?
    func within(_ db: Database) throws -> Value {
      let names = try KeptNames.names(database, db)
      let writer = try ResourceWriter(db, names: names)
      let value = try body(db, names, writer)
      try writer.finish()
      left = try KeptNames(names, db)
      return value
    }
    let value = try isDurable ? durableWrite(within) : write(within)
    if let left { database.handedOn.put(left) }
    return value
  }
}
