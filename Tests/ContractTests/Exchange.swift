import JSONAPI
import Support

/// One recorded exchange of the real site; the README beside the fixtures explains the form.
struct Exchange: Sendable {
  /// Stands where the site's base URL stood, and is the base that the subjects are asked with.
  static let base = "http://mirror.example"

  var id: String
  var group: String
  var method: String
  var url: String
  var isAnonymous: Bool
  var status: Int
  /// Recorded header fields by lower-case name.
  var fields: [String: String]
  /// The document as recorded, resources expanded.
  var document: JSON?
  /// The document in the site's encoding.
  var bytes: [UInt8]?
  /// The exact body, recorded for some.
  var raw: [UInt8]?
  /// The beginning of a body that is no JSON.
  var text: String?

  /// What the request is about, for reports.
  var name: String { "\(id) \(group): \(method) \(url)" }
  /// The collection's path.
  var path: String { String(url.prefix { $0 != "?" }) }
  /// Whether the site left resources out of the answer.
  var hasOmitted: Bool { document?["meta"]?["omitted"] != nil }

  /// Reads all exchanges of an account.
  /// - Throws: when a fixture is absent or damaged.
  static func all(_ account: RecordedCrawl.Account) throws -> [Exchange] {
    let crawled = try RecordedCrawl.resources(base: base, as: account).mapValues { ($0, $0.encoded(.site)) }
    let fixture = account == .manager ? "Contract/reads.jsonl.gz" : "Contract/member-reads.jsonl.gz"
    return try RecordedCrawl.lines(of: fixture, base: base).map { Exchange($0, crawled) }
  }

  typealias Crawled = [String: (json: JSON, bytes: [UInt8])]

  init(_ line: JSON, _ crawled: Crawled) {
    id = line["id"]?.string ?? ""
    group = line["group"]?.string ?? ""
    method = line["request"]?["method"]?.string ?? ""
    url = line["request"]?["url"]?.string ?? ""
    isAnonymous = line["request"]?["anonymous"]?.bool ?? false
    let response = line["response"]
    status = Int(response?["status"]?.integer ?? 0)
    fields = [:]
    for field in response?["headers"]?.object?.members ?? [] { fields[field.name] = field.value.string }
    raw = response?["raw"]?.string.map { Array($0.utf8) }
    text = response?["text"]?.string
    guard let recorded = response?["document"], !recorded.isNull else { return }
    document = Exchange.expanded(recorded, crawled)
    var bytes: [UInt8] = []
    Exchange.append(recorded, crawled, to: &bytes)
    self.bytes = bytes
  }

  /// `{"$crawled": "type/id"}` stands for the resource as crawled.
  private static func expanded(_ value: JSON, _ crawled: Crawled) -> JSON {
    switch value {
    case .array(let elements): return .array(elements.map { expanded($0, crawled) })
    case .object(let object):
      if let name = object["$crawled"]?.string { return crawled[name]?.json ?? value }
      return .object(JSONObject(object.members.map { ($0.name, expanded($0.value, crawled)) }))
    default: return value
    }
  }

  private static func append(_ value: JSON, _ crawled: Crawled, to bytes: inout [UInt8]) {
    switch value {
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(element, crawled, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      if let name = object["$crawled"]?.string, let resource = crawled[name] {
        bytes.append(contentsOf: resource.bytes)
        return
      }
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSON.string(member.name).encode(into: &bytes, .site)
        bytes.append(UInt8(ascii: ":"))
        append(member.value, crawled, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    default: value.encode(into: &bytes, .site)
    }
  }
}
