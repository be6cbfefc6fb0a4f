import Coding

/// Where the content of a file is, made of what the site wrote into `uri.url`. Sites write it in many ways: by a
/// path, relative, absolute, without a scheme, with raw spaces and letters outside ASCII, with a lonely percent sign,
/// with a fragment (RFC 3986, 4.2 and 5.2; what no URL may hold is percent-encoded as browsers do it).
package struct FileReference: Sendable, Hashable {
  /// Absolute, percent-encoded, without a fragment.
  package let url: String
  /// The path on the site itself, percent-decoded, without query; nil where the content is elsewhere.
  package let path: String?

  /// Bytes; no browser and no web server takes longer ones.
  private static let longest = 8_192

  /// Reads an address.
  /// - Parameter base: the site's base URL without a slash at its end.
  /// - Returns: nil for what is no address of HTTP: another scheme, no host, a user name, no text at all.
  package init?(_ text: String, base: String) {
    let bytes = Array(text.utf8.drop { $0 <= 0x20 })
    let trimmed = bytes[..<(bytes.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? 0)]
    guard !trimmed.isEmpty, trimmed.count <= FileReference.longest, let own = Place(Array(base.utf8)[...]) else {
      return nil
    }
    var place: Place
    if trimmed.starts(with: "//".utf8) {
      guard let found = Place(own.scheme + Array(":".utf8) + trimmed) else { return nil }
      place = found
    } else if trimmed.first == UInt8(ascii: "/") {
      place = Place(scheme: own.scheme, authority: own.authority, rest: trimmed)
    } else if FileReference.hasScheme(trimmed) {
      guard let found = Place(trimmed) else { return nil }
      place = found
    } else {
      place = Place(
        scheme: own.scheme, authority: own.authority,
        rest: (own.rest.reversed().drop { $0 == UInt8(ascii: "/") }.reversed() + [UInt8(ascii: "/")] + trimmed)[...])
    }
    // A proxy for TLS stands before sites that do not know of it; clear text is never asked of a site that has TLS.
    let isOwn = place.host == own.host && (place.scheme == own.scheme || own.isSecure)
    if isOwn { (place.scheme, place.authority) = (own.scheme, own.authority) }
    let encoded = FileReference.encoded(place.rest.prefix { $0 != UInt8(ascii: "#") })
    let head = String(decoding: place.scheme + Array("://".utf8) + place.authority, as: UTF8.self)
    let tail = String(decoding: encoded, as: UTF8.self)
    url = head + (tail.hasPrefix("/") ? "" : "/") + tail
    path = isOwn ? PercentCoding.decodedPath((tail.hasPrefix("/") ? "" : "/") + tail.prefix { $0 != "?" }) : nil
  }

  /// The parts of an absolute address.
  private struct Place {
    /// Lower case.
    var scheme: [UInt8]
    /// Host and port.
    var authority: [UInt8]
    /// Path, query and fragment.
    var rest: ArraySlice<UInt8>

    init(scheme: [UInt8], authority: [UInt8], rest: ArraySlice<UInt8>) {
      (self.scheme, self.authority, self.rest) = (scheme, authority, rest)
    }

    init?(_ text: ArraySlice<UInt8>) {
      guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
      scheme = text[..<colon].map { $0 | 0x20 }
      let behind = text[(colon + 1)...]
      guard [Array("http".utf8), Array("https".utf8)].contains(scheme), behind.starts(with: "//".utf8) else {
        return nil
      }
      authority = Array(behind.dropFirst(2).prefix { !"/?#\\".utf8.contains($0) })
      rest = behind.dropFirst(2 + authority.count)
      guard !authority.isEmpty, authority.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "@") }) else {
        return nil
      }
    }

    init?(_ text: [UInt8]) { self.init(text[...]) }

    var isSecure: Bool { scheme == Array("https".utf8) }

    /// Host and port in lower case, the port left out where it is the scheme's own.
    var host: [UInt8] {
      let lower = authority.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
      let usual = Array((isSecure ? ":443" : ":80").utf8)
      return lower.suffix(usual.count).elementsEqual(usual) ? Array(lower.dropLast(usual.count)) : lower
    }
  }

  /// A colon before any slash, question mark or hash, behind what may be a scheme (RFC 3986, 3.1).
  private static func hasScheme(_ text: ArraySlice<UInt8>) -> Bool {
    guard let end = text.firstIndex(where: { ":/?#".utf8.contains($0) }), text[end] == UInt8(ascii: ":"),
      let first = text.first, isLetter(first)
    else { return false }
    return text[..<end].allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private static let plain: Set<UInt8> = Set("-._~!$&'()*+,;=:@/?".utf8)

  private static func encoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    for index in text.indices {
      let byte = text[index]
      let isLiteral = isLetter(byte) || (0x30...0x39).contains(byte) || plain.contains(byte)
      let isEncoded =
        byte == UInt8(ascii: "%") && index + 2 < text.endIndex
        && text[(index + 1)...(index + 2)].allSatisfy { Hexadecimal.value(of: $0) != nil }
      if isLiteral || isEncoded {
        output.append(byte)
      } else {
        PercentCoding.escape(byte, into: &output)
      }
    }
    return output
  }
}
