import JSONAPI
import Logging
import OpenSocial
import Store

/// What was configured and is not on the site, and what the site has and is not read: said, never a failure.
enum TypeSelection {
  /// What the usual types and the unread ones are noted under.
  static let missing = "site.entityTypes"
  static let unread = "unread types"

  /// The things to set aside, as a decision only.
  /// - Parameter time: this machine's Unix seconds.
  static func findings(_ types: [DiscoveredType], _ settings: SyncSettings, at time: Int64) -> [SetAside] {
    let absent = settings.entityTypes.filter { name in
      !types.contains { $0.name == name || $0.link == name || EntityTypes.means(name, $0.home.entityType) }
    }
    let usual = absent.filter { SyncSettings.usualEntityTypes.contains($0) }
    var found = absent.filter { !usual.contains($0) }.map { name in
      SetAside(
        .setting, subject: name,
        reason: "site.entityTypes names it, and the site has no entity type or resource type of this name",
        advice: "is the name right?", at: time)
    }
    for name in Set(settings.policyTypes).sorted() where !types.contains(where: { $0.name == name || $0.link == name })
    {
      found.append(
        SetAside(
          .setting, subject: "sync.conflicts.\(name)", reason: "the site has no resource type of this name",
          advice: "is the name right?", at: time))
    }
    if !usual.isEmpty {
      found.append(
        SetAside(
          .setting, subject: missing, reason: "the site has no type of \(usual.sorted().joined(separator: ", "))",
          advice: "nothing has to be done where that module is not on", at: time))
    }
    let views = types.filter { isView($0, among: types) }
    for view in views where settings.mirrors(view) {
      found.append(
        SetAside(
          .type, type: view.link, subject: "collection",
          reason: "it is a collection over types that are read by themselves",
          advice: "", at: time))
    }
    let left = types.filter { !settings.mirrors($0) && !views.contains($0) }.map(\.link).sorted()
    if !left.isEmpty {
      let names = left.prefix(100).joined(separator: ", ") + (left.count > 100 ? " and \(left.count - 100) more" : "")
      found.append(
        SetAside(
          .type, subject: unread,
          reason:
            "\(left.count) resource \(left.count == 1 ? "type" : "types") of the site \(left.count == 1 ? "is" : "are") not "
            + "mirrored: \(names)", advice: "site.entityTypes takes what else is wanted", at: time))
    }
    return found
  }

  /// Whether a link is a collection over types that have links of their own: of all bundles of an entity type, say.
  static func isView(_ type: DiscoveredType, among types: [DiscoveredType]) -> Bool {
    guard type.source == .nothing, !ResourceTypeName(type.link).tellsHome else { return false }
    return types.contains { $0.link != type.link && $0.home.entityType == type.link && $0.source != .nothing }
  }

  /// Notes what is found, and says in the log what is new of it.
  static func note(
    _ types: [DiscoveredType], _ settings: SyncSettings, in mirror: Mirror, _ logger: Logger, at time: Int64
  ) throws {
    let found = findings(types, settings, at: time)
    let before = try mirror.reading.setAside().filter { mine($0) }
    for thing in before
    where !found.contains(where: { ($0.kind, $0.type, $0.subject) == (thing.kind, thing.type, thing.subject) }) {
      try mirror.pulling.takeBack(thing.kind, of: thing.type, subject: thing.subject)
    }
    let fresh = found.filter { thing in
      !before.contains {
        ($0.kind, $0.type, $0.subject, $0.reason) == (thing.kind, thing.type, thing.subject, thing.reason)
      }
    }
    for thing in fresh { logger.notice("\(thing.sentence)") }
    // What stands there already costs no write.
    try mirror.pulling.setAside(fresh)
  }

  private static func mine(_ thing: SetAside) -> Bool {
    switch thing.kind {
    case .setting: thing.type.isEmpty && thing.subject != ClockDifference.subject
    case .type: thing.subject == unread || thing.subject == "collection"
    default: false
    }
  }
}
