import Foundation
import JSONAPI
import Support

/// Creations, updates and deletions.
extension WriteGrid {
  mutating func create(_ type: String) -> WriteCase {
    var data = JSONObject([("type", .string(type))])
    if random.next(of: 4) > 0 { data["id"] = .string(freshID()) }
    data["attributes"] = .object(attributes(type, labelled: true))
    data["relationships"] = .object(relationships(type))
    let name = random.next(of: 4) == 0 ? "good" : damage(&data, type, stored: nil)
    return request("create \(name)", "POST", path(type) + query(), data)
  }

  mutating func patch(_ type: String) -> WriteCase {
    let stored = resource(type)
    let id = stored["id"]?.string ?? ""
    var data = JSONObject([("type", .string(type)), ("id", .string(id))])
    data["attributes"] = .object(attributes(type, labelled: random.next(of: 3) == 0))
    if random.next(of: 3) == 0 { data["relationships"] = .object(relationships(type)) }
    let name = random.next(of: 4) == 0 ? "good" : damage(&data, type, stored: stored)
    return request("patch \(name)", "PATCH", "\(path(type))/\(id)" + query(), data)
  }

  mutating func delete(_ type: String) -> WriteCase {
    let id = resource(type)["id"]?.string ?? ""
    let isOdd = random.next(of: 2) == 0
    return WriteCase(
      name: "delete", method: "DELETE",
      target: "\(path(type))/\(isOdd ? random.pick([id.uppercased(), "x", freshID(), ""]) : id)" + query())
  }
}
