import JSONAPI

/// One resource of the mirror as it is read. The bytes are borrowed from the row: valid only inside the call that
/// gives it.
package struct StoredRow {
  /// The interned (type, UUID).
  package var id: Int64
  /// The type that it is stored under.
  package var type: ServedType
  /// The site's time up to which the type is known, Unix seconds; rows of a query come without it.
  package var knownUntil: Int64
  /// The number of the resource's last change.
  package var sequence: Int64
  /// Its unsettled local changes; rows of a query come without them.
  package var pending: Int
  /// What the renderer needs.
  package var stored: DocumentRenderer.Stored
  /// Whether who asked has the resource object at hand (`DocumentHolder`): then the document was not read.
  package var isHeld = false
}

/// Reads of the local API in one snapshot of the mirror. It is lent by `ResourceReader` and must not be kept.
package struct ReadSnapshot {
  let connection: ReadConnection
  let catalog: TypeCatalog
  /// What who reads may see.
  package let sight: Sight
  /// What was found out of types by that sight; nil where it shows everything.
  let seen: SeenTypes?
  var usage: QueryUsage?

  init(connection: ReadConnection, catalog: TypeCatalog, sight: Sight, usage: QueryUsage?) {
    (self.connection, self.catalog, self.sight, self.usage) = (connection, catalog, sight, usage)
    seen = sight.isEverything ? nil : SeenTypes()
  }

  /// The type whose collection has this path.
  package func type(path: String) throws -> ServedType? { try shown(catalog.type(path: path, connection)) }
  /// The type of this name.
  package func type(name: String) throws -> ServedType? { try shown(catalog.type(name: name, connection)) }
  /// Where the types belong, as far as it is known.
  package func entityTypes() throws -> EntityTypes { try catalog.entityTypes(connection) }
  /// All types that have a path, and that there are for who reads, by name.
  package func types() throws -> [ServedType] {
    let all = try catalog.all(connection)
    return sight.isEverything ? all : all.filter { sight.shows($0) }
  }

  private func shown(_ type: ServedType?) -> ServedType? { type.flatMap { sight.shows($0) ? $0 : nil } }

  static let columns = FixedStatement.row

  /// The resource of this id among all bundles of an entity type: the site does not mind the bundle in the path
  /// (reference 4.2). Nil when there is none.
  package func resource<Value>(
    _ uuid: ResourceID, entityType: String, _ body: (StoredRow) throws -> Value
  ) throws -> Value? {
    let statement = try statement(.resourceByUUID)
    defer { statement.reset() }
    statement.bind(uuid, at: 1)
    return try first(of: statement, entityType, body)
  }

  /// The same, in whatever letter case the id is given: as it is written, if there is one, else in another case.
  package func resource<Value>(
    named id: ResourceID, entityType: String, _ body: (StoredRow) throws -> Value
  ) throws -> Value? {
    let folded = id.folded
    if let value = try resource(folded.isUUID ? folded : id, entityType: entityType, body) { return value }
    let statement = try statement(.resourceByFoldedID)
    defer { statement.reset() }
    statement.bind(folded.description, at: 1)
    return try first(of: statement, entityType, body)
  }

  private func first<Value>(
    of statement: RawStatement, _ entityType: String, _ body: (StoredRow) throws -> Value
  ) throws -> Value? {
    while try statement.step() {
      guard let row = try row(statement, isSingle: true), row.type.entityType == entityType else { continue }
      return try body(row)
    }
    return nil
  }

  /// The resource of an interned identity.
  package func resource<Value>(id: Int64, _ body: (StoredRow) throws -> Value) throws -> Value? {
    try connection.checkTime()
    let statement = try statement(.resourceByID)
    defer { statement.reset() }
    statement.bind(id, at: 1)
    guard try statement.step(), let row = try row(statement, isSingle: true) else { return nil }
    return try body(row)
  }

  /// Runs a compiled query and gives its rows in order until `body` returns false.
  /// - Parameter holder: who is asked for each row whether it has it at hand, where the query was compiled to ask.
  package func rows(
    _ query: CompiledQuery, holding holder: (any DocumentHolder)? = nil, _ body: (StoredRow) throws -> Bool
  ) throws {
    try connection.held.lend(holder) { try rows(query, body) }
  }

  private func rows(_ query: CompiledQuery, _ body: (StoredRow) throws -> Bool) throws {
    let statement = try statement(query.sql)
    defer { statement.reset() }
    statement.bind(query.arguments)
    let started = query.uses.isEmpty ? nil : ContinuousClock.now
    defer {
      if let started {
        let taken = (ContinuousClock.now - started).components
        usage?.note(query.uses, milliseconds: taken.seconds * 1000 + taken.attoseconds / 1_000_000_000_000_000)
      }
    }
    var type: ServedType?
    var count = 0
    while try statement.step() {
      guard let row = try row(statement, isSingle: false, like: type) else { continue }
      type = row.type
      if try !body(row) { return }
      count += 1
      // To look at the clock takes a tenth of what a small row takes.
      if count.isMultiple(of: 16) { try connection.checkTime() }
    }
  }

  /// - Parameters:
  ///   - isSingle: whether it is a statement for one resource, which has more columns.
  ///   - like: the type of the row before, most likely this one's too.
  func row(_ statement: RawStatement, isSingle: Bool, like: ServedType? = nil) throws -> StoredRow? {
    let number = statement.integer(1)
    let known = like?.id == number ? like : try catalog.type(id: number, connection)
    guard let type = known else { return nil }
    // What cannot be taken apart would be shown with what is hidden of it.
    if sight.hidesFields(of: type), StoredLayout(statement.bytes(3)) == nil { return nil }
    let id = statement.integer(0)
    var pending = isSingle ? Int(statement.integer(7)) : 0
    if pending > 0, !sight.isEverything { pending = try pendingChanges(of: id, type: type) }
    return StoredRow(
      id: id, type: type, knownUntil: isSingle ? statement.integer(6) : 0, sequence: statement.integer(5),
      pending: pending,
      stored: .init(
        document: statement.bytes(3), splices: statement.bytes(4), path: type.escapedPath,
        revision: statement.optionalInteger(2)),
      isHeld: connection.held.holder != nil && statement.isNull(3))
  }
}
