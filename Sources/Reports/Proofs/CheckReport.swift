import JSONAPI
import Store

/// Whether all is true that is true of every mirror; and where the file itself is damaged, what of it is lost.
package struct CheckReport: Report {
  /// What was looked at, and how often it does not hold.
  package var invariants: [InvariantResult]
  /// Nil where the file is sound.
  package var damage: Damage?
  /// Whether contents of files are missing or not what they were.
  package var hasLostContents: Bool

  /// What was found.
  package init(_ invariants: [InvariantResult], damage: Damage? = nil, hasLostContents: Bool = false) {
    self.invariants = invariants
    self.damage = damage
    self.hasLostContents = hasLostContents
  }

  /// Looks at everything. A damaged file is a finding and no error.
  /// - Parameters:
  ///   - path: the mirror's.
  ///   - contents: the folder of the contents of files.
  ///   - isDeep: whether these are read and compared with their hashes.
  /// - Throws: `MirrorUnusable` where there is no mirror, any other fault of it.
  package init(ofMirrorAt path: String, contents: String, isDeep: Bool) throws {
    self.init([])
    do {
      let mirror = try Mirror(path: path, for: .looking)
      invariants = try mirror.reporting.check(isDeep: isDeep)
      if let soundness = invariants.last, soundness.violations > 0 {
        damage = Damage(
          path: path, fault: soundness.example.map { $0.split(separator: "\n").last.map(String.init) ?? $0 })
      } else {
        let found = try mirror.files.check(contentsIn: BinaryFolder(path: contents), isDeep: isDeep)
        hasLostContents = found.violations > 0
        invariants.append(found)
      }
    } catch let fault as MirrorFault where fault.kind == .damaged {
      damage = Damage(path: path, fault: fault.detail)
    }
  }

  /// Whether nothing is wrong.
  package var isSound: Bool { damage == nil && invariants.allSatisfy { $0.violations == 0 } }

  /// A line for each thing that was looked at, then what is lost and what to do.
  package var lines: [String] { invariants.map(CheckReport.line) + losses }
  /// What does not hold, what is lost and what to do.
  package var findings: [String] { invariants.filter { $0.violations > 0 }.map(CheckReport.line) + losses }

  private static func line(_ result: InvariantResult) -> String {
    let detail = result.example.map { "  (\(result.violations), such as \($0))" } ?? ""
    return "\(result.violations == 0 ? "ok      " : "VIOLATED")  \(result.name)\(detail)"
  }

  private var losses: [String] {
    var lines: [String] = []
    if let damage {
      lines.append("DAMAGED   \(damage.path): \(damage.fault)")
      for table in damage.tables { lines.append("  \(table.name): \(table.sentence)") }
      lines += damage.advice.map { "next: \($0)" }
    }
    if hasLostContents {
      lines.append(
        "next: social-mirror sync --full fetches what is missing or damaged; so does the daemon, what is missing "
          + "within the hour")
    }
    return lines
  }

  /// Everything.
  package var json: JSON {
    let all = invariants.map { result -> JSON in
      .object(
        JSONObject([
          ("invariant", .string(result.name)), ("violations", .integer(Int64(result.violations))),
          ("example", .nullable(result.example)),
        ]))
    }
    return .object(JSONObject([("invariants", .array(all)), ("damage", damage.map(CheckReport.form) ?? .null)]))
  }

  private static func form(_ damage: Damage) -> JSON {
    let tables = damage.tables.map { table -> JSON in
      .object(
        JSONObject([
          ("table", .string(table.name)), ("holds", .string(table.part.rawValue)), ("readable", .integer(table.rows)),
          ("broken", .string(table.extent.rawValue)), ("fault", .string(table.fault)),
        ]))
    }
    return .object(
      JSONObject([
        ("path", .string(damage.path)), ("fault", .string(damage.fault)), ("tables", .array(tables)),
        ("advice", .texts(damage.advice)),
      ]))
  }
}
