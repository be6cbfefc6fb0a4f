import JSONAPI
import Store

/// One local change with its values, who made it, and what the site last said to it. Passwords are not shown.
package struct ChangeReport: Report {
  /// The change.
  package var change: OutboxChange

  /// A change that was read.
  package init(_ change: OutboxChange) { self.change = change }

  /// Reads a change; nil where there is none of that number that can be read.
  /// - Throws: a fault of the mirror.
  package init?(_ id: Int64, of mirror: Mirror) throws {
    guard let change = try mirror.outbox.change(id) else { return nil }
    self.init(change)
  }

  /// One line for lists.
  package var line: String {
    let who = [change.author.account, change.author.consumer].compactMap { $0 }.joined(separator: " by ")
    var line = "\(change.id)  \(change.state.rawValue)  \(change.kind.rawValue)  \(change.type) \(change.uuid)"
    line += "  \(RFC3339.text(unixSeconds: change.recorded))"
    if !who.isEmpty { line += "  \(who)" }
    if let error = change.error { line += "  \(error)" }
    return line
  }

  /// The line, then value by value, and the site's document.
  package var lines: [String] {
    var lines = [line]
    for member in change.members {
      let value = ShownValue(of: member.name)
      lines.append("  \(member.name): \(value.text(member.base)) -> \(value.text(member.local))")
    }
    if let upload = change.upload {
      lines.append(
        "  file: \(upload.file.filename), \(upload.file.bytes) bytes, for \(upload.field) of \(upload.hostType)")
    }
    if change.attempts > 0 {
      let isTimed = change.nextAttempt > 0 && (change.state == .queued || change.state == .uncertain)
      let next = isTimed ? ", next \(RFC3339.text(unixSeconds: change.nextAttempt))" : ""
      lines.append("  \(change.attempts) attempts failed\(next)")
    }
    if let document = change.errorDocument { lines.append("  the site: \(document)") }
    return lines
  }

  /// Everything.
  package var json: JSON {
    let members = change.members.map { member in
      ShownValue(of: member.name).json(in: member.group, [("base", member.base), ("local", member.local)])
    }
    return .object(
      JSONObject([
        ("id", .integer(change.id)), ("state", .string(change.state.rawValue)),
        ("kind", .string(change.kind.rawValue)), ("type", .string(change.type)),
        ("uuid", .string(change.uuid.description)), ("recorded", .time(change.recorded)),
        ("consumer", .nullable(change.author.consumer)), ("account", .nullable(change.author.account)),
        ("attempts", .integer(change.attempts)),
        ("nextAttempt", .time(change.nextAttempt > 0 ? change.nextAttempt : nil)),
        ("error", .nullable(change.error)), ("setApartOf", .nullable(change.apartOf)),
        ("errorDocument", change.errorDocument.flatMap { try? JSON(parsing: $0) } ?? .null),
        ("members", .array(members)), ("upload", change.upload.map(ChangeReport.form) ?? .null),
      ]))
  }

  /// What goes up, and through which field of which type.
  private static func form(_ upload: Upload) -> JSON {
    .object(
      JSONObject([
        ("filename", .string(upload.file.filename)), ("bytes", .integer(upload.file.bytes)),
        ("sha256", .string(upload.file.sha256)), ("type", .string(upload.hostType)), ("field", .string(upload.field)),
      ]))
  }
}
