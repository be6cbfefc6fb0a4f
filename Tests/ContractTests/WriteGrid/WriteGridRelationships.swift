import Foundation
import JSONAPI
import Support

/// Writes to relationships, and values of relationships.
extension WriteGrid {
  mutating func relationship(_ type: String) -> WriteCase {
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

  /// Values of a relationship within a resource object.
  mutating func linkage(_ name: String, _ type: String) -> (name: String, value: JSON) {
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
}
