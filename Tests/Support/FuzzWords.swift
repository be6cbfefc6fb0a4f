import Foundation
import JSONAPI

/// The words that fuzzed requests are made of: paths, names and values of the recorded community, the grammar of queries,
/// and what breaks parsers.
struct FuzzWords {
  private var paths: [String] = []
  private var resources: [String] = []
  private var names: [String] = []
  private var relationships: [String] = []
  private var values: [String] = []

  init() throws {
    paths = try CrawledMirror.paths().values.sorted()
    var names: Set<String> = []
    var relationships: Set<String> = []
    for (key, resource) in try RecordedCrawl.resources().sorted(by: { $0.key < $1.key }) {
      guard let split = key.firstIndex(of: "/") else { continue }
      if resources.count < 400 || values.count < 400 {
        resources.append("/jsonapi/\(key[..<split].replacing("--", with: "/"))\(key[split...])")
        values.append(String(key[key.index(after: split)...]))
      }
      for member in resource["attributes"]?.object?.members ?? [] where names.count < 500 {
        names.insert(member.name)
        for inner in member.value.object?.names ?? [] { names.insert("\(member.name).\(inner)") }
        if let text = member.value.string, values.count < 900 { values.append(text) }
        if let number = member.value.integer, values.count < 900 { values.append(String(number)) }
      }
      relationships.formUnion(resource["relationships"]?.object?.names ?? [])
    }
    self.names = names.sorted()
    self.relationships = relationships.sorted()
    values += FuzzWords.odd
  }

  private static let operators = [
    "=", "<>", ">", ">=", "<", "<=", "STARTS_WITH", "CONTAINS", "ENDS_WITH", "IN", "NOT IN", "BETWEEN", "NOT BETWEEN",
    "IS NULL", "IS NOT NULL", "LIKE", "!=", "in", "",
  ]

  private static let odd = [
    "", " ", "0", "-1", "1e999", "9223372036854775808", "-9223372036854775808", "NaN", "null", "true", "'", "\"", "\\",
    "%", "_",
    "') OR 1=1 --", "\u{0}", "\u{FFFD}", "\u{1F918}", "e\u{301}", "ß", "İ", "[", "]", "{}", "$", "$.a[0]", "@root", ".",
    "..", "a.b.c.d",
    "id", "meta", "entity", "entity:node", "0", "1.5", "2026-01-01T00:00:00+00:00", "*", ",", "-", "--", "a,b", "\n",
    String(repeating: "x", count: 600),
  ]

  /// A path and a query, sometimes damaged.
  func target(_ random: inout SplitMix) -> String {
    var target = path(&random)
    if random.next(of: 10) > 0 { target += "?" + query(&random) }
    if random.next(of: 5) == 0 { target = damaged(target, &random) }
    return target
  }

  /// Any text without line breaks.
  func noise(_ random: inout SplitMix) -> String {
    var text = ""
    for _ in 0..<random.next(of: 6) {
      text += random.pick(["gzip", "W/", "\"", "*", ",", ";q=", "0", "1", "identity", ".", "eyJ", " ", "x"])
    }
    return text
  }

  private func path(_ random: inout SplitMix) -> String {
    switch random.next(of: 12) {
    case 0:
      return random.pick(["/", "/jsonapi", "/jsonapi/", "/oauth/token", "/oauth/jwks", "/oauth/userinfo", "//", "*"])
    case 1: return random.pick(resources)
    case 2: return random.pick(resources) + "/" + random.pick(relationships)
    case 3: return random.pick(resources) + "/relationships/" + random.pick(relationships)
    case 4: return random.pick(resources) + "/" + encoded(random.pick(FuzzWords.odd), &random)
    case 5: return random.pick(paths) + "/" + encoded(random.pick(FuzzWords.odd), &random)
    default: return random.pick(paths)
    }
  }

  private func query(_ random: inout SplitMix) -> String {
    var parts: [String] = []
    for _ in 0...random.next(of: 4) { parts += parameter(&random) }
    if random.next(of: 4) > 0 { parts.append("page%5Blimit%5D=\(1 + random.next(of: 3))") }
    return parts.joined(separator: "&")
  }

