import JSONAPI

/// What a page that was made for people says, in few words: for messages about answers that are no documents. Looks at the
/// first 64 KB, once.
enum PageWords {
  /// The title of an HTML page, else its first heading, else the first 120 printable characters; nil for what shows nothing.
  static func summary(_ response: InboundResponse) -> String? {
    guard response.mediaType?.contains("html") == true else { return nil }
    let text = beginning(of: response.body)
    for tag in ["title", "h1"] {
      if let words = element(tag, in: text), !words.isEmpty { return String(words.prefix(120)) }
    }
    let words = plain(text)
    return words.isEmpty ? nil : String(words.prefix(120))
  }

  /// The text of a piece of HTML: without tags, comments, scripts and styles, entities decoded, on one line.
  static func plain(_ html: String) -> String {
    let bytes = Array(html.utf8)
    var text: [UInt8] = []
    var at = 0
    while at < bytes.count {
      // "a < b" is no tag.
      guard bytes[at] == UInt8(ascii: "<"), at + 1 < bytes.count, isTagStart(bytes[at + 1]) else {
        text.append(bytes[at])
        at += 1
        continue
      }
      let name = String(decoding: bytes[(at + 1)...].prefix(8), as: UTF8.self).lowercased()
      if name.hasPrefix("script") || name.hasPrefix("style") {
        at = place(of: name.hasPrefix("style") ? "</style" : "</script", in: bytes, from: at) ?? bytes.count
      } else if name.hasPrefix("!--") {
        at = place(of: "-->", in: bytes, from: at) ?? bytes.count
      }
      while at < bytes.count, bytes[at] != UInt8(ascii: ">") { at += 1 }
      at += 1
      // What stands within a sentence does not part its words.
      if !inline.contains(name.drop { $0 == "/" }.prefix { $0.isLetter }) { text.append(UInt8(ascii: " ")) }
    }
    return decoded(String(decoding: text, as: UTF8.self)).split { $0.isWhitespace || $0.isNewline }
      .joined(separator: " ")
  }

  private static let inline: Set<Substring> = ["em", "strong", "span", "a", "b", "i", "u", "code", "small"]

  private static func isTagStart(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "!")
      || byte == UInt8(ascii: "?")
  }

  /// Where lower-case ASCII text stands first, whatever its letter case.
  private static func place(of wanted: String, in bytes: [UInt8], from start: Int) -> Int? {
    let wanted = Array(wanted.utf8)
    guard start + wanted.count <= bytes.count else { return nil }
    func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    search: for at in start...(bytes.count - wanted.count) {
      for (offset, byte) in wanted.enumerated() where lower(bytes[at + offset]) != byte { continue search }
      return at
    }
    return nil
  }

  /// `&amp;`, `&#039;`, `&#x27;` and the like as the characters that they stand for.
  static func decoded(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[start...]
      let name = rest.dropFirst().prefix(10).prefix { $0 != ";" && $0 != "&" }
      let end = rest.index(start, offsetBy: name.count + 1, limitedBy: rest.endIndex) ?? rest.endIndex
      guard end < rest.endIndex, rest[end] == ";", let character = character(named: name) else {
        result.append(rest.removeFirst())
        continue
      }
      result.append(character)
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static let named: [Substring: Character] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ndash": "–", "mdash": "—", "hellip": "…",
    "laquo": "«", "raquo": "»", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "copy": "©",
  ]

  private static func character(named name: Substring) -> Character? {
    guard name.first == "#" else { return named[name] }
    let digits = name.dropFirst()
    let number = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    guard let scalar = number.flatMap(Unicode.Scalar.init), scalar.value >= 0x20, scalar.value != 0x7F else {
      return nil
    }
    return Character(scalar)
  }

  private static func element(_ tag: String, in text: String) -> String? {
    let bytes = Array(text.utf8)
    guard let open = place(of: "<" + tag, in: bytes, from: 0),
      let start = bytes[open...].firstIndex(of: UInt8(ascii: ">")),
      let end = place(of: "</" + tag, in: bytes, from: start)
    else { return nil }
    return plain(String(decoding: bytes[(start + 1)..<end], as: UTF8.self))
  }

  static func beginning(of body: [UInt8]) -> String { String(decoding: body.prefix(64 << 10), as: UTF8.self) }
}

/// What stands before a site and answers in its place.
enum FrontDoor {
  /// The firewall or service that answered; nil where nothing tells of one. What it is called matters little: that the site
  /// itself was not asked does.
  static func firewall(_ response: InboundResponse) -> String? {
    guard response.mediaType?.contains("html") == true, response.status != 404 else { return nil }
    if response["cf-mitigated"] != nil { return "Cloudflare" }
    let text = PageWords.beginning(of: response.body).lowercased()
    return signs.first { text.contains($0.text) }?.name
  }

  private static let signs: [(text: String, name: String)] = [
    ("attention required! | cloudflare", "Cloudflare"), ("cf-browser-verification", "Cloudflare"),
    ("cf_chl_opt", "Cloudflare"), ("<title>just a moment", "Cloudflare"), ("sucuri website firewall", "Sucuri"),
    ("incapsula incident", "Imperva"), ("_incapsula_resource", "Imperva"), ("generated by wordfence", "Wordfence"),
    ("mod_security", "ModSecurity"), ("modsecurity", "ModSecurity"), ("ddos-guard", "DDoS-Guard"),
    ("the requested url was rejected. please consult with your administrator", "F5"),
    ("errors.edgesuite.net", "Akamai"), ("generated by cloudfront", "CloudFront"),
    ("web application firewall", "a web application firewall"), ("request blocked", "a firewall"),
    ("your request has been blocked", "a firewall"), ("you have been blocked", "a firewall"),
    ("has been blocked by", "a firewall"), ("verify you are human", "a check for humans"),
    ("verifying you are human", "a check for humans"), ("please enable cookies", "a check for humans"),
    ("captcha", "a check for humans"),
  ]

  /// The realm that a web server in front asks for by HTTP Basic (RFC 7617); nil where the answer asks for a token, too, or is
  /// the site's own.
  static func basicRealm(_ response: InboundResponse) -> String? {
    guard response.status == 401, response.mediaType != SiteAnswer.mediaType else { return nil }
    let challenges = response.fields.filter { $0.name.lowercased() == "www-authenticate" }.map(\.value)
    guard !challenges.contains(where: { $0.lowercased().contains("bearer") }),
      let basic = challenges.first(where: { $0.lowercased().hasPrefix("basic") })
    else { return nil }
    guard let start = basic.lowercased().ranges(of: "realm=").first?.upperBound else { return "" }
    let offset = basic.lowercased().distance(from: basic.lowercased().startIndex, to: start)
    let value = basic.dropFirst(offset)
    let realm = value.first == "\"" ? value.dropFirst().prefix { $0 != "\"" } : value.prefix { $0 != "," }
    return SiteWords.tidy(String(realm))
  }

  /// Whether the site says that it is being worked on: Drupal itself answers 503 in that case and no other.
  static func isMaintenance(_ response: InboundResponse) -> Bool {
    guard response.status == 503 else { return false }
    if response.mediaType == SiteAnswer.mediaType { return true }
    if response["X-Generator"]?.lowercased().contains("drupal") == true { return true }
    return PageWords.beginning(of: response.body).lowercased().contains("maintenance")
  }
}
