import Foundation
import JSONAPI
import Support

/// Requests about a community: names and values come from its own resources, so that most of them mean something.
struct RequestGrid {
  private struct Model {
    var path: String
    var resources: [JSON]
    var attributes: [String]
    var relationships: [String]
    /// The attribute with the serial number.
    var serial: String
    /// Types that were seen behind a relationship.
    var targets: [String: [String]] = [:]
  }

  private var models: [String: Model] = [:]
  private let names: [String]

  /// Not in the site's database, or only by what a query costs it a fault.
  private static let computed: Set<String> = [
    "metatag", "display_name", "profile_name", "path", "groups", "profile_profiles", "field_group_affiliation",
    // Compared byte by byte, which the sample site does not do.
    "uri",
  ]

  /// - Parameter types: path and resources of each type.
  init(_ types: [String: (path: String, resources: [JSON])]) {
    for (name, type) in types {
      // What shows its label alone says nothing about its type.
      let resources = type.resources.filter { $0["relationships"] != nil }
      // Nor does an attribute that is empty everywhere: the sample site has no description to know it from.
      guard let first = resources.first, let all = first["attributes"]?.object?.names,
        case let attributes = all.filter({ name in
          resources.contains { $0["attributes"]?[name].map { !$0.isNull && $0 != [] } ?? false }
        }),
        let serial = attributes.first(where: { $0.hasPrefix("drupal_internal__") })
      else { continue }
      var model = Model(
        path: type.path, resources: resources, attributes: attributes,
        relationships: first["relationships"]?.object?.names ?? [], serial: serial)
      for resource in resources {
        for member in resource["relationships"]?.object?.members ?? [] {
          for item in RequestGrid.identifiers(member.value) {
            guard let type = item["type"]?.string, model.targets[member.name]?.contains(type) != true else { continue }
            model.targets[member.name, default: []].append(type)
          }
        }
      }
      models[name] = model
    }
    names = models.keys.sorted()
  }

  private static func identifiers(_ relationship: JSON) -> [JSON] {
    guard let data = relationship["data"], !data.isNull else { return [] }
    return data.array ?? [data]
  }

  // MARK: Routes

  /// Every route of a few resources of each type with every method, and each name's simplest uses.
  var routes: [(method: String, target: String)] {
    var all: [(String, String)] = []
    for name in names {
      guard let model = models[name], let resource = model.resources.last, let id = resource["id"]?.string else {
        continue
      }
      let one = "\(model.path)/\(id)"
      for method in ["GET", "HEAD", "OPTIONS", "PUT", "PURGE"] {
        all += [(method, one), (method, "\(one)/nope"), (method, "\(one)/relationships/nope"), (method, "\(one)/x/y")]
        if name != "file--file" || method != "GET" { all.append((method, model.path)) }
        for field in model.relationships where field != "field_group_affiliation" {
          all += [(method, "\(one)/\(field)"), (method, "\(one)/relationships/\(field)")]
        }
      }
      for target in [
        "\(one)/", "\(model.path)/", one.uppercased(), "\(model.path)/x", "\(model.path)?foo=1", "\(one)?fooBar=1",
        "\(one)?resourceVersion=id%3A1", "\(one)?resourceVersion=rel%3Alatest-version", "\(one)?resourceVersion=x",
        "\(model.path)?resourceVersion=rel%3Aworking-copy&filter%5Bid%5D=1", "\(one)?_format=json",
        "\(model.path)?sort=\(model.serial),nope", "\(model.path)?include=nope", "\(one)?include=nope.nope,uid",
        "\(model.path)?fields%5B\(name)%5D=&page%5Blimit%5D=2&sort=\(model.serial)",
      ] { all.append(("GET", target)) }
      for field in model.relationships where !RequestGrid.computed.contains(field) {
        for path in [
          field, "\(field).nope", "\(field).target_id", "\(field).drupal_internal__target_id", "\(field).meta.nope",
        ] where !(path == field) || !field.hasSuffix("_type") {
          all.append(("GET", "\(model.path)?filter%5B\(path)%5D=1&sort=\(model.serial)"))
        }
        all.append(("GET", "\(one)/relationships/\(field)?include=\(field)"))
        all.append(("GET", "\(one)?include=\(field)"))
      }
      for field in model.attributes where !RequestGrid.computed.contains(field) {
        all.append(("GET", "\(model.path)?filter%5B\(field)%5D=1&sort=-\(model.serial)"))
        all.append(("GET", "\(model.path)?filter%5B\(field).nope%5D=1"))
      }
    }
    return all.filter { !isBeyondThePair($0.1) }
  }