  private func parameter(_ random: inout SplitMix) -> [String] {
    let key = "k\(random.next(of: 3))"
    switch random.next(of: 12) {
    case 0: return ["filter[\(encoded(fieldPath(&random), &random))]=\(value(&random))"]
    case 1, 2, 3, 4:
      let start = "filter[\(key)]" + (random.next(of: 4) > 0 ? "[condition]" : "")
      var parts = ["\(start)[path]=\(encoded(fieldPath(&random), &random))"]
      if random.next(of: 8) > 0 {
        parts.append("\(start)[operator]=\(encoded(random.pick(FuzzWords.operators), &random))")
      }
      for _ in 0..<random.next(of: 3) { parts.append("\(start)[value][]=\(value(&random))") }
      if random.next(of: 2) == 0 { parts.append("\(start)[value]=\(value(&random))") }
      if random.next(of: 4) == 0 { parts.append("\(start)[memberOf]=g\(random.next(of: 3))") }
      return parts
    case 5:
      let group = "filter[g\(random.next(of: 3))][group]"
      return [
        "\(group)[conjunction]=\(random.pick(["AND", "OR", "or", ""]))", "\(group)[memberOf]=g\(random.next(of: 3))",
      ]
    case 6: return ["sort=\(random.pick(["", "-"]))\(encoded(fieldPath(&random), &random)),\(random.pick(names))"]
    case 7: return ["sort[\(key)][path]=\(encoded(fieldPath(&random), &random))", "sort[\(key)][direction]=DESC"]
    case 8: return ["include=\(encoded(includePath(&random), &random)),\(encoded(includePath(&random), &random))"]
    case 9:
      return ["fields[\(random.pick(["node--topic", "user--user", "x", ""]))]=\(random.pick(names)),\(value(&random))"]
    case 10: return ["page[\(random.pick(["offset", "limit", "number", ""]))]=\(value(&random))"]
    default:
      return [
        "\(random.pick(["resourceVersion", "_format", "fooBar", "foo", "filter", "page", "include[]", "[", ""]))=\(value(&random))"
      ]
    }
  }

  private func fieldPath(_ random: inout SplitMix) -> String {
    var parts: [String] = []
    for _ in 0..<random.next(of: 3) {
      parts.append(random.pick(relationships))
      if random.next(of: 4) == 0 { parts.append(random.pick(["entity", "entity:node", "0", "1", "meta"])) }
    }
    let end = [
      random.pick(names), "id", "meta.drupal_internal__target_id", random.pick(relationships),
      random.pick(FuzzWords.odd),
    ]
    parts.append(random.pick(end))
    return parts.joined(separator: ".")
  }

  private func includePath(_ random: inout SplitMix) -> String {
    (0...random.next(of: 3)).map { _ in random.next(of: 6) > 0 ? random.pick(relationships) : random.pick(FuzzWords.odd)
    }
    .joined(separator: ".")
  }

  private func value(_ random: inout SplitMix) -> String { encoded(random.pick(values), &random) }

  /// Percent-encoded as a client would; now and then raw, but for what would end the request line.
  private func encoded(_ text: String, _ random: inout SplitMix) -> String {
    if random.next(of: 10) == 0 { return text.filter { $0 > " " && $0 != "\u{7F}" } }
    return text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }

  /// The same text with bytes changed, doubled, removed or cut.
  private func damaged(_ text: String, _ random: inout SplitMix) -> String {
    var bytes = Array(text.utf8)
    for _ in 0...random.next(of: 3) where !bytes.isEmpty {
      let at = random.next(of: bytes.count)
      switch random.next(of: 5) {
      case 0: bytes[at] = UInt8(0x21 + random.next(of: 0x5E))
      case 1: bytes.remove(at: at)
      case 2:
        bytes.insert(
          contentsOf: random.pick(["%", "%5B", "%5D", "[", "]", "&", "=", "%00", "%FF", ".", "/", "?"]).utf8, at: at)
      case 3: bytes.insert(contentsOf: bytes[at..<min(at + 12, bytes.count)], at: at)
      default: bytes.removeSubrange(at..<min(at + 8, bytes.count))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
