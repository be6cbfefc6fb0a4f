import Configuration
import Foundation
import JSONAPI
import SyncAgent

/// A secret: it prints as nothing.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
  /// The secret itself, for the one place that sends it.
  let value: String
  var description: String { "(hidden)" }
  var customMirror: Swift.Mirror { Swift.Mirror(self, children: [:]) }
}

/// Single values of the configuration: the environment first, then the file.
struct SettingsSource {
  private let reader: ConfigReader
  private let file: ConfigurationFile

  init(file: ConfigurationFile, environment: [String: String]) throws {
    self.file = file
    // A variable that is set to nothing is one that a shell script left out.
    let set = environment.filter { !$0.value.isEmpty }
    reader = ConfigReader(providers: [EnvironmentVariablesProvider(environmentVariables: set), file.provider])
    for key in ConfigurationKey.all {
      guard let text = set[key.variable] else { continue }
      try SettingsSource.check(text, key)
    }
  }

  /// A value from the environment is checked here: the reader would fall back to the file for one that does not fit.
  private static func check(_ text: String, _ key: ConfigurationKey) throws {
    let fits =
      switch key.kind {
      case .text, .list: true
      case .word(let words): words.contains(text)
      case .number: Double(text).map { $0.isFinite } ?? false
      // Not a number is in no range.
      case .share: Double(text).map { (0...1).contains($0) } ?? false
      case .integer(let range): Int(text).map(range.contains) ?? false
      case .flag: ["true", "false", "1", "0"].contains(text.lowercased())
      case .table: false
      }
    guard fits else {
      throw ConfigurationError(description: "environment variable \(key.variable) \(key.refusal(of: .string(text)))")
    }
  }

  func text(_ name: String) throws -> String? {
    let text = reader.string(forKey: ConfigKey(name))
    return text?.isEmpty == true ? nil : text
  }
  func integer(_ name: String) throws -> Int? { reader.int(forKey: ConfigKey(name)) }
  func number(_ name: String) throws -> Double? { reader.double(forKey: ConfigKey(name)) }
  func flag(_ name: String) throws -> Bool? { reader.bool(forKey: ConfigKey(name)) }
  func list(_ name: String) throws -> [String]? { reader.stringArray(forKey: ConfigKey(name)) }

  /// The elements of a list as a shape reads them, without spaces around and repeats.
  /// - Parameters:
  ///   - shape: nil for what is none.
  ///   - expectation: what the key takes.
  /// - Throws: `ConfigurationError` naming the element that is none.
  func names(_ name: String, _ shape: (String) -> String?, expecting expectation: String) throws -> [String]? {
    guard let given = try list(name) else { return nil }
    var seen: Set<String> = []
    var names: [String] = []
    for element in given {
      let element = element.trimmingCharacters(in: .whitespaces)
      guard let read = shape(element) else {
        throw ConfigurationError(
          description: "\(name) takes \(expectation); \(SettingsSource.shown(element)) is none of them")
      }
      if seen.insert(read).inserted { names.append(read) }
    }
    return names
  }

  /// The members of a table; none where there is none.
  func table(_ name: String) -> [JSONObject.Member] { file.values[name]?.object?.members ?? [] }

  /// What somebody wrote, as messages show it.
  static func shown(_ text: String) -> String {
    JSON.string(text.count > 80 ? String(text.prefix(80)) + "…" : text).text()
  }

  /// One of the words of a type.
  /// - Throws: `ConfigurationError` for any other, which never becomes one of them.
  func word<Word: ConfigurationWord>(_ name: String) throws -> Word? {
    guard let text = try text(name) else { return nil }
    return try SettingsSource.word(.string(text), of: name)
  }

  private static func word<Word: ConfigurationWord>(_ value: JSON, of name: String) throws -> Word {
    guard let word = value.string.flatMap({ Word(rawValue: $0) }) else {
      let key = ConfigurationKey(name: name, kind: .word(Word.words))
      throw ConfigurationError(description: "\(name) \(key.refusal(of: value))")
    }
    return word
  }

  /// A path, absolute: a relative one counts from the configuration file's folder.
  func path(_ name: String) throws -> String? { try text(name).map(absolute) }

  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let folder = file.folder.hasPrefix("/") ? file.folder : FileManager.default.currentDirectoryPath + "/" + file.folder
    return ((folder + "/" + path) as NSString).standardizingPath
  }

  /// An `http:` or `https:` URL without query, its trailing slashes taken off.
  func url(_ name: String) throws -> String? {
    guard let text = try text(name) else { return nil }
    let lower = text.lowercased()
    guard lower.hasPrefix("http://") || lower.hasPrefix("https://"), let url = URL(string: text), url.host != nil,
      url.query == nil, url.user == nil
    else {
      throw ConfigurationError(
        description: "\(name) takes a URL such as https://community.example.org, without user, query or fragment")
    }
    return String(text.reversed().drop { $0 == "/" }.reversed())
  }

  /// A secret given directly or as the file that holds it (`…File`), such as a systemd credential.
  func secret(_ name: String) throws -> Secret? {
    if let value = try text(name) { return Secret(value: value) }
    guard let path = try path(name + "File") else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(
        description: "\(name)File: \(path) cannot be read; check that it is there and its permissions")
    }
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    // The units hand over an empty credential for a secret that the administrator did not set.
    return text.isEmpty ? nil : Secret(value: text)
  }

  func required<Value>(_ name: String, _ value: Value?, orFile: Bool = false) throws -> Value {
    if let value { return value }
    let variable = ConfigurationKey.named(name)?.variable ?? name
    throw ConfigurationError(
      description: "\(name) is missing; give it in the configuration"
        + (orFile ? ", name a file with \(name)File," : "") + " or set \(variable)")
  }

  /// `sync.conflicts`: a policy by resource type or field, and for all others `default`.
  func conflictPolicies() throws -> [String: ConflictPolicy] {
    var policies = Defaults.conflicts
    for member in table("sync.conflicts") {
      guard NameShape.isPolicyName(member.name) else {
        throw ConfigurationError(
          description: "sync.conflicts.\(member.name): policies go by \"default\", by a type such as \"node--topic\", "
            + "or by a field such as \"node--topic.title\"")
      }
      let policy: ConflictPolicy = try SettingsSource.word(member.value, of: "sync.conflicts.\(member.name)")
      policies[member.name] = policy
    }
    return policies
  }

  static func isLoopback(_ url: String) -> Bool {
    guard let host = URL(string: url)?.host?.lowercased() else { return false }
    return host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
  }
}
