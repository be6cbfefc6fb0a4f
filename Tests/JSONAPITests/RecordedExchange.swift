import Foundation
import JSONAPI
import Testing

/// One line of `Tests/Fixtures/JSONAPI/queries.jsonl`; the README there explains the form.
struct RecordedExchange: CustomTestStringConvertible {
  let id: String
  let group: String
  let method: String
  let url: String
  let status: Int
  /// Whole URLs with `{{BASE}}`.
  let links: [String: String]
  /// The error document in the site's encoding.
  let errorBody: [UInt8]?
  let error: JSON?
  let raw: String?
  let fields: JSON?

  var testDescription: String { id }
  var request: RequestURI { RequestURI(base: "{{BASE}}", target: url) }
  var isCollection: Bool { request.path.split(separator: "/").count == 3 }
  var firstError: JSON? { error?["errors"]?[0] }
  var detail: String { firstError?["detail"]?.string ?? "" }

  init(_ json: JSON) {
    func expanded(_ text: String) -> String {
      text.replacingOccurrences(of: "[", with: "%5B").replacingOccurrences(of: "]", with: "%5D")
    }
    id = json["id"]?.string ?? ""
    group = json["group"]?.string ?? ""
    method = json["method"]?.string ?? "GET"
    let short = json["url"]?.string ?? ""
    let url = expanded(short)
    self.url = url
    status = Int(json["status"]?.integer ?? 200)
    raw = json["raw"]?.string
    fields = json["fields"]
    let question = short.firstIndex(of: "?") ?? short.endIndex
    let base = "{{BASE}}" + short[..<question]
    let query = short[question...]
    var links: [String: String] = [:]
    for member in json["links"]?.object?.members ?? [] {
      guard let text = member.value.string else { continue }
      if text == "=" {
        links[member.name] = expanded(base + query)
      } else if let tilde = text.firstIndex(of: "~"), let count = Int(text[..<tilde]) {
        links[member.name] = expanded(base + query.prefix(count) + text[text.index(after: tilde)...])
      } else {
        links[member.name] = text
      }
    }
    self.links = links
    error = json["error"].map { RecordedExchange.whole($0, via: "{{BASE}}" + url) }
    errorBody = error?["errors"] == nil ? nil : error?.encoded(.site)
  }

  private static func whole(_ error: JSON, via: String) -> JSON {
    guard let errors = error["errors"]?.array else { return error }
    let filled = errors.map { json -> JSON in
      guard var object = json.object, var links = object["links"]?.object, links["via"]?["href"] == "=" else {
        return json
      }
      links["via"] = ["href": .string(via)]
      object["links"] = .object(links)
      return .object(object)
    }
    return ["jsonapi": DocumentBody.version, "errors": .array(filled)]
  }

  static let all: [RecordedExchange] = lines("queries.jsonl").map(RecordedExchange.init)

  static func lines(_ name: String, file: String = #filePath) -> [JSON] {
    rawLines(name, file: file).compactMap { try? JSON(parsing: $0) }
  }

  static func rawLines(_ name: String, file: String = #filePath) -> [String] {
    let folder = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appending(path: "Fixtures/JSONAPI/\(name)")
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// 10,000, or the number in JSONAPI_TEST_ROUNDS.
  static func rounds() -> Int {
    ProcessInfo.processInfo.environment["JSONAPI_TEST_ROUNDS"].flatMap { Int($0) } ?? 10_000
  }

  /// A new seed each run, or the one in JSONAPI_TEST_SEED.
  static func seed() -> UInt64 {
    ProcessInfo.processInfo.environment["JSONAPI_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999_999)
  }
}
