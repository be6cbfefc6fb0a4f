import GRDB
import JSONAPI

extension Outbox {
  /// Notes that the site refused some members of an update or a creation and nothing of it was carried out: they become a refused
  /// update of their own, with the site's error document, and the rest is queued as it was. What was set again since is no longer of
  /// the refused. Where a creation is refused as a whole after that, they are its own again (`reject`).
  /// - Parameters:
  ///   - change: as it was begun.
  ///   - refused: some of its members, not all.
  /// - Returns: false when the change is not as it was begun any more: nothing was written.
  package func setApart(
    _ refused: [ChangedMember], of change: OutboxChange, error: String, document: [UInt8]?, at now: Int64
  ) throws -> Bool {
    try outboxWrite { writer in
      guard let row = try writer.rows.change(change.id), row.isStill(change),
        row.kind == .update || row.kind == .create
      else { return false }
      let keys = refused.keys
      func isRefused(_ member: ChangedMember) -> Bool { keys.contains(member.key) }
      let (apart, rest) = (row.members.filter(isRefused), row.members.filter { !isRefused($0) })
      guard !apart.isEmpty, !rest.isEmpty else { return false }
      let id = try writer.rows.insert(
        .update, resource: row.resource, type: writer.names.type(row.type), members: apart, author: row.author,
        at: row.recorded)
      try writer.db.run(
        sql: """
          UPDATE outbox SET state = 'rejected', attempts = 1, error = ?, error_document = ?, apart_of = ? WHERE id = ?
          """, arguments: [error, document.map { String(decoding: $0, as: UTF8.self) }, row.id, id])
      try writer.db.run(
        sql: """
          UPDATE outbox SET state = 'queued', sends = max(0, sends - 1), members = ?, version = version + 1,
            next_attempt = 0 WHERE id = ?
          """, arguments: [writer.rows.encoded(rest), row.id])
      // What came after the change came before its refused part by number: no member is of both.
      for later in try writer.rows.unsettled(of: row.resource)
      where later.id > row.id && later.id < id && later.kind == .update && later.state == .queued {
        let part = try writer.rows.unsettled(of: row.resource).filter { $0.id == id }
        try writer.rows.set(members: writer.supersede(part, by: later.members, at: now), of: later)
      }
      try writer.redraw(row.resource, type: row.type, uuid: row.uuid)
      return true
    }
  }
}

extension Recording {
  /// What was set apart of a change and is refused; nil when nothing is.
  package func refusedPart(of id: Int64) throws -> OutboxChange? {
    try read { try OutboxRows(db: $0).changes(where: "o.apart_of = ? AND o.state = 'rejected'", [id]).last }
  }
}

extension OutboxWriter {
  /// Gives a creation back what was set apart of it and is refused still.
  /// - Returns: the first of these parts, which says what the site refused; nil when there is none.
  func rejoin(_ creation: Int64, at now: Int64) throws -> OutboxChange? {
    let parts = try rows.changes(where: "o.apart_of = ? AND o.state = 'rejected'", [creation])
    guard let first = parts.first, let row = try rows.change(creation), row.kind == .create else { return nil }
    var members = row.members
    for part in parts {
      let keys = members.keys
      members += part.members.filter { !keys.contains($0.key) }
      try rows.finish(part, .dropped, at: now)
    }
    try rows.set(members: members, of: row)
    return first
  }
}

extension [ChangedMember] {
  /// These members, set apart of a creation that was carried out without them: they stand on what the site made instead.
  func standing(on site: JSON) -> [ChangedMember] {
    map { member in
      var member = member
      if member.base == nil { member.base = member.value(in: site) }
      return member
    }
  }
}
