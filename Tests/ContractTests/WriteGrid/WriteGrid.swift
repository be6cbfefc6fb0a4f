import Foundation
import JSONAPI
import Support

/// A write that is asked of several subjects.
struct WriteCase: Sendable, CustomStringConvertible {
  /// What is special about it, for reports.
  var name: String
  var method: String
  var target: String
  var fields: [String: String] = [:]
  var body: [UInt8] = []
  var isAnonymous = false

  var description: String {
    "\(name): \(method) \(target) \(fields["Content-Type"] ?? "-") \(String(decoding: body.prefix(600), as: UTF8.self))"
  }
}

/// Writes of all kinds on the recorded community, good ones and such as no client should send, each decided by a seed.
struct WriteGrid {
  var random: SplitMix
  let resources: [String: [JSON]]
  let types: [String]
  let schemas: [String: (attributes: [String], relationships: [String])]
  var number: UInt64 = 0
  let seed: UInt64

  init(seed: UInt64) throws {
    self.seed = seed
    random = SplitMix(state: seed)
    var resources: [String: [JSON]] = [:]
    for (_, resource) in try RecordedCrawl.resources().sorted(by: { $0.key < $1.key }) {
      resources[resource["type"]?.string ?? "", default: []].append(resource)
    }
    self.resources = resources
    types = resources.keys.sorted()
    schemas = resources.mapValues { all in
      (
        all.first?["attributes"]?.object?.names ?? [],
        (all.first?["relationships"]?.object?.members ?? []).filter { $0.value.object != nil }.map(\.name)
      )
    }
  }

  /// The next case.
  mutating func next() -> WriteCase {
    number += 1
    let type = random.pick(types)
    switch random.next(of: 20) {
    case 0...5: return create(type)
    case 6...10: return patch(type)
    case 11...14: return relationship(type)
    case 15, 16: return upload(type)
    case 17: return delete(type)
    case 18: return oddBody(type)
    default: return oddRequest(type)
    }
  }

  func path(_ type: String) -> String { "/jsonapi/" + type.replacing("--", with: "/", maxReplacements: 1) }

  mutating func resource(_ type: String) -> JSON { random.pick(resources[type] ?? [.null]) }

  mutating func freshID() -> String {
    String(format: "e%07x-%04x-4000-8000-%012x", Int(seed % 0xFFF_FFFF), Int(number >> 16), Int(number))
  }

  static let media = ["Content-Type": "application/vnd.api+json"]

  func request(_ name: String, _ method: String, _ target: String, _ data: JSONObject) -> WriteCase {
    WriteCase(
      name: name, method: method, target: target, fields: WriteGrid.media,
      body: JSON.object(JSONObject([("data", .object(data))])).encoded(.plain))
  }

  /// What no client sets; the rest of a resource can be sent back.
  private static func isReadOnly(_ name: String) -> Bool {
    name.hasPrefix("drupal_internal__") || ["changed", "metatag", "langcode", "path"].contains(name)
      || name.hasPrefix("revision_") || name.hasPrefix("default_lang") || name.hasSuffix("_comments")
      || name == "thread" || name == "uri" || name == "created"
  }

  static let labels = [
    "node": "title", "taxonomy_term": "name", "group": "label", "user": "name", "event_enrollment": "field_email",
  ]

  mutating func attributes(_ type: String, labelled: Bool) -> JSONObject {
    var object = JSONObject()
    let entityType = String(type.prefix { $0 != "-" })
    if labelled, let label = WriteGrid.labels[entityType] {
      object[label] = .string(label == "field_email" ? "g\(seed)-\(number)@example.org" : "Grid \(seed) \(number)")
    }
    let donor = resource(type)
    for member in donor["attributes"]?.object?.members ?? []
    where !WriteGrid.isReadOnly(member.name) && object[member.name] == nil && !member.value.isNull {
      if WriteGrid.labels[entityType] != member.name, random.next(of: 3) == 0 { object[member.name] = member.value }
    }
    return object
  }

  mutating func relationships(_ type: String) -> JSONObject {
    var object = JSONObject()
    let donor = resource(type)
    for name in schemas[type]?.relationships ?? [] where random.next(of: 3) == 0 {
      guard let data = donor["relationships"]?[name]?["data"], !data.isNull, !name.hasPrefix("revision_") else {
        continue
      }
      object[name] = ["data": WriteGrid.bare(data)]
    }
    return object
  }

  static func bare(_ data: JSON) -> JSON {
    if let many = data.array { return .array(many.map(bare)) }
    return ["type": data["type"] ?? .null, "id": data["id"] ?? .null]
  }

  mutating func query() -> String {
    guard random.next(of: 12) == 0 else { return "" }
    return "?"
      + random.pick([
        "foo=1", "fooBar=1", "include=uid", "include=nope", "include=uid.nope", "fields[node--topic]=title",
        "resourceVersion=rel:latest-version", "resourceVersion=nonsense", "_format=api_json", "_format=json", "page=5",
        "filter=1", "include[]=uid", "sort=", "page[limit]=0",
      ])
  }
}
