import JSONAPI

/// What a subject answered.
struct Given: Sendable {
  var status: Int
  /// By lower-case name.
  var fields: [String: String]
  var body: [UInt8]
}

/// One place where an answer is not the recorded one.
struct Difference: Sendable {
  /// `status`, `header allow`, `body`, or the path in the document, such as `.data[3].attributes.title`.
  var place: String
  var text: String
}

/// Finds the differences between an answer and the recorded one. Texts are compared scalar by scalar.
struct Comparison {
  private let exchange: Exchange
  private let given: Given
  private(set) var differences: [Difference] = []

  init(_ exchange: Exchange, _ given: Given) {
    self.exchange = exchange
    self.given = given
    if exchange.status == 500 {
      checkFault()
      return
    }
    if given.status != exchange.status {
      let body = String(decoding: given.body.prefix(300), as: UTF8.self)
      note("status", "\(given.status) instead of \(exchange.status): \(body)")
    }
    checkFields()
    guard given.status == exchange.status else { return }
    if let raw = exchange.raw {
      if !isSame(raw, given.body) { checkDocument() }
    } else if let bytes = exchange.bytes {
      if !isSame(bytes, given.body) { checkDocument() }
    } else if let text = exchange.text {
      check(text)
    }
    if exchange.method == "HEAD" || exchange.method == "OPTIONS", !given.body.isEmpty { note("body", "there is one") }
  }

  private mutating func note(_ place: String, _ text: String) {
    if differences.count < 50 { differences.append(Difference(place: place, text: text)) }
  }

  private func isSame(_ recorded: [UInt8], _ body: [UInt8]) -> Bool { recorded == body }

  /// Where the site failed, right rows or the site's form of 400 are as good.
  private mutating func checkFault() {
    let document = try? JSON(parsing: given.body)
    let error = document?["errors"]?[0]
    let isRefusal =
      given.status == 400 && error?["status"] == "400" && error?["title"] == "Bad Request"
      && error?["detail"]?.string?.isEmpty == false && error?["links"]?["via"]?["href"]?.string != nil
    let isAnswer = given.status == 200 && document?["data"] != nil && document?["links"]?["self"] != nil
    if !isRefusal && !isAnswer {
      note("fault", "\(given.status): \(String(decoding: given.body.prefix(300), as: UTF8.self))")
    }
  }

  private mutating func checkFields() {
    for name in ["content-type", "allow", "location", "link", "content-language", "cache-control"] {
      let (got, recorded) = (given.fields[name], exchange.fields[name])
      if !(got ?? "").utf8.elementsEqual((recorded ?? "").utf8) {
        note("header \(name)", "\(got ?? "–") instead of \(recorded ?? "–")")
      }
    }
    // What the answer varies by may be more than the site says.
    let names = { (value: String?) in Set((value ?? "").lowercased().replacing(" ", with: "").split(separator: ",")) }
    if !names(exchange.fields["vary"]).isSubset(of: names(given.fields["vary"])) {
      note("header vary", "\(given.fields["vary"] ?? "–") instead of \(exchange.fields["vary"] ?? "–")")
    }
  }

  /// A page: a redirect's is the framework's, of others only the kind is compared, for they have the site's theme.
  private mutating func check(_ text: String) {
    let got = String(decoding: given.body.prefix(2000), as: UTF8.self)
    let isRedirect = (300..<400).contains(exchange.status)
    let matches =
      isRedirect ? got.utf8.starts(with: text.utf8) : got.lowercased().drop { $0.isWhitespace }.hasPrefix("<!doctype")
    if !text.isEmpty, !matches { note("body", "\(got.prefix(200)) instead of \(text)") }
  }

  private mutating func checkDocument() {
    guard let recorded = exchange.document ?? exchange.raw.flatMap({ try? JSON(parsing: $0) }) else {
      if exchange.raw?.isEmpty == true, given.body.isEmpty { return }
      note("body", String(decoding: given.body.prefix(300), as: UTF8.self))
      return
    }
    guard let got = try? JSON(parsing: given.body) else {
      note("body", "no JSON: \(String(decoding: given.body.prefix(200), as: UTF8.self))")
      return
    }
    let before = differences.count
    compare(got, recorded, "")
    // The same values written otherwise, where the exact text is known.
    if differences.count == before, let raw = exchange.raw ?? exchange.bytes, !exchange.hasOmitted {
      let at = zip(raw, given.body).prefix { $0 == $1 }.count
      let around = { (bytes: [UInt8]) in String(decoding: bytes.dropFirst(max(0, at - 30)).prefix(80), as: UTF8.self) }
      note("raw", "\(around(given.body)) instead of \(around(raw))")
    }
  }

  private mutating func compare(_ got: JSON, _ recorded: JSON, _ path: String) {
    switch (got, recorded) {
    case (.object(let got), .object(let recorded)):
      let (got, recorded) = (Comparison.stable(got), Comparison.stable(recorded))
      if !got.names.map({ Array($0.utf8) }).elementsEqual(recorded.names.map { Array($0.utf8) }) {
        note(path.isEmpty ? ".members" : path, "members \(got.names) instead of \(recorded.names)")
      }
      for name in got.names {
        if let one = got[name], let other = recorded[name] { compare(one, other, "\(path).\(name)") }
      }
    case (.array(let got), .array(let recorded)):
      if got.count != recorded.count { note(path, "\(got.count) elements instead of \(recorded.count)") }
      for (index, (one, other)) in zip(got, recorded).enumerated() { compare(one, other, "\(path)[\(index)]") }
    case (.string(let one), .string(let other)):
      if !one.utf8.elementsEqual(other.utf8) { note(path, "\(one.prefix(500)) instead of \(other.prefix(500))") }
    default:
      if got != recorded { note(path, "\(got.text().prefix(300)) instead of \(recorded.text().prefix(300))") }
    }
  }

  /// Without what is random on the site: keys of omitted resources, and signed URLs of files that are not public.
  private static func stable(_ object: JSONObject) -> JSONObject {
    let hasRandomKeys = object.members.contains { $0.name.hasPrefix("item--") }
    let isSigned =
      object["value"]?.string?.contains("://") == true && object["value"]?.string?.hasPrefix("public") == false
    guard hasRandomKeys || isSigned else { return object }
    var number = 0
    return JSONObject(
      object.members.map { member in
        if isSigned, member.name == "url" { return ("url", .null) }
        guard member.name.hasPrefix("item--") else { return (member.name, member.value) }
        number += 1
        return ("item--\(number)", member.value)
      })
  }
}
