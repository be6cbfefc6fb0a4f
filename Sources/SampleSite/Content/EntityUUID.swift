import JSONAPI

/// A UUID in 16 bytes (RFC 9562), written in lower case.
package struct EntityUUID: Hashable, Sendable {
  var high: UInt64
  var low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the 36 characters of the usual form, either case; nil for anything else.
  package init?(_ text: String) {
    var text = text
    let value: (UInt64, UInt64)? = text.withUTF8 { bytes in
      guard bytes.count == 36 else { return nil }
      var halves = (UInt64(0), UInt64(0))
      var digits = 0
      for (index, byte) in bytes.enumerated() {
        if index == 8 || index == 13 || index == 18 || index == 23 {
          guard byte == UInt8(ascii: "-") else { return nil }
          continue
        }
        guard let digit = Hexadecimal.value(of: byte) else { return nil }
        if digits < 16 {
          halves.0 = halves.0 << 4 | UInt64(digit)
        } else {
          halves.1 = halves.1 << 4 | UInt64(digit)
        }
        digits += 1
      }
      return halves
    }
    guard let value else { return nil }
    self.init(high: value.0, low: value.1)
  }

  /// Appends the 36 characters.
  func write(into bytes: inout [UInt8]) {
    for index in 0..<32 {
      if index == 8 || index == 12 || index == 16 || index == 20 { bytes.append(UInt8(ascii: "-")) }
      let half = index < 16 ? high : low
      let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (index % 16))) & 0xF
      bytes.append(Hexadecimal.digit(digit))
    }
  }

  /// The 36 characters.
  package var text: String {
    var bytes: [UInt8] = []
    write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A name-based UUID of this one and a number: the same input always gives the same UUID.
  func derived(_ number: UInt64) -> EntityUUID {
    guard number > 0 else { return self }
    let high = mixed(self.high ^ mixed(number))
    let low = mixed(self.low ^ mixed(high))
    return EntityUUID(
      high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x5000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }
}

/// SplitMix64's finaliser: spreads the bits of a number, always the same way.
func mixed(_ number: UInt64) -> UInt64 {
  var z = number &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
