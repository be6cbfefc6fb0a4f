import JSONAPI
import Store
import SyncAgent

/// What was found before a mirror is relied on: of the site, of this machine, and of the mirror. Each finding comes with its weight and
/// the next thing to do.
package struct DoctorReport: Report {
  /// How it came out, by who has to do something first. A person's doing goes before what may pass by itself.
  package enum Outcome: Sendable, Hashable {
    /// Nothing is to be done.
    case fine
    /// The configuration is another mirror's, or does not fit the site.
    case configuration
    /// A fault of this machine.
    case machine
    /// The site refuses the credentials.
    case credentials
    /// The site cannot be reached, or does not answer sensibly.
    case site
    /// A mirror can be kept, and somebody should look.
    case person
  }

  /// The findings: the site's first, in the order in which a round would meet them.
  package var all: [DoctorFinding]
  /// What was seen of each type.
  package var types: [ShownType]

  /// What there is to say of what was found out.
  package init(site: SiteEvidence, machine: MachineEvidence, mirror: MirrorState) {
    all = SiteFindings.all(site) + MachineFindings.all(machine) + mirror.findings
    types = site.types
  }

  /// How it came out.
  package var outcome: Outcome {
    let faults = Set(all.filter { $0.weight == .fault }.map(\.cause))
    if faults.contains(.configuration) { return .configuration }
    if faults.contains(.machine) { return .machine }
    if faults.contains(.credentials) { return .credentials }
    if faults.contains(.site) { return .site }
    return all.contains(where: \.isToBeDone) ? .person : .fine
  }

  /// Every finding, and what is to be done in one line.
  package var lines: [String] { all.flatMap(\.lines) + [summary] }
  /// What is to be done.
  package var findings: [String] { all.filter(\.isToBeDone).flatMap(\.lines) }

  private var summary: String {
    let faults = all.count(where: { $0.weight == .fault })
    let warnings = all.count(where: { $0.weight == .warning })
    guard faults + warnings > 0 else { return "nothing has to be done" }
    return "\(faults) \(faults == 1 ? "fault" : "faults"), \(warnings) \(warnings == 1 ? "warning" : "warnings")"
  }

  /// Everything, and the numbers of each type.
  package var json: JSON {
    .object(
      JSONObject([
        ("isFine", .bool(outcome == .fine)), ("findings", .array(all.map(\.json))),
        ("types", .array(types.map(Self.form))),
      ]))
  }

  private static func form(_ type: ShownType) -> JSON {
    .object(
      JSONObject([
        ("type", .string(type.type)), ("whole", .integer(type.whole)), ("labels", .integer(type.labels)),
        ("omitted", .integer(type.omitted)), ("unusable", .integer(type.unusable)), ("hasMore", .bool(type.hasMore)),
        ("filters", .nullable(type.filters?.rawValue)), ("filtered", .integer(type.filtered)),
        ("milliseconds", .integer(type.milliseconds)), ("reasons", .texts(type.reasons)),
        ("tooMuch", .nullable(type.tooMuch?.words)), ("failure", .nullable(type.failure?.words)),
      ]))
  }
}
