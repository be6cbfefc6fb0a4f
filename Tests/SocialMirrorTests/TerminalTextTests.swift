import Foundation
import JSONAPI
import Testing

@testable import SocialMirror

/// What a terminal would act on is shown and does nothing, whoever wrote it.
@Suite struct TerminalTextTests {
  static let table: [(text: String, line: String)] = [
    ("plain – “quoted” ä 日本 👩‍👩‍👧 \t.", "plain – “quoted” ä 日本 👩‍👩‍👧 \t."),
    ("\u{1B}[2J\u{1B}]0;owned\u{7}", #"\u{1b}[2J\u{1b}]0;owned\u{7}"#),
    ("\u{9B}31m\u{7F}\u{85}", #"\u{9b}31m\u{7f}\u{85}"#), ("a\r\nb", #"a\r\nb"#), ("a\rb", #"a\rb"#),
    ("over\u{8}\u{8}write\u{0}", #"over\u{8}\u{8}write\u{0}"#),
    ("\u{202E}gpj.exe\u{2066}", #"\u{202e}gpj.exe\u{2066}"#),
    ("a\u{2028}b\u{2029}c\u{61C}", #"a\u{2028}b\u{2029}c\u{61c}"#), ("", ""),
  ]

  @Test(arguments: table.indices) func isShown(index: Int) throws {
    let (text, line) = Self.table[index]
    #expect(TerminalText.line(text) == line)
    #expect(TerminalText.lines(text) == line.replacing("\\n", with: "\n"))
    // JSON says the same to programs.
    let json = TerminalText.json(JSON.object(JSONObject([("label", .string(text))])).text())
    #expect(try JSON(parsing: Array(json.utf8))["label"]?.string == text)
    let acting: [ClosedRange<UInt32>] = [0...0x1F, 0x7F...0x9F, 0x61C...0x61C, 0x2028...0x202E, 0x2066...0x2069]
    #expect(!json.unicodeScalars.contains { scalar in acting.contains { $0.contains(scalar.value) } })
  }

  /// Of every scalar of the first plane, those of the categories Cc, Zl and Zp come out as none of them.
  @Test func noControlComesThrough() {
    for value in UInt32(0)...0xFFFF {
      guard let scalar = Unicode.Scalar(value), value != 0x09 else { continue }
      let shown = TerminalText.line(String(Character(scalar)))
      let isSafe = shown.unicodeScalars.allSatisfy {
        ![.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      }
      if !isSafe { Issue.record("U+\(String(value, radix: 16)) comes through") }
    }
  }

  /// As the program prints it: a label that a person gave, in a list and as an error.
  @Test(.timeLimit(.minutes(5))) func labelsAndArgumentsDoNothing() async throws {
    let place = try Workplace("http://127.0.0.1:9")
    let label = "CRM\u{1B}]0;owned\u{7}\u{9B}2J"
    let added = try await place.run(
      ["consumer", "add", "--label", label, "--id", "crm", "--secret-stdin"], input: "s3cret-of-crm\n")
    let listed = try await place.run(["consumer", "list"])
    let refused = try await place.run(["conflicts", "show", label])
    for run in [added, listed, refused] {
      #expect(!run.all.unicodeScalars.contains { ["\u{1B}", "\u{7}", "\u{9B}"].contains($0) }, "\(run.all)")
    }
    #expect(refused.code != 0)
  }
}
