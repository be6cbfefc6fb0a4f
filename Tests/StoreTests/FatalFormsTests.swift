import Foundation
import Testing

/// What ends the program where a value is not what the sources think it is. None of these forms is in them.
@Suite struct FatalFormsTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  /// Each with what to write instead.
  private static let forms = [
    (#"\btry!"#, "try"), (#"\bas!"#, "as?"), (#"\bfatalError\("#, "an error"),
    (#"\bpreconditionFailure\("#, "an error"),
    // GRDB ends the program where a column holds another kind, or null.
    (#"\brow[?!]?\["#, "try row.decode(atIndex:) or decode(forColumn:)"), (#"\bunowned\b"#, "weak"),
    (#"[)\]a-z]!(\.|\)|,|$)"#, "guard let"),
  ]

  @Test func sourcesHaveNone() throws {
    let files = try #require(
      FileManager.default.enumerator(at: FatalFormsTests.sources, includingPropertiesForKeys: nil))
    let forms = try FatalFormsTests.forms.map { (try Regex($0.0), $0.1) }
    let words = ["fatalError", "preconditionFailure", "row", "unowned"]
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      count += 1
      let text = try String(contentsOf: file, encoding: .utf8)
      let isOfRows = text.contains("import GRDB")
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        // All forms have one of these; the expressions are slow.
        guard line.utf8.contains(UInt8(ascii: "!")) || words.contains(where: { line.contains($0) }) else { continue }
        let code = line.replacing(#/"([^"\\]|\\.)*"/#, with: "").prefix { $0 != "/" }
        for (form, instead) in forms where (isOfRows || !instead.contains("row.")) && code.contains(form) {
          Issue.record("\(file.lastPathComponent):\(number + 1): \(line): write \(instead)")
        }
      }
    }
    #expect(count > 200)
  }
}
