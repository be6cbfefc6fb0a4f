import Foundation
import JSONAPI
import Support

/// Bodies that are no documents.
extension WriteGrid {
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
}
