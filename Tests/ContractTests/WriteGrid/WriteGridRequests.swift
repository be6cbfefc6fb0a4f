import Foundation
import JSONAPI
import Support

/// Requests that no client should send.
extension WriteGrid {
  mutating func oddRequest(_ type: String) -> WriteCase {
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