  /// A name behind a relationship of whose targets nothing is known: the two may know different things of it.
  private func isBeyondThePair(_ target: String) -> Bool {
    guard target.contains("nope%5D") else { return false }
    return models.values.contains { model in
      model.relationships.contains { field in
        model.targets[field] == nil && target.hasPrefix("\(model.path)?filter%5B\(field).")
      }
    }
  }

  // MARK: Random requests

  /// A read with filters, sort, page, include, fields and custom parameters, as a client might write them.
  func target(_ random: inout SplitMix) -> String {
    let name = random.pick(names)
    guard let model = models[name] else { return "/jsonapi" }
    var target = model.path
    var parameters: [String] = []
    let isSingle = random.next(of: 7) == 0
    if isSingle {
      target += "/" + (random.pick(model.resources)["id"]?.string ?? "")
      let field = random.pick(model.relationships)
      if random.next(of: 3) == 0, field != "field_group_affiliation" { target += "/\(field)" }
    } else {
      if random.next(of: 5) > 0 || name == "file--file" { parameters += filter(name, &random) }
      var keys: [String] = []
      for _ in 0..<random.next(of: 3) {
        keys.append(random.pick(["", "-"]) + path(name, hops: random.next(of: 3), &random).path)
      }
      keys.append(random.pick(["", "-"]) + model.serial)
      parameters.append("sort=" + keys.map(RequestGrid.encoded).joined(separator: random.pick([",", "%2C"])))
      if random.next(of: 2) == 0 { parameters.append("page[limit]=\(random.pick([1, 2, 3, 5, 10, 50, 60]))") }
      if random.next(of: 3) == 0 { parameters.append("page[offset]=\(random.pick([0, 1, 2, 5, 50, 1000]))") }
    }
    if random.next(of: 5) < 2 {
      let paths = (0...random.next(of: 3)).map { _ in include(name, depth: 1 + random.next(of: 3), &random) }
      parameters.append("include=" + paths.joined(separator: ","))
    }
    if random.next(of: 3) == 0 {
      let type = random.next(of: 2) == 0 ? name : random.pick(names)
      let fields = (models[type].map { $0.attributes + $0.relationships } ?? []) + ["nope"]
      parameters.append(
        "fields[\(type)]=" + (0..<random.next(of: 4)).map { _ in random.pick(fields) }.joined(separator: ","))
    }
    if random.next(of: 10) == 0 {
      parameters.append(
        random.pick(["fooBar=1", "foo-bar=x%20y", "a_b[]=1&a_b[]=2", "Zed=a/b", "x-y[k]=v", "page[x]=1"]))
    }
    if random.next(of: 4) == 0 { parameters.shuffle(using: &random) }
    if !parameters.isEmpty { target += "?" + parameters.joined(separator: "&") }
    return random.next(of: 3) == 0 ? target : target.replacing("[", with: "%5B").replacing("]", with: "%5D")
  }

  private func filter(_ type: String, _ random: inout SplitMix) -> [String] {
    var parts: [String] = []
    var groups: [String?] = []
    for number in 0..<random.pick([0, 0, 1, 2, 3]) {
      parts.append("filter[g\(number)][group][conjunction]=\(random.pick(["AND", "OR"]))")
      if let parent = groups.compactMap(\.self).last, random.next(of: 3) > 0 {
        parts.append("filter[g\(number)][group][memberOf]=\(parent)")
      }
      groups.append("g\(number)")
    }
    groups += [String?](repeating: nil, count: groups.isEmpty ? 1 + random.next(of: 2) : random.next(of: 2))
    for (number, group) in (groups + groups.filter { _ in random.next(of: 2) == 0 }).enumerated() {
      parts += condition(type, "filter[c\(number)][condition]", &random)
      if let group { parts.append("filter[c\(number)][condition][memberOf]=\(group)") }
    }
    return parts
  }

