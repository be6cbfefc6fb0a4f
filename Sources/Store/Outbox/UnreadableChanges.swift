import Foundation
import GRDB
import JSONAPI

/// A row of the outbox, or of the conflicts, that is none that this program writes: the file was damaged, or another program wrote
/// it. It is left as it is and costs itself alone, with what came after it of its own resource.
package struct UnreadableChange: Sendable, Hashable {
  /// `change`, or `conflict`.
  package var table: String
  /// Its number.
  package var id: Int64
  /// The interned (type, UUID).
  package var resource: Int64
  /// The resource's type; empty where that cannot be told.
  package var type: String
  /// What is wrong with it: no value of it.
  package var reason: String

  /// From columns `id`, `resource` and `type_name`.
  init(_ row: Row, of table: String, _ error: any Error) {
    self.table = table
    id = (try? row.decode(Int64.self, forColumn: "id")) ?? 0
    resource = (try? row.decode(Int64.self, forColumn: "resource")) ?? 0
    type = (try? row.decode(String?.self, forColumn: "type_name")) ?? ""
    // What GRDB says of a column has its value in it.
    reason =
      switch error {
      case let error as UnreadableRow: error.description
      case let error as JSONSyntaxError: error.description
      case let error as SecretKeyFault: error.description
      default: "a column holds what it never does"
      }
  }

  /// The name under which it is set aside.
  package var subject: String { "\(table) \(id)" }

  /// What `status` says of it.
  /// - Parameter time: Unix seconds of this machine.
  package func setAside(at time: Int64) -> SetAside {
    SetAside(
      .change, type: type, subject: subject, reason: "cannot be read in the mirror's file: \(reason)",
      advice: table == "change"
        ? "it is not sent; `social-mirror queue drop \(id)` gives it up, and its row stays in the table outbox"
        : "its row in the table conflict is left as it is", at: time)
  }
}

/// What is wrong with a row.
struct UnreadableRow: Error, CustomStringConvertible {
  var description: String
}

extension OutboxRows {
  /// The unsettled changes of one resource that cannot be read.
  func unreadable(of resource: Int64) throws -> [UnreadableChange] {
    try read(where: "o.resource = ? AND o.\(OutboxSchema.isUnsettled)", [resource]).unreadable
  }
}

extension OutboxWriter {
  /// Gives up a change that cannot be read. Its row keeps what it holds.
  /// - Returns: whether there is such a change.
  func dropUnreadable(_ id: Int64, at now: Int64) throws -> Bool {
    let found = try rows.read(where: "o.id = ? AND o.\(OutboxSchema.isUnsettled)", [id])
    guard let change = found.unreadable.first else { return false }
    try db.run(
      sql: "UPDATE outbox SET state = 'dropped', finished = ?, version = version + 1 WHERE id = ?",
      arguments: [now, id])
    try rows.endConflict(of: id, .dropped, at: now)
    let bytes = try Data.cachedOne(db, sql: "SELECT uuid FROM identity WHERE id = ?", arguments: [change.resource])
    if !change.type.isEmpty, let uuid = bytes.flatMap({ Array($0).withUnsafeBytes { ResourceID(bytes: $0) } }) {
      try redraw(change.resource, type: change.type, uuid: uuid)
    }
    return true
  }
}

extension Outbox {
  /// All changes that are not over, the oldest first, and the rows that cannot be read.
  package func waiting() throws -> (changes: [OutboxChange], unreadable: [UnreadableChange]) {
    try read { try OutboxRows(db: $0).read(where: "o.\(OutboxSchema.isUnsettled)") }
  }

  /// Sets aside what cannot be read of the changes that are not over, and takes back what is over or in order again. One look at
  /// an index where nothing is new.
  /// - Parameters:
  ///   - unreadable: all that there are.
  ///   - now: Unix seconds of this machine.
  /// - Returns: what was not named before.
  package func setAsideUnreadable(_ unreadable: [UnreadableChange], at now: Int64) throws -> [SetAside] {
    let things = unreadable.map { $0.setAside(at: now) }
    let named = try read { db in
      Set(
        try Row.cachedAll(
          db, sql: "SELECT type, subject FROM set_aside WHERE kind = 'change' AND subject LIKE 'change %'"
        ).map { row in [try row.decode(String.self, atIndex: 0), try row.decode(String.self, atIndex: 1)] })
    }
    let fresh = things.filter { !named.contains([$0.type, $0.subject]) }
    let over = named.subtracting(things.map { [$0.type, $0.subject] })
    guard !fresh.isEmpty || !over.isEmpty else { return [] }
    try write { db in
      try SetAsideRows.note(fresh, db)
      for key in over {
        try db.run(
          sql: "DELETE FROM set_aside WHERE kind = 'change' AND type = ? AND subject = ?", arguments: [key[0], key[1]])
      }
    }
    return fresh
  }
}
