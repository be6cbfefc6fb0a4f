import Foundation
import JSONAPI
import Support

/// Uploads.
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
}