  private func condition(_ type: String, _ key: String, _ random: inout SplitMix) -> [String] {
    let (path, sample) = path(type, hops: random.pick([0, 0, 0, 1, 1, 2, 3]), &random)
    let comparison = random.pick(FilterOperator.allCases)
    func value(_ random: inout SplitMix) -> String { written(sample, &random) }
    var parts = [
      "\(key)[path]=\(RequestGrid.encoded(path))", "\(key)[operator]=\(RequestGrid.encoded(comparison.rawValue))",
    ]
    switch comparison.arity {
    case .none: break
    case .one, .pattern: parts.append("\(key)[value]=\(RequestGrid.encoded(value(&random)))")
    case .two:
      parts += [value(&random), value(&random)].sorted().map { "\(key)[value][]=\(RequestGrid.encoded($0))" }
    case .many:
      for _ in 0...random.next(of: 3) { parts.append("\(key)[value][]=\(RequestGrid.encoded(value(&random)))") }
    }
    return parts
  }

  /// A path that means something, and a value that stands there.
  private func path(_ type: String, hops: Int, _ random: inout SplitMix) -> (path: String, value: JSON) {
    var parts: [String] = []
    var type = type
    for _ in 0..<hops {
      guard let model = models[type] else { break }
      let ways = model.relationships.filter { field in
        !RequestGrid.computed.contains(field) && model.targets[field]?.contains { models[$0] != nil } == true
      }
      guard !ways.isEmpty else { break }
      let way = random.pick(ways)
      parts.append(way)
      if random.next(of: 8) == 0 { parts.append("entity") }
      type = random.pick((model.targets[way] ?? []).filter { models[$0] != nil })
    }
    guard let model = models[type] else { return ("id", .null) }
    let resource = random.pick(model.resources)
    let chance = random.next(of: 8)
    if chance == 0 { return ((parts + ["id"]).joined(separator: "."), resource["id"] ?? .null) }
    // Behind others lies configuration.
    let ways = model.relationships.filter { model.targets[$0] != nil && !RequestGrid.computed.contains($0) }
    if chance == 1, !ways.isEmpty {
      let way = random.pick(ways)
      let item = resource["relationships"]?[way].flatMap { RequestGrid.identifiers($0).first }
      if random.next(of: 2) == 0 { return ((parts + [way, "id"]).joined(separator: "."), item?["id"] ?? .null) }
      return (
        (parts + [way, "meta", "drupal_internal__target_id"]).joined(separator: "."),
        item?["meta"]?["drupal_internal__target_id"] ?? .integer(1)
      )
    }
    let attribute = random.pick(model.attributes.filter { !RequestGrid.computed.contains($0) })
    let value = resource["attributes"]?[attribute] ?? .null
    if let members = value.object?.members, !members.isEmpty {
      // Of comment settings the database has the status alone.
      let member = value["comment_count"] == nil ? random.pick(members) : members[0]
      return ((parts + [attribute, member.name]).joined(separator: "."), member.value)
    }
    return ((parts + [attribute]).joined(separator: "."), value.array?.first ?? value)
  }

  /// A value as clients write it: as it stands, in part, in another case, or something else.
  private func written(_ value: JSON, _ random: inout SplitMix) -> String {
    switch value {
    case .bool(let flag): return flag ? random.pick(["1", "true"]) : random.pick(["0", "false"])
    case .number(let digits): return random.next(of: 4) == 0 ? random.pick(["-1", "1e1", "0", "x", "99999"]) : digits
    case .string(let text):
      if let time = RFC3339.unixSeconds(text), random.next(of: 4) > 0 { return String(time) }
      let text = String(text.prefix(120))
      return random.pick([
        text, text, text.uppercased(), text.lowercased(), text + " ", String(text.prefix(text.count / 2)),
        String(text.suffix(text.count / 3)), "", "%", "_", "'", "\\", "1", "é", "ß",
      ])
    default: return random.pick(["", "0", "x"])
    }
  }

  private func include(_ type: String, depth: Int, _ random: inout SplitMix) -> String {
    var parts: [String] = []
    var type = type
    for _ in 0..<depth {
      guard let model = models[type] else { break }
      let field = random.pick(model.relationships)
      parts.append(field)
      guard let target = model.targets[field]?.first(where: { models[$0] != nil }) else { break }
      type = target
    }
    return parts.joined(separator: ".")
  }

  private static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-_."))) ?? ""
  }
}
