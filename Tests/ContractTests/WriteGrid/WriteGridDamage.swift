import Foundation
import JSONAPI
import Support

/// What is odd about creations and updates.
extension WriteGrid {
  /// One thing that is not as it should be, or unusual.
  mutating func damage(_ data: inout JSONObject, _ type: String, stored: JSON?) -> String {
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
}
