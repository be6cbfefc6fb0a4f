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
  private var random: SplitMix
  private let resources: [String: [JSON]]
  private let types: [String]
  private let schemas: [String: (attributes: [String], relationships: [String])]
  private var number: UInt64 = 0
  private let seed: UInt64

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

  // MARK: Parts

  private func path(_ type: String) -> String { "/jsonapi/" + type.replacing("--", with: "/", maxReplacements: 1) }

  private mutating func resource(_ type: String) -> JSON { random.pick(resources[type] ?? [.null]) }

  private mutating func freshID() -> String {
    String(format: "e%07x-%04x-4000-8000-%012x", Int(seed % 0xFFF_FFFF), Int(number >> 16), Int(number))
  }

  private static let media = ["Content-Type": "application/vnd.api+json"]

  private func request(_ name: String, _ method: String, _ target: String, _ data: JSONObject) -> WriteCase {
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

  private static let labels = [
    "node": "title", "taxonomy_term": "name", "group": "label", "user": "name", "event_enrollment": "field_email",
  ]

  private mutating func attributes(_ type: String, labelled: Bool) -> JSONObject {
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

  private mutating func relationships(_ type: String) -> JSONObject {
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

  private static func bare(_ data: JSON) -> JSON {
    if let many = data.array { return .array(many.map(bare)) }
    return ["type": data["type"] ?? .null, "id": data["id"] ?? .null]
  }

  // MARK: Resources

  private mutating func create(_ type: String) -> WriteCase {
    var data = JSONObject([("type", .string(type))])
    if random.next(of: 4) > 0 { data["id"] = .string(freshID()) }
    data["attributes"] = .object(attributes(type, labelled: true))
    data["relationships"] = .object(relationships(type))
    let name = random.next(of: 4) == 0 ? "good" : damage(&data, type, stored: nil)
    return request("create \(name)", "POST", path(type) + query(), data)
  }

  private mutating func patch(_ type: String) -> WriteCase {
    let stored = resource(type)
    let id = stored["id"]?.string ?? ""
    var data = JSONObject([("type", .string(type)), ("id", .string(id))])
    data["attributes"] = .object(attributes(type, labelled: random.next(of: 3) == 0))
    if random.next(of: 3) == 0 { data["relationships"] = .object(relationships(type)) }
    let name = random.next(of: 4) == 0 ? "good" : damage(&data, type, stored: stored)
    return request("patch \(name)", "PATCH", "\(path(type))/\(id)" + query(), data)
  }

  private mutating func delete(_ type: String) -> WriteCase {
    let id = resource(type)["id"]?.string ?? ""
    let isOdd = random.next(of: 2) == 0
    return WriteCase(
      name: "delete", method: "DELETE",
      target: "\(path(type))/\(isOdd ? random.pick([id.uppercased(), "x", freshID(), ""]) : id)" + query())
  }

  private mutating func query() -> String {
    guard random.next(of: 12) == 0 else { return "" }
    return "?"
      + random.pick([
        "foo=1", "fooBar=1", "include=uid", "include=nope", "include=uid.nope", "fields[node--topic]=title",
        "resourceVersion=rel:latest-version", "resourceVersion=nonsense", "_format=api_json", "_format=json", "page=5",
        "filter=1", "include[]=uid", "sort=", "page[limit]=0",
      ])
  }

  /// One thing that is not as it should be, or unusual.
  private mutating func damage(_ data: inout JSONObject, _ type: String, stored: JSON?) -> String {
    var attributes = data["attributes"]?.object ?? JSONObject()
    var relationships = data["relationships"]?.object ?? JSONObject()
    defer {
      if data["attributes"]?.object != nil { data["attributes"] = .object(attributes) }
      if data["relationships"]?.object != nil { data["relationships"] = .object(relationships) }
    }
    let label = WriteGrid.labels[String(type.prefix { $0 != "-" })] ?? "title"
    switch random.next(of: 22) {
    case 0:
      attributes[label] = nil
      return "without \(label)"
    case 1:
      let texts: [JSON] = [
        .null, "", .string(String(repeating: "x", count: 256)), .string(String(repeating: "é", count: 255)),
      ]
      let value = random.pick(texts)
      attributes[label] = value
      return "\(label) \(value.text().prefix(12))"
    case 2, 3, 4, 5, 6:
      let name = random.pick(schemas[type]?.attributes ?? ["title"])
      let value = random.pick(WriteGrid.oddValues)
      attributes[name] = value
      return "attribute \(name) \(value.text().prefix(40))"
    case 7:
      let name = random.pick(schemas[type]?.attributes ?? ["title"])
      let value = (stored ?? resource(type))["attributes"]?[name] ?? .null
      attributes[name] = value
      return "as stored \(name)"
    case 8:
      attributes[random.pick(["nope", "Title", "id", "type", "uuid", "uid", "pass"])] = "x"
      return "unknown attribute"
    case 9:
      let name = random.pick(schemas[type]?.relationships ?? ["uid"])
      attributes[name] = "x"
      return "relationship \(name) as attribute"
    case 10:
      relationships["nope"] = ["data": nil]
      return "unknown relationship"
    case 11, 12, 13, 14, 15:
      let name = random.pick(schemas[type]?.relationships ?? ["uid"])
      let data = linkage(name, type)
      relationships[name] = data.value
      return "relationship \(name) \(data.name)"
    case 16:
      data["id"] = random.pick([
        "no-uuid", "", 5, nil, .string(freshID().uppercased()), .string(resource(type)["id"]?.string ?? ""),
      ])
      return "id"
    case 17:
      data["type"] = random.pick([nil, "", 5, .string(random.pick(types)), "node--nope", "nope"])
      return "type"
    case 18:
      data[random.pick(["attributes", "relationships"])] = random.pick([nil, [], "x", 5, [1], [:]])
      return "members"
    case 19:
      for member in resource(type)["attributes"]?.object?.members ?? [] { attributes[member.name] = member.value }
      return "another's attributes"
    case 20:
      if let stored {
        attributes = stored["attributes"]?.object ?? attributes
        relationships = stored["relationships"]?.object ?? relationships
      }
      return "whole document"
    default:
      data[random.pick(["links", "meta", "nope"])] = ["a": 1]
      return "another member"
    }
  }

  private static let oddValues: [JSON] = [
    nil, true, false, 5, -1, .number("1.5"), "", "text", "5", "1", "yes", [], [:], ["a"], ["a", "b"], [nil],
    ["value": "x"],
    ["value": "<b>x</b>", "format": "basic_html"], ["valu": "x"], ["value": "x", "nope": 1], ["value": 5], [["a"]],
    "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+0100", "2026-13-01T00:00:00+00:00", "1700000000", 1_700_000_000,
    "2026-01-01T00:00:00.5+00:00", "2026-01-01 00:00:00+00:00", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00Z",
    ["value": "2026-01-01T00:00:00+00:00"],
    "yesterday", ["value": "2026-01-01T00:00:00+00:00", "end_value": "x"],
    ["uri": "https://example.org", "title": "x"],
    ["uri": 5, "nope": 1], ["alias": "/grid", "nope": 1], ["country_code": "CH"], "public", "group", "0", "3", "9",
    .string(String(repeating: "x", count: 300)),
  ]

  /// Values of a relationship within a resource object.
  private mutating func linkage(_ name: String, _ type: String) -> (name: String, value: JSON) {
    let known = WriteGrid.identifiers(resource(type)["relationships"]?[name]?["data"]).first
    let target = known?["type"]?.string ?? random.pick(types)
    let some = resource(resources[target] == nil ? type : target)["id"] ?? .null
    let item: JSON = ["type": .string(target), "id": some]
    let values: [(String, JSON)] = [
      ("null", ["data": nil]), ("none", ["data": []]), ("one", ["data": item]), ("a list of one", ["data": [item]]),
      ("twice the same", ["data": [item, item]]),
      ("twice, one numbered", ["data": [item, ["type": .string(target), "id": some, "meta": ["arity": 1]]]]),
      ("no data", [:]), ("null itself", nil), ("a text", "x"),
      ("data is text", ["data": "x"]), ("data is a number", ["data": 5]),
      ("no id", ["data": ["type": .string(target)]]), ("no type", ["data": ["id": some]]),
      ("empty id", ["data": ["type": .string(target), "id": ""]]),
      ("virtual", ["data": ["type": .string(target), "id": "virtual"]]),
      ("missing", ["data": ["type": .string(target), "id": "missing"]]),
      ("dangling", ["data": ["type": .string(target), "id": .string(freshID())]]),
      ("unknown type", ["data": ["type": "node--nope", "id": some]]),
      ("another type", ["data": ["type": "user--user", "id": some]]),
      ("list with null", ["data": [nil]]),
      (
        "meta", ["data": ["type": .string(target), "id": some, "meta": ["drupal_internal__target_id": 1, "alt": "x"]]]
      ),
      ("upper case", ["data": ["type": .string(target), "id": .string(some.string?.uppercased() ?? "")]]),
    ]
    return random.pick(values)
  }

  private static func identifiers(_ data: JSON?) -> [JSON] {
    guard let data, !data.isNull else { return [] }
    return data.array ?? [data]
  }

  // MARK: Relationships

  private mutating func relationship(_ type: String) -> WriteCase {
    let stored = resource(type)
    let name = random.next(of: 15) == 0 ? "nope" : random.pick(schemas[type]?.relationships ?? ["uid"])
    let method = random.pick(["POST", "PATCH", "DELETE", "PATCH", "POST", "GET", "PUT"])
    let target = "\(path(type))/\(stored["id"]?.string ?? "")/relationships/\(name)"
    let old = WriteGrid.identifiers(stored["relationships"]?[name]?["data"]).map(WriteGrid.bare)
    var kind = "present"
    var value: JSON = ["data": .array(old)]
    switch random.next(of: 8) {
    case 0: break
    case 1:
      kind = "present, one"
      value = ["data": old.first ?? .null]
    case 2, 3:
      let donor = WriteGrid.identifiers(resource(type)["relationships"]?[name]?["data"]).map(WriteGrid.bare)
      kind = "another's"
      value = ["data": .array(donor)]
    case 4:
      let donor = WriteGrid.identifiers(resource(type)["relationships"]?[name]?["data"]).map(WriteGrid.bare)
      kind = "others, numbered"
      let numbered = (old + donor).enumerated().map { index, item -> JSON in
        ["type": item["type"] ?? .null, "id": item["id"] ?? .null, "meta": ["arity": .integer(Int64(index))]]
      }
      value = ["data": .array(numbered)]
    default:
      let odd = linkage(name, type)
      kind = odd.name
      value = odd.value
    }
    return WriteCase(
      name: "relationship \(method) \(name) \(kind)", method: method, target: target + query(), fields: WriteGrid.media,
      body: method == "GET" ? [] : value.encoded(.plain))
  }

  // MARK: Uploads

  private mutating func upload(_ type: String) -> WriteCase {
    let fields = (schemas[type]?.relationships ?? []).filter { $0.hasSuffix("_image") || $0.hasSuffix("_files") }
    let field = random.next(of: 5) == 0 ? random.pick(["title", "body", "nope", "uid"]) : fields.first ?? "field_image"
    let isAttached = random.next(of: 2) == 0
    let id = resource(type)["id"]?.string ?? ""
    let ending = field.hasSuffix("_files") ? "txt" : "png"
    let disposition = random.pick([
      "file; filename=\"g\(number).\(ending)\"", "file; filename=\"g\(number).\(ending)\"", nil, "", "file",
      "file; filename=plain.\(ending)", "file; filename*=UTF-8''a.\(ending)", "file; filename=\"\"",
      "file; filename=\"x/y g\(number).\(ending)\"", "file; filename=\"evil.sh\"", "file; filename=\"noending\"",
      "file; filename=\"G\(number).\(ending.uppercased())\"",
      "attachment; name=\"x\"; filename=\"h\(number).\(ending)\"",
      "file; xfilename=\"i.\(ending)\"", "file; filename=\"b\(number).\(ending)\"; filename*=UTF-8''c.\(ending)",
      "file; filename*=\"d.\(ending)\"", "file; xfilename=\"i.\(ending)\"; filename=\"e\(number).\(ending)\"",
      "file; filename=\"w\(number).webp\"", "file; filename=\"..\(ending)\"",
    ])
    var headers: [String: String] = [:]
    headers["Content-Type"] = random.pick([
      "application/octet-stream", "application/octet-stream", "application/octet-stream",
      "application/octet-stream; a=b", "image/png", "application/vnd.api+json", nil,
    ])
    headers["Content-Disposition"] = disposition
    return WriteCase(
      name: "upload \(isAttached ? "attached " : "")\(field) \(disposition ?? "-")", method: "POST",
      target: isAttached ? "\(path(type))/\(id)/\(field)" : "\(path(type))/\(field)", fields: headers,
      body: Array("grid \(number)".utf8))
  }

  // MARK: Odd requests

  private mutating func oddBody(_ type: String) -> WriteCase {
    let id = resource(type)["id"]?.string ?? ""
    let deep = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
    let start = "{\"data\":{\"type\":\"\(type)\",\"id\":\"\(id)\""
    let texts = [
      "", " ", "{", "nope", "null", "true", "5", "\"x\"", "[]", "{}", "[{}]", "{\"data\":null}", "{\"data\":[]}",
      "{\"data\":\"x\"}", "{\"data\":5}", "{\"data\":{}}", "{\"data\":[\(start)}}]}", deep, "{\"data\":\(deep)}",
      "\(start),\"attributes\":{\"title\":\"a\",\"title\":\"b\"}}}", "\(start)},\"relationships\":{}}",
      "\(start)},\"relationships\":null}", "\u{FEFF}\(start)}}", "\(start),\"attributes\":{\"title\":\"\\ud800\"}}}",
      "\(start)}} trailing", "\(start),}}", "{'data':1}", "\(start),\"attributes\":{\"title\":\"\u{0}\"}}}",
    ]
    let text = random.pick(texts)
    var body = Array(text.utf8)
    if random.next(of: 12) == 0 { body = [0xFF, 0xFE, 0x7B, 0x7D] }
    let isPatch = random.next(of: 2) == 0
    return WriteCase(
      name: "body \(text.prefix(30))", method: isPatch ? "PATCH" : "POST",
      target: isPatch ? "\(path(type))/\(id)" : path(type), fields: WriteGrid.media, body: body)
  }

  private mutating func oddRequest(_ type: String) -> WriteCase {
    let id = resource(type)["id"]?.string ?? ""
    let name = random.pick(schemas[type]?.relationships ?? ["uid"])
    let targets = [
      path(type), "\(path(type))/\(id)", "\(path(type))/\(id)/\(name)", "\(path(type))/\(id)/relationships/\(name)",
      "/jsonapi", "\(path(type))/x", "\(path(type))/\(freshID())", "\(path(type))/\(freshID())/relationships/\(name)",
      "\(path(type))/\(id)/nope", "/jsonapi/node/nope", "\(path(type))/\(id)/relationships", "\(path(type))/",
      "\(path(type))/\(freshID())/\(name)",
    ]
    let method = random.pick(["POST", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD", "TRACE"])
    var headers: [String: String] = [:]
    headers["Content-Type"] = random.pick([
      "application/vnd.api+json", "application/vnd.api+json; charset=utf-8", "Application/Vnd.Api+Json",
      "application/json", "text/html", "", nil, "application/octet-stream",
    ])
    var made = WriteCase(
      name: "request \(method) \(headers["Content-Type"] ?? "-")", method: method,
      target: random.pick(targets) + query(),
      fields: headers, body: Array("{\"data\":{\"type\":\"\(type)\"}}".utf8))
    made.isAnonymous = random.next(of: 4) == 0
    if method == "OPTIONS" || method == "HEAD" { made.body = [] }
    return made
  }
}
