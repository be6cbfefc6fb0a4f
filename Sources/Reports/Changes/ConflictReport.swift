import JSONAPI
import Store
import SyncAgent

/// One conflict, field by field, with all three versions of the resource and what was decided. Passwords are not shown.
package struct ConflictReport: Report {
  /// The conflict.
  package var conflict: OutboxConflict

  /// A conflict that was read.
  package init(_ conflict: OutboxConflict) {
    self.conflict = conflict
    // Who deleted something has to see what others made of it: what an older program noted does not say so.
    if conflict.kind == .changedOnSite, conflict.fields.isEmpty, let site = conflict.site {
      self.conflict.fields = OthersEdits(site, since: conflict.base).fields
    }
  }

  /// Reads a conflict; nil where there is none of that number that can be read.
  /// - Throws: a fault of the mirror.
  package init?(_ id: Int64, of mirror: Mirror) throws {
    guard let conflict = try mirror.outbox.conflict(id) else { return nil }
    self.init(conflict)
  }

  /// One line for lists.
  package var line: String {
    let fields = conflict.fields.map(\.name).joined(separator: ",")
    var line = "\(conflict.id)  \(conflict.kind.rawValue)  \(conflict.type) \(conflict.uuid)  change \(conflict.change)"
    line += "  \(RFC3339.text(unixSeconds: conflict.noticed))"
    if !fields.isEmpty { line += "  \(fields)" }
    if let decision = conflict.decision { line += "  decided: \(decision)" }
    return line
  }

  /// The line, then field by field, and how to decide.
  package var lines: [String] {
    var lines = [line]
    for field in conflict.fields {
      let value = ShownValue(of: field.name)
      lines.append("  \(field.name)")
      lines.append("    base  \(value.text(field.base))")
      lines.append("    site  \(value.text(field.site))")
      lines.append("    local \(value.text(field.local))")
    }
    if conflict.decision == nil {
      lines.append("  decide with: social-mirror conflicts resolve \(conflict.id) --take site|local|FILE")
    }
    return lines
  }

  /// Everything.
  package var json: JSON {
    let fields = conflict.fields.map { field in
      ShownValue(of: field.name).json(
        in: field.group, [("base", field.base), ("site", field.site), ("local", field.local)])
    }
    return .object(
      JSONObject([
        ("id", .integer(conflict.id)), ("kind", .string(conflict.kind.rawValue)), ("type", .string(conflict.type)),
        ("uuid", .string(conflict.uuid.description)), ("change", .integer(conflict.change)),
        ("noticed", .time(conflict.noticed)), ("consumer", .nullable(conflict.author.consumer)),
        ("account", .nullable(conflict.author.account)), ("fields", .array(fields)), ("base", conflict.base ?? .null),
        ("site", conflict.site ?? .null), ("local", conflict.local ?? .null),
        ("decision", .nullable(conflict.decision)), ("decided", .time(conflict.decided)),
      ]))
  }
}
