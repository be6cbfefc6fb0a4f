import JSONAPI
import Store

extension SettingsSource {
  /// `localAPI.sights`: what each sight shows, by its name. What is left out narrows nothing, but what is written is either
  /// understood or refused: a slip of the pen must not show what was to be hidden.
  /// - Throws: `ConfigurationError` naming the key.
  func sights() throws -> [String: SightRules] {
    var sights: [String: SightRules] = [:]
    for member in table("localAPI.sights") {
      guard NameShape.isSightName(member.name) else {
        throw ConfigurationError(
          description: "localAPI.sights: \(SettingsSource.shown(member.name)) is no name of a sight; it takes up to 64 "
            + "letters, digits, _ and -")
      }
      sights[member.name] = try SightRules(member.value, name: "localAPI.sights.\(member.name)")
    }
    return sights
  }
}

extension SightRules {
  private static let keys = ["types", "published", "own", "privateFiles", "hide"]

  /// The rules of one sight.
  /// - Parameter name: the key, for messages.
  fileprivate init(_ value: JSON, name: String) throws {
    guard let members = value.object?.members else {
      throw ConfigurationError(description: "\(name) takes an object with \(SightRules.keys.joined(separator: ", "))")
    }
    var rules = SightRules()
    for member in members {
      let key = "\(name).\(member.name)"
      // As everywhere in the file, null means the same as leaving the key out.
      let isNull = member.value.isNull
      switch member.name {
      case "types": if !isNull { rules.types = try SightRules.types(member.value, key) }
      case "published": if !isNull { rules.published = try SightRules.flag(member.value, key) }
      case "own": if !isNull { rules.own = try SightRules.flag(member.value, key) }
      case "privateFiles": if !isNull { rules.privateFiles = try SightRules.flag(member.value, key) }
      case "hide": if !isNull { rules.hide = try SightRules.hidden(member.value, key) }
      default:
        throw ConfigurationError(
          description: "unknown key \(name).\(SettingsSource.shown(member.name)); a sight has "
            + SightRules.keys.joined(separator: ", "))
      }
    }
    self = rules
  }

  private static func flag(_ value: JSON, _ key: String) throws -> Bool {
    guard let flag = value.bool else { throw ConfigurationError(description: "\(key) takes true or false") }
    return flag
  }

  /// A list of types, or `{"except": […]}`.
  private static func types(_ value: JSON, _ key: String) throws -> Types {
    if value.array != nil { return .only(Set(try typeNames(value, key))) }
    guard let object = value.object, object.names == ["except"], let except = object["except"] else {
      throw ConfigurationError(
        description: "\(key) takes a list of types, such as [\"node\", \"profile--profile\"], or all but some, such as "
          + "{\"except\": [\"user\"]}")
    }
    return .except(Set(try typeNames(except, "\(key).except")))
  }

  private static func typeNames(_ value: JSON, _ key: String) throws -> [String] {
    let names = try texts(value, key)
    guard !names.isEmpty else {
      throw ConfigurationError(description: "\(key) names no type; leave types out of a sight of all types")
    }
    if let strange = names.first(where: { !NameShape.isTypeName($0) }) {
      throw ConfigurationError(
        description: "\(key) takes entity types such as node, with all their bundles, and resource types such as "
          + "node--topic; \(SettingsSource.shown(strange)) is none")
    }
    return names
  }

  private static func hidden(_ value: JSON, _ key: String) throws -> [String] {
    let patterns = try texts(value, key)
    if let strange = patterns.first(where: { !NameShape.isFieldPattern($0) }) {
      throw ConfigurationError(
        description: "\(key) takes fields of types, such as user--user.mail, user.mail or "
          + "profile--profile.field_profile_*; \(SettingsSource.shown(strange)) is none")
    }
    // What identifies a resource is no field: a sight without it has to leave out the type.
    if let identity = patterns.first(where: { $0.hasSuffix(".id") || $0.hasSuffix(".type") }) {
      throw ConfigurationError(
        description: "\(key): \(SettingsSource.shown(identity)) is no field that can be hidden; leave the type out of "
          + "types instead")
    }
    return patterns
  }

  private static func texts(_ value: JSON, _ key: String) throws -> [String] {
    guard let elements = value.array, case let texts = elements.compactMap(\.string), texts.count == elements.count
    else {
      throw ConfigurationError(description: "\(key) takes a list of texts")
    }
    return texts
  }
}
