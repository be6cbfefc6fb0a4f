/// The name of the schema that holds a copy.
package enum SchemaName {
  /// PostgreSQL cuts names off behind so many bytes; some are left for the schema beside it.
  private static let longest = 50

  /// A name that was configured, where it can be one: it begins with a small letter or `_`, and has small letters, digits and `_`.
  package static func checked(_ name: String) throws -> String {
    let isName =
      name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F }
      && name.utf8.first.map { !($0 >= 0x30 && $0 <= 0x39) } == true
    guard isName, name.utf8.count <= longest, !name.hasPrefix("pg_"), name != "information_schema", name != "public"
    else {
      throw PublishRefusal(
        "publish.schema takes a name of small letters, digits and _ of at most \(longest), neither public nor one of PostgreSQL's own"
      )
    }
    return name
  }

  /// The name where none was configured: the host and path of the site, `community_example_org`.
  package static func derived(from site: String) -> String {
    let rest = site.firstRange(of: "://").map { String(site[$0.upperBound...]) } ?? site
    var name = ""
    for scalar in rest.lowercased().unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": name.unicodeScalars.append(scalar)
      default: if !name.hasSuffix("_") { name += "_" }
      }
    }
    while name.hasSuffix("_") { name.removeLast() }
    if name.isEmpty { return "mirror" }
    // The end of a long name tells it from others with the same beginning.
    if name.utf8.count > longest { name = String(name.prefix(longest - 9)) + "_" + digits(of: name) }
    let isPlain = name.unicodeScalars.first.map { ("a"..."z").contains($0) } ?? false
    return isPlain && !name.hasPrefix("pg_") && name != "public" && name != "information_schema" ? name : "s_\(name)"
  }

  /// FNV-1a, in eight digits.
  private static func digits(of text: String) -> String {
    let number = text.utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
