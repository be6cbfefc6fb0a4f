/// What proxies write of the request that they pass on: `Forwarded` (RFC 7239), and the fields that were in use before it.
struct ForwardedFields: Sendable, Equatable {
  private var forwarded: String?
  private var clients: String?
  private var hosts: String?
  private var schemes: String?

  /// What one element of `Forwarded` says.
  private struct Element {
    var client: String?
    var host: String?
    var scheme: String?
  }

  /// Takes note of a field. Several of one name are one list.
  mutating func note(_ name: String, _ value: String) {
    func add(to list: inout String?) { list = list.map { "\($0), \(value)" } ?? value }
    switch name.lowercased() {
    case "forwarded": add(to: &forwarded)
    case "x-forwarded-for": add(to: &clients)
    case "x-forwarded-host": add(to: &hosts)
    case "x-forwarded-proto": add(to: &schemes)
    default: break
    }
  }

  /// The host that the client used, as the last proxy says.
  var host: String? {
    ForwardedFields.agreed(elements.last?.host, hosts.flatMap { ForwardedFields.list($0).last })
  }

  /// `http` or `https`, as the last proxy says.
  var scheme: String? {
    let said = ForwardedFields.agreed(elements.last?.scheme, schemes.flatMap { ForwardedFields.list($0).last })
    return said.map { $0.lowercased() }.flatMap { $0 == "http" || $0 == "https" ? $0 : nil }
  }

  /// The addresses through which the request came, the client's own first, none of a proxy that hides it; nil where nothing is said
  /// or the fields disagree.
  var path: [String]? {
    let said = elements
    let new: [String]? = said.isEmpty ? nil : said.map { ForwardedFields.address($0.client ?? "unknown") }
    let old = clients.map { list in ForwardedFields.list(list).map { ForwardedFields.address($0) } }
    guard let new, let old else { return new ?? old }
    return new == old ? new : nil
  }

  /// Where both kinds of fields are there, one may be the client's own, which its proxy does not know and let pass: they count only
  /// where they say the same.
  private static func agreed(_ new: String?, _ old: String?) -> String? {
    guard let new, let old else { return new ?? old }
    return new == old ? new : nil
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: true).map { trimmed($0) }
  }

  private var elements: [Element] {
    guard let forwarded else { return [] }
    return ForwardedFields.parts(of: forwarded[...], at: ",").map { text in
      var element = Element()
      for pair in ForwardedFields.parts(of: text, at: ";") {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { continue }
        let value = ForwardedFields.unquoted(parts[1])
        switch ForwardedFields.trimmed(parts[0]).lowercased() {
        case "for": element.client = value
        case "host": element.host = value
        case "proto": element.scheme = value
        default: break
        }
      }
      return element
    }
  }

  /// Parts a list where its sign stands outside of quotes.
  private static func parts(of text: Substring, at sign: Character) -> [Substring] {
    var isQuoted = false
    return text.split(omittingEmptySubsequences: true) { character in
      if character == "\"" { isQuoted.toggle() }
      return character == sign && !isQuoted
    }
  }

  private static func unquoted(_ text: Substring) -> String {
    let plain = trimmed(text)
    guard plain.utf8.count >= 2, plain.hasPrefix("\""), plain.hasSuffix("\"") else { return plain }
    return String(plain.dropFirst().dropLast())
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }

  /// An address without its port and brackets.
  private static func address(_ text: String) -> String {
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      return String(text[text.index(after: text.startIndex)..<end])
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 ? String(parts[0]) : text
  }
}

/// Whose word on clients counts: proxies that the operator named. Nobody else can say who it is.
struct TrustedProxies: Sendable {
  private let ranges: [AddressRange]

  /// - Parameter texts: addresses and networks. What is none trusts nobody.
  init(_ texts: [String]) { ranges = texts.compactMap { AddressRange($0) } }

  /// Whether nobody is trusted.
  var isEmpty: Bool { ranges.isEmpty }

  /// Whether an address is a proxy's.
  func contains(_ address: ClientAddress) -> Bool { ranges.contains { $0.contains(address) } }

  /// The client of a request that a proxy passed on: the last address on its way that is no proxy's, for what stands before that
  /// may be made up.
  /// - Parameter peer: who sent it here.
  func client(of fields: ForwardedFields, from peer: ClientAddress) -> ClientAddress {
    guard contains(peer) else { return peer }
    var last = peer
    for text in fields.path?.reversed() ?? [] {
      guard let address = ClientAddress(text) else { return last }
      last = address
      guard contains(address) else { return address }
    }
    return last
  }
}

/// Who is at the other end of a connection.
struct Peer: Sendable, Equatable {
  let address: ClientAddress
  /// Whether it is a proxy whose word counts.
  let isTrusted: Bool

  init(_ address: ClientAddress?, _ proxies: TrustedProxies) {
    self.address = address ?? .unknown
    isTrusted = address.map { proxies.contains($0) } ?? false
  }
}
