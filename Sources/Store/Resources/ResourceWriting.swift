import GRDB

extension MirrorRoom {
  /// Runs `body` in one transaction with its one writer of resources, and keeps the numbers that were given out.
  func resourceWrite<Value>(_ body: (Database, Names, ResourceWriter) throws -> Value) throws -> Value {
    var left: KeptNames?
    let value = try write { db in
      let names = try KeptNames.names(database, db)
      let writer = try ResourceWriter(db, names: names)
      let value = try body(db, names, writer)
      try writer.finish()
      left = try KeptNames(names, db)
      return value
    }
    if let left { database.handedOn.put(left) }
    return value
  }
}
