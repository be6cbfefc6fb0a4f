import Testing

@testable import JSONAPI

/// Whether a text is in the site's style is seen by eight bytes at a time.
@Suite struct SiteStyleTests {
  /// What may stand in a string as it is: the site escapes the signs of HTML, the slash, and whatever is not ASCII (reference 2.1).
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20..<0x7F).contains(byte) && !#""&'/<>\"#.utf8.contains(byte) || byte == 0x7F
  }

  /// One byte at every place of strings of every length up to several words, and of two at places next to each other.
  @Test(arguments: [UInt8(ascii: "a"), 0x20, 0x21, 0x23, 0x25, 0x28, 0x2E, 0x30, 0x3B, 0x3D, 0x3F, 0x5B, 0x5D, 0x7F])
  func everyByteAtEveryPlace(filling: UInt8) {
    for length in [1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 33] {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var text = [UInt8](repeating: filling, count: length + 2)
          (text[0], text[length + 1]) = (0x22, 0x22)
          text[place + 1] = byte
          // A quote ends the string: what follows stands outside, where there are no spaces.
          let isSound = byte == 0x22 ? filling != 0x20 || place == length - 1 : Self.isPlain(byte)
          if SiteStyle.isSiteStyle(text) != isSound { Issue.record("\(text): \(!isSound)") }
        }
      }
    }
  }

  @Test func escapesBetweenLongTexts() {
    let long = String(repeating: "plain text ", count: 7)
    for escape in [#"\/"#, #"\n"#, #"\\"#, #"\u0026"#, #"\u003C"#, #"\ud83d\ude00"#] {
      for cut in 0...24 {
        let text = "{\"\(long.dropFirst(cut))\(escape)\(long)\":\"\(escape)\(long.dropLast(cut))\"}"
        #expect(SiteStyle.isSiteStyle(Array(text.utf8)), "\(text)")
        #expect(!SiteStyle.isSiteStyle(Array(text.replacing(escape, with: #"\""# + escape).utf8)))
        #expect(!SiteStyle.isSiteStyle(Array(text.replacing(escape, with: "é").utf8)))
        #expect(!SiteStyle.isSiteStyle(Array(text.replacing("\":\"", with: "\": \"").utf8)))
      }
    }
  }
}
