import Foundation
import GRDB
import JSONAPI

/// What is to be read anew for a copy of the views, up to a number: some resources of types, and ids that are no longer there.
package struct ViewChanges: Sendable {
  /// What of one type is otherwise.
  package struct OfType: Sendable {
    /// Numbers of resources that are there, for `ViewSnapshot.rows`.
    package var resources: [Int64] = []
    /// Their ids, and those of resources that have left.
    package var ids: [String] = []
  }
  /// By the type's name.
  package var types: [String: OfType]
  /// Up to which number this is all; less than `ViewSnapshot.last` where something follows.
  package var upTo: Int64
}

extension ViewSnapshot {
  /// What has changed or left behind a number: each resource once, in the order of numbers.
  /// - Parameters:
  ///   - sequence: the number up to which all is known.
  ///   - most: so many resources that are there at most, and so many that left.
  package func changes(after sequence: Int64, most: Int = 2_000) throws -> ViewChanges {
    let stored = try Row.cachedAll(
      connection,
      sql: """
        SELECT r.sequence, r.id, t.name, \(IdentityText.shown("i.uuid"))
        FROM resource r JOIN identity i ON i.id = r.id JOIN resource_type t ON t.id = r.type
        WHERE r.sequence > ?1 ORDER BY r.sequence LIMIT ?2
        """, arguments: [sequence, most])
    let removed = try Row.cachedAll(
      connection,
      sql: """
        SELECT d.sequence, d.type, t.name, \(IdentityText.shown("d.uuid"))
        FROM removed_resource d JOIN resource_type t ON t.id = d.type
        WHERE d.sequence > ?1 ORDER BY d.sequence LIMIT ?2
        """, arguments: [sequence, most])
    var changes = ViewChanges(types: [:], upTo: last)
    for rows in [stored, removed] where rows.count >= most {
      if let end = rows.last { changes.upTo = try min(changes.upTo, end.decode(atIndex: 0)) }
    }
    var seen: Set<Int64> = []
    for row in stored {
      guard try row.decode(Int64.self, atIndex: 0) <= changes.upTo else { break }
      try add(row, &changes, &seen)
    }
    for row in removed {
      guard try row.decode(Int64.self, atIndex: 0) <= changes.upTo else { break }
      let id: String = try row.decode(atIndex: 3)
      try changes.types[row.decode(atIndex: 2), default: .init()].ids.append(id)
      for source in try sources(ofRenamed: id, row.decode(atIndex: 1)) { try add(source, &changes, &seen) }
    }
    return changes
  }

  private func add(_ row: Row, _ changes: inout ViewChanges, _ seen: inout Set<Int64>) throws {
    let resource: Int64 = try row.decode(atIndex: 1)
    guard seen.insert(resource).inserted else { return }
    let type: String = try row.decode(atIndex: 2)
    changes.types[type, default: .init()].resources.append(resource)
    try changes.types[type, default: .init()].ids.append(row.decode(atIndex: 3))
  }

  /// An id of which only the letter case is another one now shows in the rows of what names it, which have not changed otherwise.
  private func sources(ofRenamed id: String, _ type: Int64) throws -> [Row] {
    guard let folded = ResourceID(id)?.folded, folded.description != id || !folded.isUUID else { return [] }
    return try Row.cachedAll(
      connection,
      sql: """
        SELECT r.sequence, r.id, t.name, \(IdentityText.shown("o.uuid"))
        FROM identity i JOIN relationship l ON l.target = i.id JOIN resource r ON r.id = l.source
        JOIN identity o ON o.id = r.id JOIN resource_type t ON t.id = r.type
        WHERE i.type = ?1 AND i.id IN (
          SELECT id FROM identity WHERE \(IdentityIndex.uuid()) = ?2 AND type = ?1
          UNION SELECT id FROM identity WHERE \(IdentityText.isText("uuid")) AND \(IdentityText.folded("uuid")) = ?3)
        """, arguments: [type, Data(folded.bytes), folded.description])
  }
}
