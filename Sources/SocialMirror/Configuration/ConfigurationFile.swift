import Configuration
import Foundation
import JSONAPI

/// A configuration that cannot be used: which key, what is wrong with it, and the way out. Exit code 2.
struct ConfigurationError: Error, CustomStringConvertible {
  var description: String
}

/// The configuration file, checked against the list of keys.
struct ConfigurationFile {
  /// Values by key; nothing for `null`.
  let values: [String: JSON]
  /// The folder that relative paths count from.
  let folder: String
  /// What it was read from, as it was named.
  let name: String

  /// Where the file is looked for when no path is given.
  static let usualPlaces = ["config.json", "/etc/social-mirror/config.json"]

  /// Finds and reads the file: the path given, else `$SOCIAL_MIRROR_CONFIG`, else the usual places.
  /// - Throws: `ConfigurationError` when there is none, or a key or value of it does not fit.
  init(path: String?, environment: [String: String]) throws {
    let given = path ?? environment["SOCIAL_MIRROR_CONFIG"]
    let candidates = given.map { [$0] } ?? ConfigurationFile.usualPlaces
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw ConfigurationError(
        description: given.map { "there is no configuration file \($0)" }
          ?? "no configuration: give --config PATH, set SOCIAL_MIRROR_CONFIG, or put a config.json here; "
          + "config.example.json shows every key")
    }
    guard let data = FileManager.default.contents(atPath: found) else {
      throw ConfigurationError(description: "\(found) cannot be read; check its permissions")
    }
    try self.init(data, name: found, folder: (found as NSString).deletingLastPathComponent)
  }

  /// Checks the text of a file.
  init(_ data: Data, name: String, folder: String) throws {
    self.folder = folder.isEmpty ? "." : folder
    self.name = name
    let json: JSON
    do { json = try JSON(parsing: data) } catch {
      throw ConfigurationError(description: "\(name) is \(error)")
    }
    guard case .object(let object) = json else {
      throw ConfigurationError(description: "\(name) should hold one JSON object; config.example.json shows it")
    }
    var values: [String: JSON] = [:]
    try ConfigurationFile.collect(object, prefix: "", name: name, into: &values)
    self.values = values
  }

  private static func collect(
    _ object: JSONObject, prefix: String, name file: String, into values: inout [String: JSON]
  ) throws {
    for member in object.members {
      let name = prefix + member.name
      if let key = ConfigurationKey.named(name) {
        guard key.accepts(member.value) else {
          throw ConfigurationError(description: "\(file): \(name) \(key.refusal(of: member.value))")
        }
        if !member.value.isNull { values[name] = member.value }
      } else if ConfigurationKey.all.contains(where: { $0.name.hasPrefix(name + ".") }) {
        guard case .object(let inner) = member.value else {
          throw ConfigurationError(description: "\(file): \(name) takes an object")
        }
        try collect(inner, prefix: name + ".", name: file, into: &values)
      } else {
        throw ConfigurationError(description: "\(file): unknown key \(name)\(hint(name))")
      }
    }
  }

  /// A key of nearly this name, for a slip of the pen.
  private static func hint(_ name: String) -> String {
    let flat = name.lowercased().filter { $0.isLetter }
    let near = ConfigurationKey.all.first { key in
      let other = key.name.lowercased().filter { $0.isLetter }
      return other == flat || other.hasSuffix(flat) && flat.count > 4
    }
    return near.map { "; is \($0.name) meant?" } ?? "; config.example.json shows every key"
  }

  /// The values as a source for the configuration reader; tables stay behind.
  var provider: InMemoryProvider {
    var content: [AbsoluteConfigKey: ConfigValue] = [:]
    for (name, value) in values {
      guard let converted = ConfigurationFile.content(value, of: name) else { continue }
      content[AbsoluteConfigKey(name.split(separator: ".").map(String.init))] = ConfigValue(converted, isSecret: true)
    }
    return InMemoryProvider(name: "configuration file", values: content)
  }

  private static func content(_ value: JSON, of name: String) -> ConfigContent? {
    switch (value, ConfigurationKey.named(name)?.kind) {
    case (.string(let text), _): .string(text)
    case (.bool(let flag), _): .bool(flag)
    case (.number, .integer): value.integer.map { .int(Int($0)) }
    case (.number, _): value.double.map { .double($0) }
    case (.array(let elements), _): .stringArray(elements.compactMap(\.string))
    default: nil
    }
  }
}
