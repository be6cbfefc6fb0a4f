import Foundation
import GRDB
import JSONAPI

extension OutboxWriter {
  /// Gives an uploaded file, or what else was made, the UUID that the site chose, everywhere: as identity, and in what other changes say.
  /// - Returns: the changes of the file as a pull had met it in the meantime; they are of this one from here on.
  func rename(_ upload: OutboxChange, to uuid: ResourceID) throws -> Set<Int64> {
    let type = try names.type(upload.type)
    let other = try Int64.cachedOne(
      db, sql: "SELECT id FROM identity WHERE \(IdentityIndex.uuid()) = ? AND type = ?",
      arguments: [Data(uuid.bytes), type])
    var met: Set<Int64> = []
    if let other, other != upload.resource {
      // A pull was faster, and clients may have changed what it brought.
      met = Set(try rows.unsettled(of: other).map(\.id))
      try join(other, to: upload.resource)
    }
    // Its form with the old UUID goes; the site's comes in its place.
    try hide(upload.resource)
    try db.run(
      sql: "UPDATE identity SET uuid = ? WHERE id = ?", arguments: [Data(uuid.bytes), upload.resource])
    let users = try rows.changes(
      where: "o.\(OutboxSchema.isUnsettled) AND instr(o.members, ?) > 0", [upload.uuid.description])
    for user in users {
      let text = ChangedMember.encode(user.members).replacing(upload.uuid.description, with: uuid.description)
      try rows.set(members: ChangedMember.decode(text), of: user)
      try redraw(user.resource, type: user.type, uuid: user.uuid)
    }
    return met
  }

  /// Makes one of two identities that turned out to be of one resource: what points to the other, was changed of it or is known of it
  /// is of this one from here on. What the other shows goes; this one is to be drawn anew.
  private func join(_ other: Int64, to resource: Int64) throws {
    try hide(other)
    try db.run(sql: "UPDATE relationship SET target = ? WHERE target = ?", arguments: [resource, other])
    // Who has read a change as one of the other has to look again.
    try db.run(
      sql: "UPDATE outbox SET resource = ?, version = version + 1 WHERE resource = ?", arguments: [resource, other])
    for table in OutboxWriter.byResource {
      try db.run(sql: "UPDATE OR REPLACE \(table) SET resource = ? WHERE resource = ?", arguments: [resource, other])
    }
    try db.run(sql: "DELETE FROM identity WHERE id = ?", arguments: [other])
  }

  /// Tables with what is known of a resource, by its number, that `hide` leaves.
  private static let byResource = [
    "outbox_copy", "outbox_echo", "conflict", "deleted_along", "sweep_listed", "file_source", "file_content",
  ]
}
