import JSONAPI

/// What a new resource shows before the site has seen it: the members that others of its type show, with the values that
/// every site gives a new one (reference 2.6), and those that nearly all others share.
struct TypicalValues {
  /// Resource objects of the type, the newest first.
  let samples: [JSON]

  /// How many others tell what is usual.
  static let most = 12
  /// So many that are alike are no chance.
  private static let enough = 3

  private let changedName: String
  private let serialName: String?

  /// - Parameters:
  ///   - changed: what the type calls the time of the last change.
  ///   - serial: what it calls its serial number.
  init(_ samples: [JSON], changed: String = "changed", serial: String? = nil) {
    self.samples = samples
    (changedName, serialName) = (changed, serial)
  }

  /// The attributes in the site's order.
  func attributes(at now: Int64) -> JSONObject {
    var attributes = JSONObject()
    for name in samples.first?["attributes"]?.object?.names ?? [] {
      attributes[name] = initial(name, samples.compactMap { $0["attributes"]?[name] }, at: now)
    }
    return attributes
  }

  /// The `data` of a relationship: empty, but for the root of a taxonomy, where others have it.
  func linkage(_ name: String) -> JSON {
    let all = samples.compactMap { $0["relationships"]?[name]?["data"] }
    guard all.contains(where: { $0.array != nil }) else { return .null }
    return all.first { $0.array?.count == 1 && $0.array?.first?["id"] == "virtual" } ?? .array([])
  }

  private func initial(_ name: String, _ values: [JSON], at now: Int64) -> JSON {
    switch name {
    case _ where name == serialName: return .null
    case changedName, "created", "revision_created", "revision_timestamp":
      return .string(RFC3339.text(unixSeconds: now))
    case "status" where values.contains { $0.bool != nil }: return true
    case "access", "login": return values.contains { $0.string != nil } ? .string(RFC3339.text(unixSeconds: 0)) : .null
    case "langcode": return values.first { !$0.isNull } ?? .null
    case "promote", "sticky": return usual(values.filter { !$0.isNull }) ?? false
    case "default_langcode", "revision_translation_affected": return true
    case _ where name.hasPrefix("drupal_internal__"): return .null
    default: break
    }
    if values.contains(where: { $0.array != nil }) { return .array([]) }
    if name.hasPrefix("revision_") { return .null }
    if values.contains(where: { $0.bool != nil }) { return usual(values) ?? false }
    guard let first = values.first?.object, values.allSatisfy({ $0.object != nil }) else {
      return name.hasPrefix("field_") ? .null : usual(values) ?? .null
    }
    if first["comment_count"] != nil { return comments(first, values) }
    if name.hasPrefix("field_") || first["processed"] != nil { return .null }
    return .object(
      JSONObject(
        first.names.map { part in
          let all = values.compactMap { $0[part] }
          return (part, part == "langcode" ? all.first ?? .null : usual(all) ?? .null)
        }))
  }

  /// The value that nearly all others have.
  private func usual(_ values: [JSON]) -> JSON? {
    guard values.count >= TypicalValues.enough else { return nil }
    let counts = values.reduce(into: [JSON: Int]()) { $0[$1, default: 0] += 1 }
    return counts.first { $0.value * 5 >= values.count * 4 }?.key
  }

  /// The statistics of a host without comments.
  private func comments(_ other: JSONObject, _ all: [JSON]) -> JSON {
    // Open, unless nearly all others are not (reference 2.6).
    let status = usual(all.compactMap { $0["status"] }) ?? 2
    return .object(
      JSONObject(
        other.names.map { name in
          if name == "status" { return (name, status) }
          return (name, name == "last_comment_name" ? .null : 0)
        }))
  }

  /// Whether others have a target in a to-one relationship.
  func isUsual(_ relationship: String) -> Bool {
    samples.contains { $0["relationships"]?[relationship]?["data"]?.object != nil }
  }
}
