/// `application/x-www-form-urlencoded` (WHATWG URL, 5): what forms are sent as, and the queries of URIs.
package enum FormCoding {
  /// Name and value pairs in their order.
  package static func bytes(_ pairs: [(String, String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in pairs {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
      encode(name, into: &bytes)
      bytes.append(UInt8(ascii: "="))
      encode(value, into: &bytes)
    }
    return bytes
  }

  /// The pairs of a text in their order, those of one name too: who reads them says what that means. A pair without `=` has an empty
  /// value; one without a name is left out.
  /// - Parameters:
  ///   - most: how many are read; the rest is left out.
  ///   - longest: bytes of one pair as it was sent; longer ones are left out.
  package static func pairs(_ text: [UInt8], most: Int = .max, longest: Int = .max) -> [(String, String)] {
    text.split(separator: UInt8(ascii: "&"), maxSplits: most).prefix(most).compactMap { pair in
      let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = sides.first, !name.isEmpty, pair.count <= longest else { return nil }
      return (decoded(name), sides.count == 2 ? decoded(sides[1]) : "")
    }
  }

  private static func decoded(_ text: ArraySlice<UInt8>) -> String {
    String(decoding: PercentCoding.formDecoded(text), as: UTF8.self)
  }

  private static func encode(_ text: String, into bytes: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      // Not the unreserved characters of URIs: `*` stays, `~` does not.
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        bytes.append(byte)
      case 0x20: bytes.append(UInt8(ascii: "+"))
      default: PercentCoding.escape(byte, into: &bytes)
      }
    }
  }
}
