import JSONAPI
import OpenSocial

/// What a new resource shows before the site has seen it: the members that others of its type show, with the values that
/// every site gives a new one (reference 2.6), and those that nearly all others share.
struct TypicalValues {
  /// Resource objects of the type, the newest first.
  let samples: [JSON]

  /// How many others tell what is usual.
  static let most = 12
  /// So many that are alike are no chance.
  private static let enough = 3

  private let called: AttributeNames

  /// - Parameters:
  ///   - changed: what the type calls the time of the last change.
  ///   - serial: what it calls its serial number.
  init(_ samples: [JSON], changed: String = FieldDescription.changed, serial: String? = nil) {
    self.samples = samples
    called = AttributeNames(serial: serial, changed: changed)
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
    let field = FieldDescription(name, called: called)
    switch field.firstValue {
    case .unknown: return .null
    case .now: return .string(RFC3339.text(unixSeconds: now))
    case .shown where values.contains { $0.bool != nil }: return true
    case .never: return values.contains { $0.string != nil } ? .string(RFC3339.text(unixSeconds: 0)) : .null
    case .alike: return values.first { !$0.isNull } ?? .null
    case .flag: return usual(values.filter { !$0.isNull }) ?? false
    case .yes: return true
    case .shown, .usual: break
    }
    if values.contains(where: { $0.array != nil }) { return .array([]) }
    if field.isAboutRevision { return .null }
    if values.contains(where: { $0.bool != nil }) { return usual(values) ?? false }
    guard let first = values.first?.object, values.allSatisfy({ $0.object != nil }) else {
      return field.isConfigured ? .null : usual(values) ?? .null
    }
    if first[FieldDescription.statistics] != nil { return comments(first, values) }
    if field.isConfigured || first.names.contains(where: { FieldDescription.computedProperties.contains($0) }) {
      return .null
    }
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
          return (name, name == FieldDescription.lastCommenter ? .null : 0)
        }))
  }

  /// Whether others have a target in a to-one relationship.
  func isUsual(_ relationship: String) -> Bool {
    samples.contains { $0["relationships"]?[relationship]?["data"]?.object != nil }
  }
}
