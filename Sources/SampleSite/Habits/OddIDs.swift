import JSONAPI

/// The habit of writing ids that are no UUIDs: the site's column takes any text, and its own demo content makes use of that. Every second
/// resource has one, of four kinds, under which alone it is known outside; within the site it stays a UUID.
enum OddIDs {
  /// The id that is written in the place of a UUID; nil where that stays.
  static func outside(_ uuid: EntityUUID) -> String? {
    let text = uuid.text
    let digits = String(text.filter { $0 != "-" })
    return switch mixed(uuid.high ^ uuid.low) & 7 {
    case 0: text + "x"
    case 1: "ScrambledDemo_" + digits
    case 2: "Demo 50% \u{E9} " + digits
    case 3: text.uppercased()
    default: nil
    }
  }

  /// The UUID behind an id, whatever letter case it has; nil for one that is not written so.
  static func inside(_ id: String) -> EntityUUID? {
    let plain = id.lowercased()
    let digits = plain.filter { $0 != "-" }.suffix(plain.hasSuffix("x") ? 33 : 32).prefix(32)
    guard digits.count == 32 else { return nil }
    var canonical = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { canonical.append("-") }
      canonical.append(digit)
    }
    guard let uuid = EntityUUID(canonical), let outside = outside(uuid), outside.lowercased() == plain else {
      return nil
    }
    return uuid
  }

  /// No resource's.
  private static let nobody = "00000000-0000-4000-8000-00000000dead"

  /// An id of a request as the site knows it. A UUID that nobody outside knows is no resource's.
  private static func known(_ id: String, exactly: Bool = false) -> String {
    if let uuid = inside(id) { return exactly && outside(uuid) != id ? nobody : uuid.text }
    if let uuid = EntityUUID(id), outside(uuid) != nil { return nobody }
    return id
  }

  // MARK: Requests

  /// A request as the site takes it.
  static func inward(_ request: SiteRequest) -> SiteRequest {
    guard request.path.lowercased().hasPrefix("/jsonapi") else { return request }
    var inner = request
    let question = request.target.firstIndex(of: "?") ?? request.target.endIndex
    let parts = request.target[..<question].split(separator: "/", omittingEmptySubsequences: false).map { part in
      let plain = BracketParameters.decoded(Substring(part.replacing("+", with: "%2B")))
      let id = known(plain)
      return id == plain ? String(part) : id
    }
    inner.target = parts.joined(separator: "/")
    if question < request.target.endIndex {
      let pairs = request.query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
        guard let mark = pair.firstIndex(of: "=") else { return String(pair) }
        let plain = BracketParameters.decoded(pair[pair.index(after: mark)...])
        let id = known(plain)
        return id == plain ? String(pair) : "\(pair[..<mark])=\(id)"
      }
      inner.target += "?" + pairs.joined(separator: "&")
    }
    if let body = try? JSON(parsing: request.body) {
      let isLinkage = request.path.contains("/relationships/")
      inner.body = translated(body, isLinkage).encoded(.site)
    }
    return inner
  }

  /// The ids in relationships. The id of a document's own resource stays as it is: the site takes UUIDs alone there.
  private static func translated(_ json: JSON, _ isLinkage: Bool) -> JSON {
    switch json {
    case .array(let elements): return .array(elements.map { translated($0, isLinkage) })
    case .object(let object):
      return .object(
        JSONObject(
          object.members.map { member in
            if isLinkage, member.name == "id", let id = member.value.string {
              return (member.name, .string(known(id, exactly: true)))
            }
            let inner = isLinkage || member.name == "relationships"
            return (member.name, member.name == "data" || inner ? translated(member.value, inner) : member.value)
          }))
    default: return json
    }
  }

  // MARK: Answers

  /// An answer as it leaves the site.
  static func outward(_ response: inout SiteResponse) {
    guard response.header("content-type")?.hasPrefix("application/vnd.api+json") == true else { return }
    response.body = outward(response.body)
    for index in response.headers.indices where response.headers[index].0 == "location" {
      let text = outward(Array(response.headers[index].1.utf8))
      response.headers[index].1 = String(decoding: text, as: UTF8.self)
    }
  }

  private static func outward(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 8)
    var index = 0
    while index < bytes.count {
      // The first hyphen of a UUID is the rarest sign of it.
      guard index + 36 <= bytes.count, bytes[index + 8] == 0x2D, bytes[index + 13] == 0x2D, bytes[index + 18] == 0x2D,
        bytes[index + 23] == 0x2D, let start = output.last,
        start == UInt8(ascii: "\"") || start == UInt8(ascii: "/") || start == UInt8(ascii: "("),
        let uuid = EntityUUID(String(decoding: bytes[index..<index + 36], as: UTF8.self)), let id = outside(uuid),
        start != UInt8(ascii: "/") || isOfAPI(output)
      else {
        output.append(bytes[index])
        index += 1
        continue
      }
      if start == UInt8(ascii: "/") {
        output += Array(PercentCoding.encoded(id).utf8)
      } else {
        JSON.encodeContent(id, into: &output)
      }
      index += 36
    }
    return output
  }

  /// Whether what was written last is a URL of the API: files have UUIDs in theirs that are no ids.
  private static func isOfAPI(_ output: [UInt8]) -> Bool {
    let start = output.lastIndex { $0 == UInt8(ascii: "\"") || $0 == 0x20 } ?? 0
    return String(decoding: output[start...], as: UTF8.self).contains("jsonapi")
  }
}
