import Foundation
import GRDB
import JSONAPI

/// Stands before the pull: resources with unsettled changes are not overwritten, and what a push has just made is not
/// undone by a page that was read before it. Reads two small tables, once a transaction.
final class PendingCopies {
  private struct Key: Hashable {
    var type: String
    var uuid: ResourceID
  }
  private struct Echo {
    var changed: Int64?
    var isDeleted: Bool
    /// The site's clock at the time; nil where it is not known.
    var made: Int64?
    /// Whether a round has begun since.
    var isPast: Bool
  }
  private var pending: [Key: Int64] = [:]
  /// Those by their ids in lower case.
  private var folded: [Key: Key] = [:]
  private var echoes: [Key: Echo] = [:]
  private let db: Database
  private let names: Names
  private let resources: ResourceWriter
  private var made: OutboxWriter?

  init(_ db: Database, names: Names, resources: ResourceWriter) throws {
    self.db = db
    self.names = names
    self.resources = resources
    let sources = """
      FROM %@ c JOIN identity i ON i.id = c.resource JOIN resource_type t ON t.id = i.type
      """
    for row in try Row.cachedAll(
      db, sql: "SELECT t.name, i.uuid, c.resource " + sources.replacing("%@", with: "outbox_copy"))
    {
      guard let key = try PendingCopies.key(row) else { continue }
      pending[key] = try row.decode(atIndex: 2)
      folded[Key(type: key.type, uuid: key.uuid.folded)] = key
    }
    for row in try Row.cachedAll(
      db,
      sql: "SELECT t.name, i.uuid, c.changed, c.deleted, c.made, c.is_past "
        + sources.replacing("%@", with: "outbox_echo"))
    {
      if let key = try PendingCopies.key(row) { echoes[key] = try PendingCopies.echo(row) }
    }
  }

  private static func key(_ row: Row) throws -> Key? {
    let bytes: [UInt8] = try row.decode(Data?.self, atIndex: 1).map { Array($0) } ?? []
    return try bytes.withUnsafeBytes { ResourceID(bytes: $0) }.map { Key(type: try row.decode(atIndex: 0), uuid: $0) }
  }

  private static func echo(_ row: Row) throws -> Echo {
    Echo(
      changed: try row.decode(atIndex: 2), isDeleted: try row.decode(atIndex: 3), made: try row.decode(atIndex: 4),
      isPast: try row.decode(atIndex: 5))
  }

  /// Takes a resource that the site shows out of the writer's hands.
  /// - Parameter madeAt: when the site made what shows it, by its own `Date`; nil where it did not say.
  /// - Returns: whether it did: then nothing more is to be done with it.
  func absorb(_ resource: ScannedResource, madeAt: Int64?) throws -> Bool {
    if pending.isEmpty && echoes.isEmpty { return false }
    let key = Key(type: resource.type, uuid: resource.uuid)
    if let echo = echoes[key] {
      let changed = resource.changed ?? .min
      let isBefore = echo.isDeleted ? changed <= echo.changed ?? .max : changed < echo.changed ?? .min
      if isBefore, !echo.isPast || madeAt ?? .max <= echo.made ?? .min { return true }
    }
    // A label is no new content, and no reason for another id: the document would go on naming the one of before.
    if resource.isLabelOnly { return try pending[key] != nil || formerly(key, resource) != nil }
    guard let id = try pending[key] ?? renamed(key, resource) else { return false }
    try writer().saw(StoredForm(resource), of: id, type: resource.type, uuid: resource.uuid)
    return true
  }

  /// The resource that the site shows under an id in another letter case now, which it gets; nil where there is none with the same
  /// serial number.
  private func renamed(_ key: Key, _ resource: ScannedResource) throws -> Int64? {
    guard let (former, id) = try formerly(key, resource),
      try resources.rename(id, from: former.uuid, to: key.uuid, type: names.type(key.type))
    else { return nil }
    pending[former] = nil
    pending[key] = id
    folded[Key(type: key.type, uuid: key.uuid.folded)] = key
    return id
  }

  /// The key of before of what the site shows under an id in another letter case now.
  private func formerly(_ key: Key, _ resource: ScannedResource) throws -> (key: Key, id: Int64)? {
    guard let former = folded[Key(type: key.type, uuid: key.uuid.folded)], former != key, let id = pending[former],
      let number = resource.internalID,
      try Int64.cachedOne(db, sql: "SELECT internal_id FROM resource WHERE id = ?", arguments: [id]) == number
    else { return nil }
    return (former, id)
  }

  /// Notes that the site does not have a resource any more.
  /// - Returns: whether it has unsettled changes: then it must not be removed here; the push finds out and asks.
  func absorbRemoval(of resource: Int64) throws -> Bool {
    guard pending.values.contains(resource), var copy = try OutboxCopies(db: db).copy(of: resource) else {
      return false
    }
    copy.isDeleted = true
    try OutboxCopies(db: db).save(copy, of: resource)
    return true
  }

  private func writer() throws -> OutboxWriter {
    if let made { return made }
    let writer = try OutboxWriter(db, names: names, resources: resources, origin: .site)
    made = writer
    return writer
  }
}
