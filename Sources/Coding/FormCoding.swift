/// `application/x-www-form-urlencoded` (WHATWG URL, 5): what forms are sent as. Reading it is `PercentCoding.formDecoded`, pair
/// by pair, because names mean different things to who reads them.
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
