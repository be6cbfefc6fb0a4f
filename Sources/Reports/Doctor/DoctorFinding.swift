import JSONAPI

/// One thing that was looked at before a mirror is relied on, how much it weighs, and what to do about it.
package struct DoctorFinding: Sendable, Hashable {
  /// How much it weighs.
  package enum Weight: String, Sendable, Hashable {
    /// It is as it should be.
    case fine = "ok"
    /// It is worth knowing; nothing has to be done.
    case note
    /// The mirror can be kept, and a person should look: something is missing in it, slow, or cannot be carried to the site.
    case warning
    /// The mirror cannot be kept, or not be trusted, until this is put right.
    case fault
  }

  /// What it is about.
  package enum Area: String, Sendable, Hashable {
    case reachability, tls, frontDoor = "front door", signIn = "sign-in", account, clock, caches, versions, types,
      rights
    case filters, pages, writes, configuration, permissions, disk, lock, descriptors, ports, mirror
  }

  /// Whose it is to put right: what the exit code is made of.
  package enum Cause: Sendable, Hashable {
    case configuration, machine, credentials, site, person
  }

  /// How much it weighs.
  package var weight: Weight
  /// What it is about.
  package var area: Area
  /// What was found.
  package var text: String
  /// The next command, or the exact setting on the site's side; nil where nothing has to be done.
  package var next: String?
  /// Whose it is; for those of weight `warning` always a person's.
  package var cause: Cause

  /// A finding.
  package init(_ weight: Weight, _ area: Area, _ text: String, next: String? = nil, cause: Cause = .person) {
    self.weight = weight
    self.area = area
    self.text = text
    self.next = next
    self.cause = weight == .warning ? .person : cause
  }

  /// Whether something is to be done.
  package var isToBeDone: Bool { weight == .warning || weight == .fault }

  /// For people: the finding, and below it what to do.
  var lines: [String] {
    let mark = weight.rawValue.padded(to: 8)
    return ["\(mark) \(area.rawValue.padded(to: 13)) \(text)"] + (next.map { ["  next: \($0)"] } ?? [])
  }

  /// For programs.
  var json: JSON {
    .object(
      JSONObject([
        ("weight", .string(weight.rawValue)), ("area", .string(area.rawValue)), ("finding", .string(text)),
        ("next", .nullable(next)),
      ]))
  }
}
