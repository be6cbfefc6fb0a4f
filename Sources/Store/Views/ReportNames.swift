import JSONAPI

/// Names of views and columns: what the site calls things, so that no tool has to quote them and no two differ in letter case alone.
/// Whatever the site's names are, these consist of ASCII letters, digits and `_`.
enum ReportNames {
  /// PostgreSQL cuts names off behind so many bytes.
  static let longest = 63

  /// What begins like this is SQLite's own: a view of such a name could not be made, or would stand in the way of a function.
  private static let beginnings = ["sqlite_", "pragma_", "json_", "jsonb_"]

  /// The name of the view of a type: `node_event` of `node--event`, and `user` of `user--user`.
  static func view(of type: String) -> String {
    let parts = ResourceTypeName(type)
    let name = plain(
      parts.entityType == parts.bundle ? parts.entityType : type.replacing(/--/, with: "_"))
    return beginnings.contains { name.lowercased().hasPrefix($0) } ? "_\(name)".short : name
  }

  /// The name of the view of a relationship to many.
  static func link(_ relationship: String, of view: String) -> String { plain("\(view)__\(relationship)") }

  /// A name with `_` for each sign that is no ASCII letter, digit or `_`; a long one with a number for its end, which tells it from
  /// others with the same beginning.
  static func plain(_ name: String) -> String {
    var plain = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": plain.unicodeScalars.append(scalar)
      default: plain += "_"
      }
    }
    return plain.isEmpty ? "_" : plain.short
  }
}

extension String {
  /// The name itself, or its beginning and a number that is made of all of it (FNV-1a).
  fileprivate var short: String {
    guard utf8.count > ReportNames.longest else { return self }
    let number = utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let digits = String(number, radix: 16)
    return String(prefix(ReportNames.longest - 9)) + "_" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// The names that are given away in one place, letter case apart.
struct TakenNames {
  private var names: Set<String>
  /// The number that was given last, by name: thousands of the same name are told apart in time proportional to them.
  private var last: [String: Int] = [:]

  init(_ names: some Sequence<String>) { self.names = Set(names.map { $0.lowercased() }) }

  /// Whether somebody has a name.
  func contains(_ name: String) -> Bool { names.contains(name.lowercased()) }

  /// Gives a name away: the one that is wanted, or that with the first number behind it that nobody has, from 2 on.
  mutating func take(_ wanted: String) -> String {
    let key = wanted.lowercased()
    if names.insert(key).inserted { return wanted }
    var number = last[key] ?? 1
    while true {
      number += 1
      let ending = "_\(number)"
      let name = String(wanted.prefix(ReportNames.longest - ending.utf8.count)) + ending
      if names.insert(name.lowercased()).inserted {
        last[key] = number
        return name
      }
    }
  }
}
