import Foundation
import JSONAPI
import Support

/// Uploads, bodies that are no documents, and requests that no client should send.
extension WriteGrid {
  mutating func upload(_ type: String) -> WriteCase {
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

  mutating func oddBody(_ type: String) -> WriteCase {
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
