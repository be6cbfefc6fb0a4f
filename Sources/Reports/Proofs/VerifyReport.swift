import JSONAPI
import Store
import SyncAgent

/// How the mirror differs from the site, and what could not be compared.
package struct VerifyReport: Report {
  /// What the comparison found.
  package var verification: VerificationReport

  /// What a comparison found.
  package init(_ verification: VerificationReport) { self.verification = verification }

  /// Resources that could not be compared, each once.
  package var uncompared: [SetAside] {
    var seen: Set<[String]> = []
    return verification.uncompared.filter { seen.insert([$0.type, $0.subject]).inserted }
  }

  /// The differences, then how much was compared.
  package var lines: [String] { findings + [summary] }
  /// A line for each difference.
  package var findings: [String] { verification.differences.map(\.description) }
  /// Types that could not be read, and resources that could not be compared.
  package var notices: [String] {
    verification.failures.map { "\($0.type): \($0.error)" } + uncompared.map { "not compared: \($0.sentence)" }
  }

  /// How much was compared, in one line.
  package var summary: String {
    var parts = [
      "\(verification.compared) resources compared in \(verification.types) types",
      "\(verification.differences.count) differences",
    ]
    if !verification.failures.isEmpty { parts.append("\(verification.failures.count) types could not be read") }
    let uncompared = uncompared.count
    if uncompared > 0 { parts.append("\(uncompared) resources could not be compared") }
    parts.append("\(verification.requests) requests; not compared: \(VolatileMembers.names.joined(separator: ", "))")
    if verification.unusable > 0 {
      parts.append("\(verification.unusable) resources that cannot be used (`status` names them)")
    }
    return parts.joined(separator: ", ")
  }

  /// Everything.
  package var json: JSON {
    let differences = verification.differences.map { difference -> JSON in
      .object(
        JSONObject([
          ("type", .string(difference.type)), ("id", .string("\(difference.uuid)")),
          ("kind", .string(difference.kind.rawValue)), ("members", .texts(difference.members)),
        ]))
    }
    let failures = verification.failures.map { failure -> JSON in
      .object(JSONObject([("type", .string(failure.type)), ("error", .string("\(failure.error)"))]))
    }
    let uncompared = uncompared.map { row -> JSON in
      .object(
        JSONObject([
          ("type", .string(row.type)), ("subject", .string(row.subject)), ("reason", .string(row.reason)),
        ]))
    }
    return .object(
      JSONObject([
        ("types", .integer(verification.types)), ("compared", .integer(verification.compared)),
        ("requests", .integer(verification.requests)), ("unusable", .integer(verification.unusable)),
        ("differences", .array(differences)), ("failures", .array(failures)), ("notCompared", .array(uncompared)),
        ("volatile", .texts(VolatileMembers.names)),
      ]))
  }
}
