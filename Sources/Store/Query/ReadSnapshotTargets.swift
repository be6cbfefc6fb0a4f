import JSONAPI

/// A name of a relationship, as the mirror's rows have it.
package struct RelationshipName: Sendable, Hashable {
  let text: String
  /// Nil where no resource ever had a relationship of that name.
  let number: Int64?
}

/// What a relationship names.
package struct RelationshipTarget: Sendable {
  /// The interned identity; nil for one that names no resource (`missing`, `virtual`).
  package var id: Int64?
  /// The type that it is stored under; nil where the mirror shows no such resource.
  package var type: ServedType?
  /// The number of its last change; nil where it was not read.
  package var sequence: Int64?
}

extension ReadSnapshot {
  /// The relationships of a name, to be asked for of many resources.
  package func relationship(named name: String) throws -> RelationshipName {
    let statement = try statement(.fieldByName)
    defer { statement.reset() }
    statement.bind(name, at: 1)
    return RelationshipName(text: name, number: try statement.step() ? statement.integer(0) : nil)
  }

  /// The targets of one relationship in its order; nil for one that names no resource (`missing`, `virtual`).
  package func targets(of source: Int64, field: String) throws -> [Int64?] {
    try connection.checkTime()
    let statement = try statement(.targets)
    defer { statement.reset() }
    statement.bind(source, at: 1)
    statement.bind(field, at: 2)
    var targets: [Int64?] = []
    while try statement.step() { targets.append(statement.optionalInteger(0)) }
    return targets
  }

  /// The targets of one relationship of many resources, with their types: those of one after those of the other.
  /// - Parameter body: is given the place of the source in `sources`, and one target; nothing for a source that has none.
  package func targets(
    of sources: [Int64], _ name: RelationshipName, _ body: (Int, RelationshipTarget) throws -> Void
  ) throws {
    guard sight.isEverything else {
      // What is hidden of a target decides whether it is shown at all.
      for (place, source) in sources.enumerated() {
        for id in try targets(of: source, field: name.text) {
          try body(place, RelationshipTarget(id: id, type: try id.flatMap { try resource(id: $0) { $0.type } }))
        }
      }
      return
    }
    guard let number = name.number else { return }
    let statement = try statement(.targetsWithTypes)
    defer { statement.reset() }
    statement.bind("[\(sources.map { String($0) }.joined(separator: ","))]", at: 1)
    statement.bind(number, at: 2)
    var count = 0
    while try statement.step() {
      if count.isMultiple(of: 16) { try connection.checkTime() }
      count += 1
      let type = try statement.optionalInteger(2).flatMap { try catalog.type(id: $0, connection) }
      try body(
        Int(statement.integer(0)),
        RelationshipTarget(
          id: statement.optionalInteger(1), type: type, sequence: type == nil ? nil : statement.integer(3)))
    }
  }

  /// The resource of an interned identity without what takes looks of their own: up to when its type is known, and its unsettled
  /// changes.
  /// - Parameter type: the type that it most likely has.
  package func row(id: Int64, like type: ServedType?, _ body: (StoredRow) throws -> Void) throws {
    try connection.checkTime()
    let statement = try statement(.rowByID)
    defer { statement.reset() }
    statement.bind(id, at: 1)
    guard try statement.step(), let row = try row(statement, isSingle: false, like: type) else { return }
    try body(row)
  }
}
